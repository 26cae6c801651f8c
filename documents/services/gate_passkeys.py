"""A passkey at the gate of a link: the way in that no false page can ask for (R8)."""

from typing import Any

from django.db import transaction

from documents.models import Link
from documents.services.visits import (
    Attempt,
    Proved,
    Verdict,
    Visit,
    locked_row,
    open_link,
)
from members.services import passkeys
from portal.core import audit


def enrolled(link: Link) -> bool:
    """Whether the link's person has a passkey."""
    return bool(passkeys.passkeys_of(link.person))


@transaction.atomic
def prove(*, visit: Visit, state: dict[str, Any] | None, answer: str) -> Attempt:
    """Open the link by the answer of one of its person's passkeys.

    Nobody guesses one, so a wrong answer costs no attempt: else whoever holds the
    link could lock it without knowing anything.
    """
    link = locked_row(visit.link)
    if link is None:
        return Attempt(Verdict.GONE)
    if link.locked:
        return Attempt(Verdict.LOCKED)
    if passkeys.prove(person=link.person, state=state, answer=answer) is None:
        audit.record(
            "documents.link.wrong_passkey", actor=None, subject=f"link:{link.id}"
        )
        return Attempt(Verdict.WRONG)
    return Attempt(Verdict.RIGHT, open_link(link, visit, Proved("passkey", 2)))
