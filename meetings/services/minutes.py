"""One entry of the minutes, written whole by a form; the live store writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from meetings.live import bell
from meetings.live.protocol import Act, Operation, Reason
from meetings.live.store import Submission, apply
from meetings.models import AgendaItem, Entry, EntryChange
from members.access import Actor
from portal.core import clock, context
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it is to be; ``replaces`` are words that may go without a copy."""

    id: UUID
    fields: Mapping[str, Any]
    replaces: str = ""


def written_before(actor: Actor, key: UUID) -> bool:
    """Whether the form with ``key`` has written its entry already."""
    return EntryChange.objects.filter(operation=key, person=actor.person).exists()


def put_entry(
    *, actor: Actor, key: UUID, item: AgendaItem, draft: Draft
) -> Reason | None:
    """Make or rewrite an entry; a reason where the store does not take it.

    The caller holds the item's lock. Whoever writes by a form takes the pen and lays
    it down; words that somebody else had put there stay as that person's own copy.
    """
    known = Entry.objects.filter(pk=draft.id).first()
    if known is None:
        reason, _revision = _do(actor, item, draft.id, (key, Act.CREATE, 0), draft)
    else:
        act = Act.RESTORE if known.deleted else Act.TAKE
        first = (uuid5(key, "take"), act, 0)
        reason, revision = _do(actor, item, draft.id, first)
        if reason is None:
            _keep_copy(key, known, draft)
            then = (key, Act.CHANGE, revision)
            reason, _revision = _do(actor, item, draft.id, then, draft)
    if reason is None:
        _do(actor, item, draft.id, (uuid5(key, "release"), Act.RELEASE, 0))
    return reason


def _do(
    actor: Actor,
    item: AgendaItem,
    entry: UUID,
    what: tuple[UUID, Act, int],
    draft: Draft | None = None,
) -> tuple[Reason | None, int]:
    """One operation, as if it came over the line: why not, and the new revision."""
    if actor.sign_in is None:
        raise HiddenError
    name, act, base = what
    fields = draft.fields if draft else {}
    operation = Operation(name, item.id, entry, act, base, fields)
    address = context.origin().address
    committed = apply([Submission(actor.sign_in.id, address, operation)])
    for change in committed.changes:
        revisions = {change.item: change.revision}
        bell.after_commit(change.sitting, revisions, standing=False)
    (answer,) = committed.answers
    if answer["type"] == "refused":
        return Reason(answer["reason"]), 0
    return None, int(answer["revision"])


def _keep_copy(key: UUID, known: Entry, draft: Draft) -> None:
    """The last writer's words, where they are neither the form's nor the new ones."""
    if known.text in {"", draft.replaces, draft.fields.get("text")}:
        return
    earlier = known.changes.filter(revision__lte=known.revision)
    last = earlier.order_by("-revision").first()
    if last is not None:
        EntryChange.objects.create(
            operation=uuid5(key, "copy"),
            entry=known,
            revision=known.revision,
            person=last.person,
            at=clock.now(),
            displaced_text=known.text,
        )
