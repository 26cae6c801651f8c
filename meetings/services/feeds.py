"""カレンダー連携: the address from which a person's calendar reads, and the choice."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models.links import digest_of
from documents.services.links import SECRET_BYTES
from meetings import calendar, notices, rosters
from meetings.calendar import Method
from meetings.models import CalendarChoice, CalendarFeed, Invitation, Sitting
from meetings.selectors import feeds as selectors
from meetings.selectors.sittings import ListedSitting
from members.access import Actor
from members.models import Person
from portal.core import audit, clock
from portal.core.errors import HiddenError, StepUpError, UnavailableError

READS_PER_HOUR = 60
HOUR = timedelta(hours=1)


def without_entries(people: Iterable[Person]) -> set[UUID]:
    """Those whose notices bring no calendar entry."""
    choices = CalendarChoice.objects.filter(person__in=people, attach=False)
    return set(choices.values_list("person_id", flat=True))


@transaction.atomic
def choose_entries(*, actor: Actor, attach: bool) -> None:
    """From now on the actor's notices bring a calendar entry, or none at all."""
    selectors.require_part(actor)
    CalendarChoice.objects.update_or_create(
        person=actor.person, defaults={"attach": attach}
    )
    audit.record(
        "meetings.calendar.choose",
        actor=actor.id,
        subject=f"person:{actor.id}",
        detail={"attach": attach},
    )


@transaction.atomic
def make_feed(*, actor: Actor) -> str:
    """Make the actor's one feed; the old address dies. The new one is told once.

    It shows every sitting that the person is asked to, for as long as they are: more
    than the link shows that may have opened this session. So it takes the personal
    factor. Raises StepUpError without it.
    """
    selectors.require_part(actor)
    if actor.sign_in is None or actor.sign_in.strength < 2:
        raise StepUpError
    _end(actor)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed.objects.create(
        person=actor.person, digest=digest_of(secret), starts_at=clock.now()
    )
    _record("make", actor, feed)
    return f"{settings.BASE_URL}{reverse('meetings:feed-read', args=[secret])}"


@transaction.atomic
def stop_feed(*, actor: Actor) -> None:
    """End the actor's feed, if there is one."""
    selectors.require_part(actor)
    _end(actor)


def _end(actor: Actor) -> None:
    # The person's row is the lock: two windows at once leave one feed.
    Person.objects.select_for_update().get(pk=actor.id)
    for feed in CalendarFeed.objects.filter(person=actor.person, ends_at=None):
        feed.ends_at = clock.now()
        feed.save(update_fields=["ends_at"])
        _record("stop", actor, feed)


def _record(what: str, actor: Actor, feed: CalendarFeed) -> None:
    audit.record(f"meetings.feed.{what}", actor=actor.id, subject=f"feed:{feed.id}")


@transaction.atomic
def read_feed(*, secret: str) -> str:
    """The calendar behind the address: own invitations in neutral words (R39).

    Decided anew at every read, as if the person had just signed in. Raises
    HiddenError for an unknown or ended address and for whoever takes part in
    nothing any more, UnavailableError beyond ``READS_PER_HOUR``.
    """
    feed = (
        CalendarFeed.objects.select_for_update(of=("self",))
        .select_related("person__organization")
        .filter(digest=digest_of(secret))
        .first()
    )
    if feed is None or not feed.span.holds(clock.now()):
        raise HiddenError
    access = rosters.standing([feed.person], items=())[feed.person_id]
    if not rosters.takes_part(access):
        raise HiddenError
    _count(feed)
    rows = [
        _row(line, invitation, feed.person)
        for line, invitation in selectors.own_invitations(access)
    ]
    return calendar.render_feed(feed.id, _("かさね"), rows)


def _count(feed: CalendarFeed) -> None:
    """Bound the reads of an hour; the first of each is an event in the trail."""
    now = clock.now()
    first = feed.hour_at is None or now >= feed.hour_at + HOUR
    if not first and feed.hour_count >= READS_PER_HOUR:
        raise UnavailableError
    if first:
        audit.record(
            "meetings.feed.read",
            actor=feed.person_id,
            subject=f"feed:{feed.id}",
            detail={"reads_before": feed.hour_count},
        )
        feed.hour_at, feed.hour_count = now, 0
    feed.hour_count += 1
    feed.read_at = now
    feed.save(update_fields=["hour_at", "hour_count", "read_at"])


def _row(line: ListedSitting, invitation: Invitation, person: Person) -> calendar.Entry:
    sitting = line.sitting
    gone = sitting.state == Sitting.State.CANCELLED
    facts = notices.Facts(
        serial=line.serial,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        name=person.name,
        email=person.email,
        uid=invitation.calendar_uid,
        sequence=invitation.sequence,
        stamp=clock.now(),
        address=notices.page_address(sitting.id, person),
    )
    return notices.entry_of(Method.CANCEL if gone else Method.REQUEST, facts)
