"""Ways into a case beside a selection: grants, deputies, guests, requests (R32).

They are narrow, and each ends by itself; who reviews a case must know them all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from documents.models import CooperationRequest
from members.facts import Role
from members.filters import holding_at
from members.models import ArchiveGrant, Case, Person, Seat
from portal.core import clock

# Agenda items with their cases, for the app that owns them to fill in.
ITEMS: list[Callable[[], QuerySet[Any]]] = []


class Way(StrEnum):
    """By which rule somebody gets in."""

    ARCHIVE = "R33"
    DEPUTY = "R25"
    GUEST = "R16"
    REQUEST = "R15"


@dataclass(frozen=True, slots=True)
class OtherWay:
    """One person's way into one case, until when."""

    person: Person
    case: Case
    way: Way
    until: datetime | None

    @property
    def over(self) -> bool:
        """Whether its day has passed and nobody has closed it."""
        return self.until is not None and self.until <= clock.now()


def into(case: Q, person: Q) -> list[OtherWay]:
    """All that stand now; ``case`` and ``person`` say which, by their own fields."""
    cases = {each.id: each for each in _cases(case, person)}
    people = Q(person__in=Person.objects.filter(person))
    found = [*_by_case(cases, people), *_by_item(cases, people)]
    return sorted(found, key=lambda each: (each.case.number, each.person.kana))


def _cases(case: Q, person: Q) -> QuerySet[Case]:
    """The cases that can be meant: for an agency not all there are."""
    rows = Case.objects.filter(case).select_related("body")
    if case:
        return rows
    people = Person.objects.filter(person)
    granted = Q(archive_grants__person__in=people)
    asked = Q(cooperation_requests__person__in=people)
    seats = _seats(Q(person__in=people)).values("item_id")
    seated = [items().filter(id__in=seats).values("case") for items in ITEMS]
    chosen = granted | asked
    for each in seated:
        chosen |= Q(id__in=each)
    return rows.filter(chosen).distinct()


def _by_case(cases: dict[Any, Case], people: Q) -> Iterator[OtherWay]:
    grants = ArchiveGrant.objects.filter(holding_at(clock.now()), people)
    for row in grants.filter(case__in=cases).select_related("person__organization"):
        yield OtherWay(row.person, cases[row.case_id], Way.ARCHIVE, row.ends_at)
    asked = CooperationRequest.objects.filter(people, case__in=cases)
    waiting = asked.filter(state=CooperationRequest.State.WAITING)
    for each in waiting.select_related("person__organization"):
        until = clock.day_end(each.due_on)
        yield OtherWay(each.person, cases[each.case_id], Way.REQUEST, until)


def _by_item(cases: dict[Any, Case], people: Q) -> Iterator[OtherWay]:
    for items in ITEMS:
        known = items().filter(case__in=cases)
        of_items = dict(known.values_list("id", "case"))
        for seat in _seats(people & Q(item_id__in=of_items)):
            way = Way.DEPUTY if seat.role == Role.DEPUTY else Way.GUEST
            yield OtherWay(
                seat.person, cases[of_items[seat.item_id]], way, seat.ends_at
            )


def _seats(which: Q) -> QuerySet[Seat]:
    rows = Seat.objects.filter(which, holding_at(clock.now()))
    rows = rows.filter(role__in=(Role.DEPUTY, Role.GUEST))
    return rows.select_related("person__organization")
