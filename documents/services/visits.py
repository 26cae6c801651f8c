"""A browser at the gate of a link, and the sign-in that a proof there opens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from documents.models import Link
from members.models import SignIn
from members.services import sign_ins
from portal.core import audit, clock


class Verdict(StrEnum):
    """What became of a proof. Only WRONG has been compared and counted."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NO_CODE = "no code"
    WAIT = "wait"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of a proof: a sign-in only when the verdict is RIGHT."""

    verdict: Verdict
    sign_in: SignIn | None = None
    wait_seconds: int = 0


class Visit(NamedTuple):
    """A browser at the gate of a link, before anybody is signed in."""

    link: Link
    browser: str
    address: str
    user_agent: str
    device: str = ""


class Proved(NamedTuple):
    """By what the person proved who they are; ``until`` if that is for a time only."""

    way: str
    strength: int
    until: datetime | None = None


def locked_row(link: Link) -> Link | None:
    """The link's row, locked until commit, if the link is live.

    The clock is read after the lock is held: a revocation that was waited for
    counts.
    """
    rows = Link.objects.select_for_update(of=("self",))
    row = rows.select_related("person__organization").filter(pk=link.pk).first()
    return row if row and row.is_live(clock.now()) else None


def open_link(link: Link, visit: Visit, proved: Proved) -> SignIn:
    """One sign-in for what the locked ``link`` leads to; it ends with the link."""
    if link.opened_at is None:
        link.opened_at = clock.now()
        link.save(update_fields=["opened_at"])
    ends = [t for t in (link.ends_at, proved.until) if t is not None]
    sign_in = sign_ins.start(
        person=link.person,
        strength=proved.strength,
        link_id=link.id,
        scope=link.scope,
        ends_at=min(ends, default=None),
        address=visit.address,
        user_agent=visit.user_agent,
        device=visit.device,
        by_phone=proved.until is not None,
    )
    audit.record(
        "documents.link.open",
        actor=link.person_id,
        subject=f"link:{link.id}",
        detail={"way": proved.way, "sign_in": str(sign_in.id)},
    )
    return sign_in
