"""What a person's calendar page and their feed show: own invitations only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from meetings import rosters
from meetings.models import CalendarChoice, CalendarFeed, Invitation, Sitting
from meetings.selectors import sittings
from meetings.selectors.agenda import IN_PREPARATION
from meetings.selectors.sittings import ListedSitting
from members.access import Access, Actor, access_for
from portal.core.errors import HiddenError

LOOKS_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """The person's feed, if there is one, and their choice about entries in mails."""

    feed: CalendarFeed | None
    attach: bool


def require_part(actor: Actor) -> None:
    """Let whoever may be told of sittings through; the page is nobody else's."""
    if not rosters.takes_part(access_for(actor, cases=(), items=())):
        raise HiddenError


def own_calendar(actor: Actor) -> OwnCalendar:
    """What the person has set up."""
    require_part(actor)
    choice = CalendarChoice.objects.filter(person=actor.person).first()
    feed = CalendarFeed.objects.filter(person=actor.person, ends_at=None).first()
    return OwnCalendar(feed, choice is None or choice.attach)


def own_invitations(access: Access) -> Iterator[tuple[ListedSitting, Invitation]]:
    """The sittings of the last year and to come that the person is asked to.

    Also those that were cancelled, in a number of queries that does not grow.
    """
    asked = Invitation.objects.filter(person=access.actor.person, withdrawn_at=None)
    rows = (
        Sitting.objects.filter(
            id__in=asked.values("sitting"), ends_at__gt=access.t - LOOKS_BACK
        )
        .exclude(state__in=IN_PREPARATION)
        .select_related("body__unit")
        .prefetch_related("joint__body")
        .order_by("starts_at", "id")
    )
    for line in sittings.lines(access, rows):
        if line.invitation is not None:
            yield line, line.invitation
