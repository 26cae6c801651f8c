"""What can be said afterwards of an item at which one was not seen."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from meetings.models import AgendaItem, Presence
from members.models import Seat
from portal.core import clock

MINUTE = timedelta(minutes=1)


def gap(
    item: AgendaItem, stays: Iterable[Presence]
) -> tuple[datetime, datetime] | None:
    """The part of a closed item, from its beginning, in which nobody saw the person.

    Less than a minute at the door is nothing.
    """
    if item.state != AgendaItem.State.CLOSED:
        return None
    if item.opened_at is None or item.closed_at is None:
        return None
    until = min([item.closed_at, *(stay.starts_at for stay in stays)])
    return (item.opened_at, until) if until - item.opened_at >= MINUTE else None


def of_today(item: AgendaItem) -> bool:
    """Whether it is still the day of the item's sitting, in Japan."""
    return clock.today() == clock.day_of(item.sitting.starts_at)


def received_for(item: AgendaItem) -> set[UUID]:
    """Who had come to the meeting before the item was over, let in or not."""
    until = item.closed_at or clock.now()
    came = item.sitting.invitations.filter(withdrawn_at=None, checked_in_at__lt=until)
    return set(came.values_list("person", flat=True))


def origin_words(stays: Iterable[Presence], seat: Seat) -> str:
    """What the record adds to a person's part, where nobody showed them in."""
    attested = Presence.Origin.ATTESTED
    mine = {stay.origin for stay in stays if stay.person_id == seat.person_id}
    return f"({attested.label})" if attested in mine else ""
