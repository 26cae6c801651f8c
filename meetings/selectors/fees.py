"""謝金・旅費一覧 of a sitting, and the rates of a body."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meetings.fees import Fee, Span, Sums, rate_for, stay_of, sums_of
from meetings.models import FeeRate, Presence, Sitting, Travel
from meetings.selectors.sittings import convened_sitting
from members.access import Actor
from members.charters import kept_body
from members.facts import Action
from members.models import Body, Organization, Person
from members.selectors import commissioned_people
from portal.core import clock


@dataclass(frozen=True, slots=True)
class FeeList:
    """The list: nothing of an item or a case, only who came for how long."""

    sitting: Sitting
    fees: list[Fee]
    sums: Sums


def fees_of(actor: Actor, sitting_id: UUID) -> FeeList:
    """Who came from outside, for who convenes the sitting.

    Who came for an item that the actor is kept away from is not there (R27).
    """
    opened = convened_sitting(actor, sitting_id)
    sitting = opened.sitting
    items = [item.id for item in opened.visible(Action.CONVENE)]
    rows = Presence.objects.filter(
        item__in=items,
        person__organization__internal=False,
        person__household_member__isnull=True,
    ).select_related("person__organization")
    spans: dict[Person, list[Span]] = defaultdict(list)
    for row in rows.order_by("person__organization__kana", "person__kana"):
        spans[row.person].append((row.starts_at, row.ends_at or _end(sitting)))
    rates = list(FeeRate.objects.filter(body=sitting.body_id))
    travels = dict(
        Travel.objects.filter(sitting=sitting).values_list("person_id", "amount")
    )
    day = clock.day_of(sitting.starts_at)
    fees = [
        Fee(
            person=person,
            came=min(start for start, _end in found),
            left=max(end for _start, end in found),
            stayed=stay_of(found),
            rate=rate_for(person, day, rates),
            travel=travels.get(person.id, 0),
        )
        for person, found in spans.items()
    ]
    return FeeList(sitting, fees, sums_of(fees))


def _end(sitting: Sitting) -> datetime:
    return sitting.closed_at or max(sitting.ends_at, clock.now())


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a body, the latest first, and for whom new ones can be."""

    body: Body
    rates: list[FeeRate]
    organizations: list[Organization]
    people: list[Person]


def rates_of(actor: Actor, body_id: UUID) -> Rates:
    """The rates, for who may settle the body's rules."""
    body, _access = kept_body(actor, body_id, Action.SET_RULES)
    rates = FeeRate.objects.filter(body=body).select_related(
        "organization", "person__organization"
    )
    people = [p for p in commissioned_people([body]) if not p.organization.internal]
    agencies = {p.organization_id: p.organization for p in people}
    return Rates(body, list(rates)[::-1], list(agencies.values()), people)
