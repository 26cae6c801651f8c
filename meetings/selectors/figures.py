"""統計 of a fiscal year, over the bodies and cases that the reader keeps."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.figures import Line, Table, counted, middle, most, spread
from meetings.models import (
    AgendaItem,
    Outcome,
    Presence,
    ResourceGap,
    Sitting,
    Task,
)
from meetings.selectors.gaps import kept_bodies
from members.access import Actor, access_for
from members.facts import Action, Regime
from members.filters import concerning, holding_at
from members.models import Body, Case, Recusal
from members.policies import case_facts
from portal.core import clock, jp

YEARS_BACK = 5
AGENCIES_SHOWN = 15
_AGES = [
    (17, "17歳以下"),
    (39, "18歳から39歳"),
    (64, "40歳から64歳"),
    (74, "65歳から74歳"),
]
_DAYS = [
    (30, "30日以内"),
    (60, "31日から60日"),
    (90, "61日から90日"),
    (180, "91日から180日"),
]


@dataclass(frozen=True, slots=True)
class Figures:
    """The tables of one fiscal year."""

    year: int
    body: Body | None
    bodies: list[Body]
    tables: list[Table]


@dataclass(frozen=True, slots=True)
class _Range:
    """What is counted: whose, of which days, about which cases."""

    bodies: list[Body]
    first: date
    last: date
    cases: list[Case]

    @property
    def case_ids(self) -> list[UUID]:
        return [case.id for case in self.cases]

    @property
    def times(self) -> tuple[datetime, datetime]:
        return clock.day_start(self.first), clock.day_end(self.last)


def years_offered() -> list[int]:
    """The present fiscal year and those before it."""
    now = jp.fiscal_year(clock.today())
    return [now - back for back in range(YEARS_BACK + 1)]


def figures_of(actor: Actor, *, body: Body | None, year: int) -> Figures:
    """Counts for those who keep bodies, in a fixed number of queries.

    Cases that are not the reader's, and what the reader is kept from, count nowhere
    (R5, R27). Raises HiddenError for everybody else.
    """
    bodies = kept_bodies(actor)
    chosen = [body] if body in bodies else bodies
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    found = _Range(chosen, first, last, _cases(actor, chosen, first, last))
    items = _items(actor, found)
    tables = [
        *_of_meetings(found, items),
        *_of_cases(found),
        *_of_work(found, items),
        *_of_gaps(found, items),
    ]
    return Figures(year, body if body in bodies else None, bodies, tables)


def _cases(actor: Actor, bodies: Sequence[Body], first: date, last: date) -> list[Case]:
    """The reader's cases that were open on a day of the year."""
    rows = list(
        rosters.cases_kept_by(actor)
        .filter(body__in=bodies, opened_on__lte=last)
        .filter(Q(closed_on=None) | Q(closed_on__gte=first))
        .select_related("body", "referrer")
        .prefetch_related("household")
    )
    access = access_for(actor, cases=[case.id for case in rows], items=())
    return [c for c in rows if access.offers(Action.CONVENE, case_facts(c))]


def _items(actor: Actor, found: _Range) -> QuerySet[AgendaItem]:
    """The items that were dealt with, of the reader's cases and of none."""
    start, end = found.times
    away = Recusal.objects.filter(
        holding_at(clock.now()), concerning(actor.person), item_id__isnull=False
    )
    return AgendaItem.objects.filter(
        Q(case=None) | Q(case__in=found.case_ids),
        body__in=found.bodies,
        sitting__state=Sitting.State.CLOSED,
        sitting__starts_at__gte=start,
        sitting__starts_at__lt=end,
    ).exclude(id__in=away.values("item_id"))


def _of_meetings(found: _Range, items: QuerySet[AgendaItem]) -> Iterator[Table]:
    start, end = found.times
    held = Sitting.objects.filter(
        body__in=found.bodies,
        state=Sitting.State.CLOSED,
        starts_at__gte=start,
        starts_at__lt=end,
    ).values_list("starts_at", flat=True)
    months = Counter(str(_day(at).month) for at in held)
    yield Table("meetings", _("開いた会議"), _("回"), tuple(counted(months, _MONTHS)))
    by_law = Counter(items.values_list("law", flat=True))
    laws = [
        (Regime.SHIEN, _("支援会議(同意を前提としない)")),
        (Regime.JUSO, _("重層的支援会議(本人同意あり)")),
        (Regime.NONE, _("事例を扱わない議題など")),
    ]
    yield Table("regimes", _("議題の根拠"), _("件"), tuple(counted(by_law, laws)))
    of_cases = items.exclude(case=None)
    by_occasion = Counter(of_cases.values_list("occasion", flat=True))
    yield Table(
        "occasions",
        _("事例の議題の時期"),
        _("件"),
        tuple(counted(by_occasion, AgendaItem.Occasion.choices)),
    )
    yield _agencies(items)


def _agencies(items: QuerySet[AgendaItem]) -> Table:
    rows = (
        Presence.objects.filter(item__in=items)
        .exclude(person__household_member__isnull=False)
        .values_list("person__organization__name")
        .annotate(sittings=Count("item__sitting", distinct=True))
    )
    counts = dict(rows)
    note = _("%(number)d機関が参加しました。") % {"number": len(counts)}
    return Table(
        "agencies",
        _("会議に出た機関"),
        _("回"),
        tuple(most(counts, number=AGENCIES_SHOWN, rest=_("その他の機関"))),
        whole=False,
        note=note if counts else "",
    )


def _of_cases(found: _Range) -> Iterator[Table]:
    status = Counter(case.status for case in found.cases)
    yield _private(
        "status", _("事例の状況(現在)"), counted(status, Case.Status.choices)
    )
    new = [c for c in found.cases if found.first <= c.opened_on <= found.last]
    months = Counter(str(case.opened_on.month) for case in new)
    yield _private("new", _("新しく受け付けた事例"), counted(months, _MONTHS))
    on = min(found.last, clock.today())
    births = [m.birth_date for c in found.cases for m in c.household.all() if m.subject]
    ages = [_age(born, on) for born in births if born]
    lines = spread(ages, _AGES, "75歳以上")
    unknown = len(births) - len(ages)
    yield _private("ages", _("本人の年齢"), [*lines, Line(_("分からない"), unknown)])
    routes = Counter(str(case.referrer or _("つなぎ元なし")) for case in found.cases)
    yield _private(
        "routes",
        _("つなぎ元"),
        most(routes, number=AGENCIES_SHOWN, rest=_("その他の機関")),
    )


def _private(key: str, title: str, lines: Sequence[Line], note: str = "") -> Table:
    return Table(key, title, _("件"), tuple(lines), private=True, note=note)


def _of_work(found: _Range, items: QuerySet[AgendaItem]) -> Iterator[Table]:
    today = clock.today()
    tasks = Task.objects.filter(entry__item__in=items, entry__deleted=False)
    kinds: Counter[str] = Counter()
    for done, due in tasks.values_list("done_on", "entry__due_on"):
        late = due is not None and due < today
        kinds["done" if done else "late" if late else "open"] += 1
    labels = [("done", _("済み")), ("open", _("続いている")), ("late", _("期限超過"))]
    title = _("役割分担と持ち帰り")
    yield Table("tasks", title, _("件"), tuple(counted(kinds, labels)))
    firsts = (
        Outcome.objects.filter(case__in=found.case_ids, result=_CONFIRMED)
        .values_list("case", "case__opened_on")
        .annotate(on=Min("held_on"))
    )
    days = [
        (on - opened).days
        for _case, opened, on in firsts
        if found.first <= on <= found.last
    ]
    half = middle(days)
    note = _("中央値は%(days)d日です。") % {"days": half} if half is not None else ""
    yield _private(
        "days", _("受付からプラン確定まで"), spread(days, _DAYS, "181日以上"), note
    )


def _of_gaps(found: _Range, items: QuerySet[AgendaItem]) -> Iterator[Table]:
    start, end = found.times
    rows = list(
        ResourceGap.objects.filter(
            Q(general=True) | Q(item__in=items),
            body__in=found.bodies,
            raised_at__gte=start,
            raised_at__lt=end,
        ).values_list("field", "state")
    )
    fields = Counter(field for field, _state in rows)
    states = Counter(state for _field, state in rows)
    yield Table(
        "gaps",
        _("足りない資源(分野)"),
        _("件"),
        tuple(counted(fields, ResourceGap.Field.choices)),
    )
    yield Table(
        "gap-states",
        _("足りない資源(その後)"),
        _("件"),
        tuple(counted(states, ResourceGap.State.choices)),
    )


_CONFIRMED = Outcome.Result.CONFIRMED
_MONTHS = [(str(month), f"{month}月") for month in (*range(4, 13), *range(1, 4))]


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _day(at: datetime) -> date:
    return at.astimezone(clock.JST).date()
