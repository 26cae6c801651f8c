"""Who is in the room for an item, came and left; who says that they were missed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meetings import rosters
from meetings.attendance import gap, of_today
from meetings.models import AgendaItem, Attestation, Invitation, Minutes, Presence
from members.access import Access
from members.facts import Role
from members.models import Seat
from portal.core.errors import HiddenError

State = AgendaItem.State


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the roster: when they came to the day, and to the item."""

    seat: Seat
    arrived_at: datetime | None
    stays: list[Presence]
    act: str

    @property
    def guest(self) -> bool:
        """Somebody who comes for this item only, when called (R16)."""
        return self.seat.role == Role.GUEST


def attendance_of(item: AgendaItem) -> list[Line]:
    """Everybody seated on the item, in a fixed number of queries."""
    arrived = dict(
        Invitation.objects.filter(
            sitting=item.sitting_id, withdrawn_at=None
        ).values_list("person_id", "checked_in_at")
    )
    stays = _stays([item.id])
    return [
        Line(
            seat,
            arrived.get(seat.person_id),
            mine := stays[item.id, seat.person_id],
            _next_act(item, mine, arrived.get(seat.person_id)),
        )
        for seat in rosters.seats_of([item.id])[item.id]
    ]


def _next_act(
    item: AgendaItem, stays: list[Presence], arrived_at: datetime | None
) -> str:
    """The one thing to press for a person now: as the room's own list offers it."""
    if any(stay.ends_at is None for stay in stays):
        return "show-out"
    if item.state == State.OPEN:
        return "admit"
    return "check-in" if item.state == State.PENDING and arrived_at is None else ""


def _stays(items: Collection[UUID]) -> dict[tuple[UUID, UUID], list[Presence]]:
    stays: dict[tuple[UUID, UUID], list[Presence]] = defaultdict(list)
    for row in Presence.objects.filter(item__in=items).order_by("starts_at"):
        stays[row.item_id, row.person_id].append(row)
    return stays


def attestations_of(item: AgendaItem) -> list[Attestation]:
    """Who said that they were there, answered or not."""
    rows = Attestation.objects.filter(item=item)
    return list(rows.select_related("person__organization"))


def attestation_named(item_id: UUID, attestation_id: int) -> Attestation:
    """One of the item's; the service behind the button decides."""
    rows = Attestation.objects.filter(item=item_id, pk=attestation_id)
    attestation = rows.select_related("item").first()
    if attestation is None:
        raise HiddenError
    return attestation


@dataclass(frozen=True, slots=True)
class Missed:
    """An own item on which one was not seen from its beginning, and what was said."""

    number: int
    item: AgendaItem
    said: Attestation | None


def missed(access: Access, items: list[AgendaItem]) -> list[Missed]:
    """The reader's own items of which something can be said, or was."""
    person = access.actor.id
    closed = {item.id for item in items if item.state == State.CLOSED}
    if not closed:
        return []
    said = {
        row.item_id: row
        for row in Attestation.objects.filter(item__in=closed, person=person)
    }
    fixed = Minutes.objects.filter(item__in=closed).exclude(state=Minutes.State.WRITING)
    open_records = closed - set(fixed.values_list("item_id", flat=True))
    stays = _stays(closed)
    return [
        Missed(number, item, said.get(item.id))
        for number, item in enumerate(items, 1)
        if item.id in said
        or (
            item.id in open_records
            and of_today(item)
            and gap(item, stays[item.id, person]) is not None
            and rosters.would_follow(access, item)
        )
    ]
