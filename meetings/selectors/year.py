"""年間の日程 as its custodians see it: bodies, the calendar, the year's sittings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from meetings import year
from meetings.models import CalendarDay, Sitting, YearPlan
from meetings.selectors.sittings import ListedSitting, lines
from meetings.year import Rule
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import clock, jp
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class BodyYears:
    """One body of the list: its latest rule, and how many meetings each year has."""

    body: Body
    latest: YearPlan | None
    counts: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class BodyYear:
    """One fiscal year of one body, with the rule confirmed for it."""

    body: Body
    year: int
    years: list[int]
    lines: list[ListedSitting]
    plan: YearPlan | None
    plannable: bool


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The closed days of one fiscal year, and what the municipality has entered."""

    year: int
    years: list[int]
    days: dict[date, str]
    entered: list[CalendarDay]


def convened_body(actor: Actor, body_id: UUID) -> tuple[Body, Access]:
    """One body, if the actor convenes its sittings."""
    body = Body.objects.select_related("unit").filter(id=body_id).first()
    if body is None:
        raise HiddenError
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    return body, access


def any_convened_bodies(actor: Actor) -> list[Body]:
    """The bodies that the actor convenes; hidden for whoever convenes none."""
    bodies = members.convened_bodies(access_for(actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    return bodies


def plannable_years() -> list[int]:
    """The present fiscal year, for what is left of it, and the next."""
    this = jp.fiscal_year(clock.today())
    return [this, this + 1]


def body_years(actor: Actor) -> list[BodyYears]:
    """The bodies that the actor convenes, each with its rule and counts."""
    bodies = any_convened_bodies(actor)
    years = plannable_years()
    counts = {(body.id, number): 0 for body in bodies for number in years}
    for sitting in sittings_of_years(bodies, *years):
        number = jp.fiscal_year(clock.day_of(sitting.starts_at))
        for held_by in {sitting.body_id, *(j.body_id for j in sitting.joint.all())}:
            if (held_by, number) in counts:
                counts[held_by, number] += 1
    latest: dict[UUID, YearPlan] = {}
    for plan in YearPlan.objects.filter(body__in=bodies):
        latest.setdefault(plan.body_id, plan)
    return [
        BodyYears(
            body,
            latest.get(body.id),
            [(number, counts[body.id, number]) for number in years],
        )
        for body in bodies
    ]


def body_year(actor: Actor, body_id: UUID, number: int | None) -> BodyYear:
    """The sittings of one fiscal year, by date; the present year unless told."""
    body, access = convened_body(actor, body_id)
    open_years = plannable_years()
    years = [open_years[0] - 1, *open_years]
    chosen = number if number in years else open_years[0]
    return BodyYear(
        body=body,
        year=chosen,
        years=years,
        lines=lines(access, sittings_of_years([body], chosen)),
        plan=YearPlan.objects.filter(body=body, year=chosen)
        .select_related("confirmed_by")
        .first(),
        plannable=chosen in open_years,
    )


def sittings_of_years(bodies: Iterable[Body], *years: int) -> QuerySet[Sitting]:
    """The sittings of ``bodies`` in these fiscal years by date, joint ones with them.

    Not those called off.
    """
    first, last = year.fiscal_span(min(years))[0], year.fiscal_span(max(years))[1]
    held = Sitting.objects.filter(
        Q(body__in=bodies) | Q(joint__body__in=bodies),
        starts_at__gte=clock.day_start(first),
        starts_at__lt=clock.day_end(last),
    )
    return (
        held.exclude(state=Sitting.State.CANCELLED)
        .select_related("body__unit")
        .prefetch_related("joint__body__unit")
        .distinct()
        .order_by("starts_at", "id")
    )


def closed_days(number: int) -> dict[date, str]:
    """The named closed days of a fiscal year, as the municipality has them."""
    return year.closed_days(number, [row.note for row in CalendarDay.objects.all()])


def calendar_year(actor: Actor, number: int | None) -> CalendarYear:
    """The calendar page: for everybody who convenes a body."""
    any_convened_bodies(actor)
    years = plannable_years()
    chosen = number if number in years else years[0]
    return CalendarYear(
        year=chosen,
        years=years,
        days=closed_days(chosen),
        entered=list(CalendarDay.objects.select_related("entered_by")),
    )


def calendar_day(actor: Actor, day_id: UUID) -> CalendarDay:
    """One entry of the calendar, for everybody who convenes a body."""
    any_convened_bodies(actor)
    row = CalendarDay.objects.filter(id=day_id).first()
    if row is None:
        raise HiddenError
    return row


def latest_rule(body: Body) -> Rule | None:
    """The rule confirmed last for the body, to be repeated."""
    plan = YearPlan.objects.filter(body=body).first()
    return plan.rule if plan else None
