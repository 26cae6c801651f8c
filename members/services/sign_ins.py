"""Sign-ins: begun with a strength, strengthened by a factor, ended at once.

A sign-in is the ground of every page, socket and download: ending its row is
what revocation means (R14, P5).
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from members.access import Actor
from members.filters import ending_after
from members.models import Person, Scope, SignIn
from members.services import own_notices
from portal.core import audit, clock, restoring
from portal.core.errors import HiddenError, UnavailableError

SHOWN_DAYS = 30
MOST_SHOWN = 100


def person_named(person_id: UUID) -> Person | None:
    """Whose password was right a moment ago: the sign-in has not begun yet."""
    return Person.objects.filter(id=person_id).first()


@transaction.atomic
def start(
    *,
    person: Person,
    strength: int,
    link_id: UUID | None = None,
    scope: Scope | None = None,
    ends_at: datetime | None = None,
    address: str = "",
    user_agent: str = "",
    device: str = "",
    by_phone: bool = False,
) -> SignIn:
    """Begin a sign-in of ``person``; a link's ends with the link.

    ``device`` is the browser's token. Where it was not seen with this person before,
    the person is told; not of their very first one, if all they gave was a code from
    the mailbox that would be told.
    """
    if not person.organization.internal and restoring.is_closed():
        raise UnavailableError  # until a restore is proved (R40)
    now = clock.now()
    digest = _device_digest(person, device)
    sign_in = SignIn.objects.create(
        person=person,
        started_at=now,
        seen_at=now,
        ends_at=ends_at,
        strength=strength,
        strong_at=now if strength == 2 else None,
        link_id=link_id,
        purpose=scope.purpose if scope else "",
        scope_id=scope.id if scope else None,
        address=address,
        user_agent=user_agent[:200],
        device=digest,
        by_phone=by_phone,
    )
    audit.record(
        "members.sign_in.start",
        actor=person.id,
        subject=f"sign_in:{sign_in.id}",
        detail={"strength": strength, "link": str(link_id or "")},
    )
    if digest and _is_news(sign_in):
        own_notices.new_device(person)
    return sign_in


def _device_digest(person: Person, device: str) -> str:
    if not device:
        return ""
    return hashlib.sha256(f"{person.id}:{device}".encode()).hexdigest()


def _is_news(sign_in: SignIn) -> bool:
    earlier = SignIn.objects.filter(person=sign_in.person).exclude(id=sign_in.id)
    if earlier.filter(device=sign_in.device).exists():
        return False
    return sign_in.strength == 2 or earlier.exclude(device="").exists()


def own_sign_ins(*, actor: Actor) -> list[SignIn]:
    """The actor's sign-ins of the last days, the newest first."""
    since = clock.now() - timedelta(days=SHOWN_DAYS)
    rows = SignIn.objects.filter(person=actor.person, started_at__gte=since)
    return list(rows.order_by("-started_at")[:MOST_SHOWN])


@transaction.atomic
def strengthen(*, actor: Actor) -> None:
    """Note that the person has just proved a personal factor (R8)."""
    if actor.sign_in is None:
        raise ValueError("Only a sign-in can be strengthened.")
    actor.sign_in.strength, actor.sign_in.strong_at = 2, clock.now()
    actor.sign_in.save(update_fields=["strength", "strong_at"])
    audit.record(
        "members.sign_in.strengthen",
        actor=actor.id,
        subject=f"sign_in:{actor.sign_in.id}",
    )


@transaction.atomic
def end(*, actor: Actor) -> None:
    """Sign out: the actor's own sign-in ends now."""
    if actor.sign_in is not None:
        _end(Q(id=actor.sign_in.id))
        audit.record(
            "members.sign_in.end",
            actor=actor.id,
            subject=f"sign_in:{actor.sign_in.id}",
        )


@transaction.atomic
def end_own(*, actor: Actor, sign_in_id: UUID) -> None:
    """End one of the actor's sign-ins, on whatever device it is."""
    own = SignIn.objects.filter(person=actor.person, id=sign_in_id)
    if not own.exists():
        raise HiddenError
    _end(Q(id=sign_in_id))
    audit.record("members.sign_in.end", actor=actor.id, subject=f"sign_in:{sign_in_id}")


@transaction.atomic
def end_others(*, actor: Actor) -> int:
    """End all of the actor's sign-ins but the one they act in; returns how many."""
    if actor.sign_in is None:
        raise ValueError("Only a sign-in has others beside it.")
    ended = _end(Q(person=actor.person) & ~Q(id=actor.sign_in.id))
    audit.record(
        "members.sign_in.end_others",
        actor=actor.id,
        subject=f"person:{actor.id}",
        detail={"ended": ended},
    )
    return ended


@transaction.atomic
def end_all(*, person: Person | None = None, link_id: UUID | None = None) -> int:
    """End every sign-in of ``person``, or every one that rests on a link.

    The caller records why; returns how many were live.
    """
    if person is not None:
        return _end(Q(person=person))
    if link_id is not None:
        return _end(Q(link_id=link_id))
    raise ValueError("Name a person or a link.")


def end_by_phone() -> int:
    """End every sign-in that a code to a telephone opened; the caller records why."""
    return _end(Q(by_phone=True))


def _end(which: Q) -> int:
    now = clock.now()
    live = ending_after(now)
    return SignIn.objects.filter(which & live).update(ends_at=now)
