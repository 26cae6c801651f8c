"""統計 of the bodies and cases that the reader keeps: by year, body, unit or month."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.counting import (
    REPORTED,
    Facts,
    Held,
    Part,
    private_tables,
    public_tables,
)
from meetings.figures import Figure, Table, figure_of
from meetings.models import (
    AgendaItem,
    HandBack,
    MoveNotice,
    Outcome,
    Presence,
    ResourceGap,
    Sitting,
    SupportDecision,
    Task,
)
from meetings.policies import item_facts
from meetings.selectors.gaps import kept_bodies
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Case
from members.policies import case_facts
from portal.core import clock, jp

YEARS_BACK = 5
YEARS_BESIDE = 3


class By(StrEnum):
    """What stands side by side."""

    WHOLE = "whole"
    UNIT = "unit"
    BODY = "body"
    MONTH = "month"
    YEAR = "year"


class Use(StrEnum):
    """What the figures are for."""

    SHARED = "shared"
    REPORT = "report"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which figures are asked for, and what for."""

    year: int
    body: Body | None = None
    by: By = By.WHOLE
    use: Use = Use.SHARED

    @property
    def masked(self) -> bool:
        """Whether counts of households are held to steps, as others may have them."""
        return self.use is Use.SHARED


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one fiscal year, or of some."""

    wish: Wish
    bodies: list[Body]
    figures: list[Figure]


def years_offered() -> list[int]:
    """The present fiscal year and those before it."""
    now = jp.fiscal_year(clock.today())
    return [now - back for back in range(YEARS_BACK + 1)]


def figures_of(actor: Actor, wish: Wish) -> Figures:
    """Counts for those who keep bodies, in a fixed number of queries.

    Cases that are not the reader's, and what the reader is kept from, count nowhere
    (R5, R27). Raises HiddenError for everybody else.
    """
    bodies = kept_bodies(actor)
    chosen = [wish.body] if wish.body in bodies else bodies
    columns = _columns(wish, chosen)
    parts = [part for column in columns.values() for part in column]
    facts = _facts(actor, bodies, min(p.first for p in parts), _last(parts))
    return Figures(wish, bodies, list(_figures(facts, wish, chosen, columns)))


def _last(parts: Iterable[Part]) -> date:
    return max(part.last for part in parts)


def _year(bodies: Iterable[Body], year: int) -> list[Part]:
    """One part for each body: what is held to steps on its own."""
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    return [Part(frozenset({body.id}), first, last) for body in bodies]


def _columns(wish: Wish, bodies: Sequence[Body]) -> dict[str, list[Part]]:
    """The parts of each column of households, by its name."""
    if wish.by is By.YEAR:
        years = range(wish.year - YEARS_BESIDE + 1, wish.year + 1)
        return {jp.fiscal_year_words(year): _year(bodies, year) for year in years}
    if wish.by is By.BODY:
        return {str(body): _year([body], wish.year) for body in bodies}
    if wish.by is By.UNIT:
        units: dict[str, list[Part]] = defaultdict(list)
        for body in bodies:
            name = str(body.unit) if body.unit else _("全域")
            units[name] += _year([body], wish.year)
        return dict(units)
    return {_("数"): _year(bodies, wish.year)}


def _months(year: int, bodies: Sequence[Body]) -> dict[str, Part]:
    ids = frozenset(body.id for body in bodies)
    months = [(year, m) for m in range(4, 13)] + [(year + 1, m) for m in range(1, 4)]
    return {
        f"{month}月": Part(ids, date(y, month, 1), _month_end(y, month))
        for y, month in months
    }


def _figures(
    facts: Facts,
    wish: Wish,
    bodies: Sequence[Body],
    columns: Mapping[str, list[Part]],
) -> Iterator[Figure]:
    whole = {name: [_joined(parts)] for name, parts in columns.items()}
    atoms = columns if wish.masked else whole  # a case of two bodies is counted once
    public = {n: [public_tables(facts, p) for p in ps] for n, ps in whole.items()}
    private = {n: [private_tables(facts, p) for p in ps] for n, ps in atoms.items()}
    if wish.use is Use.REPORT:
        both = (*_side_by_side(public, wish), *_side_by_side(private, wish))
        yield from (figure for figure in both if figure.key in REPORTED)
        return
    if wish.by is not By.MONTH:
        yield from _side_by_side(public, wish)
        yield from _side_by_side(private, wish)
        return
    months = {
        name: [public_tables(facts, part)]
        for name, part in _months(wish.year, bodies).items()
    }
    yield from (f for f in _side_by_side(months, wish) if f.key != "meetings")
    for figures in (_side_by_side(public, wish), _side_by_side(private, wish)):
        yield from (f for f in figures if f.key in _MONTHLY)


_MONTHLY = {"meetings", "new"}


def _joined(parts: Sequence[Part]) -> Part:
    bodies = frozenset[UUID]().union(*(part.bodies for part in parts))
    return Part(bodies, parts[0].first, parts[0].last)


def _side_by_side(
    columns: Mapping[str, list[list[Table]]], wish: Wish
) -> Iterator[Figure]:
    """Each kind of table of all columns as one figure, in the usual order."""
    kinds = [t.key for tables in columns.values() for t in tables[0]]
    for key in dict.fromkeys(kinds):
        found = {
            name: [t for tables in atoms for t in tables if t.key == key]
            for name, atoms in columns.items()
        }
        yield figure_of(found, masked=wish.masked, rest=_("その他の機関"))


def _facts(actor: Actor, bodies: Sequence[Body], first: date, last: date) -> Facts:
    """What is counted of all bodies that the reader keeps, whichever are looked at.

    So a body, or a year, has the same figures on its own page and beside others.
    """
    cases = _cases(actor, bodies, first, last)
    ids = [case.id for case in cases]
    items = _items(actor, bodies, first, last)
    tasks = Task.objects.filter(entry__item__in=items, entry__deleted=False)
    gaps = _gaps(bodies, first, last).filter(Q(general=True) | Q(item__in=items))
    return Facts(
        today=clock.today(),
        sittings=list(_sittings(bodies, first, last)),
        items=list(_held(items)),
        cases=cases,
        tasks=list(tasks.values_list("entry__item", "done_on", "entry__due_on")),
        outcomes=list(Outcome.objects.filter(case__in=ids)),
        endings=[*_endings(ids)],
        gaps=[
            (body, clock.day_of(at), field, state)
            for body, at, field, state in gaps.values_list(
                "body", "raised_at", "field", "state"
            )
        ],
    )


def _cases(actor: Actor, bodies: Sequence[Body], first: date, last: date) -> list[Case]:
    """The reader's cases that were open, or of which something came, on the days."""
    not_over = Q(closed_on=None) | Q(closed_on__gte=first)
    was_open = Q(not_over, opened_on__lte=last)
    rows = list(
        rosters.cases_kept_by(actor)
        .filter(was_open | _came_of_it(first, last), body__in=bodies)
        .select_related("body", "referrer")
        .prefetch_related("household")
    )
    access = access_for(actor, cases=[case.id for case in rows], items=())
    return [c for c in rows if access.offers(Action.CONVENE, case_facts(c))]


def _came_of_it(first: date, last: date) -> Q:
    """Cases of which something is counted on the days, however long they are over."""
    days = (first, last)
    outcomes = Outcome.objects.filter(held_on__range=days)
    decisions = SupportDecision.objects.filter(decided_on__range=days)
    backs = HandBack.objects.filter(handed_on__range=days)
    notices = MoveNotice.objects.filter(decided_on__range=days)
    return (
        Q(id__in=outcomes.values("case"))
        | Q(id__in=decisions.values("outcome__case"))
        | Q(id__in=backs.values("case"))
        | Q(id__in=notices.values("case"))
    )


def _items(
    actor: Actor, bodies: Sequence[Body], first: date, last: date
) -> list[AgendaItem]:
    """The reader's items that were dealt with, and those that gaps were raised on."""
    on_the_days = Q(
        body__in=bodies,
        sitting__starts_at__gte=clock.day_start(first),
        sitting__starts_at__lt=clock.day_end(last),
    )
    gaps = _gaps(bodies, first, last).filter(item__isnull=False)
    rows = list(
        AgendaItem.objects.filter(
            Q(case=None) | Q(case__in=rosters.cases_kept_by(actor).values("id")),
            on_the_days | Q(id__in=gaps.values("item")),
            sitting__state=Sitting.State.CLOSED,
        )
        .select_related("sitting")
        .prefetch_related("about")
    )
    access = access_for(
        actor,
        cases={item.case_id for item in rows if item.case_id},
        items={item.id for item in rows},
    )
    return [
        item
        for item in rows
        if access.offers(Action.CONVENE, item_facts(item, actor.id))
    ]


def _sittings(
    bodies: Sequence[Body], first: date, last: date
) -> Iterator[tuple[UUID, date]]:
    rows = Sitting.objects.filter(
        body__in=bodies,
        state=Sitting.State.CLOSED,
        starts_at__gte=clock.day_start(first),
        starts_at__lt=clock.day_end(last),
    )
    for body, at in rows.values_list("body", "starts_at"):
        yield body, clock.day_of(at)


def _held(items: Sequence[AgendaItem]) -> Iterator[Held]:
    """The items with the agencies that were in the room; a household is none."""
    came: dict[UUID, set[str]] = defaultdict(set)
    presences = Presence.objects.filter(
        item__in=items, person__household_member__isnull=True
    )
    names = presences.values_list("item", "person__organization__name")
    for item_id, name in names:
        came[item_id].add(name)
    for item in items:
        yield Held(
            id=item.id,
            body=item.body_id,
            sitting=item.sitting_id,
            day=clock.day_of(item.sitting.starts_at),
            law=item.law,
            occasion=item.occasion,
            case=item.case_id,
            agencies=frozenset(came[item.id]),
        )


def _endings(cases: Sequence[UUID]) -> Iterator[tuple[UUID, date, str]]:
    """What happened to cases beside their meetings' outcomes."""
    decided = SupportDecision.objects.filter(outcome__case__in=cases, granted=True)
    for case, day in decided.values_list("outcome__case", "decided_on"):
        yield case, day, "decided"
    for case, day in HandBack.objects.filter(case__in=cases).values_list(
        "case", "handed_on"
    ):
        yield case, day, "back"
    for case, day in MoveNotice.objects.filter(case__in=cases).values_list(
        "case", "decided_on"
    ):
        yield case, day, "moved"


def _gaps(bodies: Sequence[Body], first: date, last: date) -> QuerySet[ResourceGap]:
    return ResourceGap.objects.filter(
        body__in=bodies,
        raised_at__gte=clock.day_start(first),
        raised_at__lt=clock.day_end(last),
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
