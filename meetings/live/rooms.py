"""What is the same of a sitting's room whoever asks: items, rosters, the floor."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from meetings import rosters
from meetings.models import AgendaItem, Invitation, Presence, Sitting, Turn
from members.facts import Role
from members.models import Seat


@dataclass(frozen=True, slots=True)
class Rooms:
    """Some sittings with their items; whose of it is shown to whom is decided apart."""

    sittings: Mapping[UUID, Sitting]
    items: Mapping[UUID, AgendaItem]
    rosters: Mapping[UUID, list[dict[str, Any]]]
    floors: Mapping[UUID, list[dict[str, Any]]]

    def with_more(self, more: "Rooms") -> "Rooms":
        """Both as one."""
        if more is self:
            return self
        return Rooms(
            sittings={**self.sittings, **more.sittings},
            items={**self.items, **more.items},
            rosters={**self.rosters, **more.rosters},
            floors={**self.floors, **more.floors},
        )


def rooms_of(sittings: Collection[UUID]) -> Rooms:
    """The rooms of these sittings, as they are now."""
    items = {item.id: item for item in room_items(sitting__in=sittings)}
    return Rooms(
        sittings=Sitting.objects.select_related("body").in_bulk(sittings),
        items=items,
        rosters=_rosters(items),
        floors=_floors(items),
    )


def room_items(**wanted: object) -> list[AgendaItem]:
    """Agenda items with all that the decision and the room's page ask of them."""
    rows = AgendaItem.objects.filter(**wanted).select_related("body", "case")
    return list(rows.prefetch_related("about").order_by("order"))


def _rosters(items: Mapping[UUID, AgendaItem]) -> dict[UUID, list[dict[str, Any]]]:
    """Per item everybody seated on it: inside, gone again, waiting, or not come yet."""
    last: dict[tuple[UUID, UUID], Presence] = {}
    for row in Presence.objects.filter(item__in=items).order_by("starts_at"):
        last[row.item_id, row.person_id] = row
    here = set(
        Invitation.objects.filter(
            sitting__items__in=items, withdrawn_at=None, checked_in_at__isnull=False
        ).values_list("sitting_id", "person_id")
    )
    seats = rosters.seats_of(items)
    return {
        key: [
            _seat_view(
                seat,
                last.get((key, seat.person_id)),
                here=(item.sitting_id, seat.person_id) in here,
            )
            for seat in seats[key]
        ]
        for key, item in items.items()
    }


def _seat_view(seat: Seat, last: Presence | None, *, here: bool) -> dict[str, Any]:
    return {
        "person": str(seat.person_id),
        "name": seat.person.name,
        "organization": str(seat.person.organization_id),
        "agency": seat.person.organization.name,
        "role": seat.get_role_display(),
        "guest": seat.role == Role.GUEST,
        "inside": last is not None and last.ends_at is None,
        "here": here,
        "came": last.starts_at.isoformat() if last else None,
        "left": last.ends_at.isoformat() if last and last.ends_at else None,
    }


def _floors(items: Mapping[UUID, AgendaItem]) -> dict[UUID, list[dict[str, Any]]]:
    """Per item who has the floor and who asks for it, in the order of asking."""
    turns = Turn.objects.filter(item__in=items, ended_at=None)
    floors: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for turn in turns.select_related("person__organization"):
        floors[turn.item_id].append(
            {
                "person": str(turn.person_id),
                "name": turn.person.name,
                "agency": turn.person.organization.name,
                "speaks": turn.given_at is not None,
            }
        )
    return floors
