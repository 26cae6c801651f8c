"""統計: what is counted of facts that were loaded, for some bodies and some days. Pure.

The rows of the national report (重層的支援体制整備事業 実績報告) are those that our
sources name: meetings held, plans they settled, how cases began and ended. They are
reported as they are: steps would be wrong numbers there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from meetings.figures import Line, Table, counted, spread
from meetings.models import AgendaItem, Outcome, ResourceGap
from members.facts import Regime
from members.models import Case

AGENCIES_SHOWN = 15
REPORTED = {"national-meetings", "national"}
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
_MONTHS = [(str(month), f"{month}月") for month in (*range(4, 13), *range(1, 4))]


@dataclass(frozen=True, slots=True)
class Held:
    """An item that was dealt with; ``agencies`` were in the room."""

    id: UUID
    body: UUID
    sitting: UUID
    day: date
    law: str
    occasion: str
    case: UUID | None
    agencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is counted, of all bodies and years that are looked at."""

    today: date
    sittings: Sequence[tuple[UUID, date]]
    items: Sequence[Held]
    cases: Sequence[Case]
    tasks: Sequence[tuple[UUID, date | None, date | None]]
    outcomes: Sequence[Outcome]
    endings: Sequence[tuple[UUID, date, str]]
    gaps: Sequence[tuple[UUID, date, str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """The bodies and the days of one column."""

    bodies: frozenset[UUID]
    first: date
    last: date

    def holds(self, body: UUID, day: date) -> bool:
        """Whether something of the body on that day belongs to it."""
        return body in self.bodies and self.first <= day <= self.last


def public_tables(facts: Facts, part: Part) -> list[Table]:
    """Counts of meetings and of what they took on; no household shows in them."""
    items = [i for i in facts.items if part.holds(i.body, i.day)]
    return [
        *_of_meetings(facts, part, items),
        _of_agencies(items),
        _of_tasks(facts, items),
        *_of_gaps(facts, part),
    ]


def private_tables(facts: Facts, part: Part) -> list[Table]:
    """Counts of households, for one body and one year: the atoms."""
    items = [i for i in facts.items if part.holds(i.body, i.day)]
    cases = [c for c in facts.cases if _open_in(c, part)]
    return [
        _national(facts, part, items),
        _of_occasions(items),
        *_of_cases(facts, part, cases),
        _of_days(facts, part),
    ]


def _of_meetings(facts: Facts, part: Part, items: Sequence[Held]) -> Iterator[Table]:
    months = Counter(str(day.month) for b, day in facts.sittings if part.holds(b, day))
    lines = tuple(counted(months, _MONTHS))
    yield Table("meetings", _("開いた会議"), _("回"), lines, monthly=True)
    sittings = {law: {i.sitting for i in items if i.law == law} for law in Regime}
    lines = (
        Line(_("支援会議"), len(sittings[Regime.SHIEN])),
        Line(_("重層的支援会議"), len(sittings[Regime.JUSO])),
    )
    title = _("支援会議と重層的支援会議の開催")
    yield Table("national-meetings", title, _("回"), lines, whole=False)
    laws = [
        (Regime.SHIEN, _("支援会議(同意を前提としない)")),
        (Regime.JUSO, _("重層的支援会議(本人同意あり)")),
        (Regime.NONE, _("事例を扱わない議題など")),
    ]
    by_law = Counter(i.law for i in items)
    yield Table("regimes", _("議題の根拠"), _("件"), tuple(counted(by_law, laws)))


def _of_agencies(items: Sequence[Held]) -> Table:
    came = {(name, item.sitting) for item in items for name in item.agencies}
    counts = Counter(name for name, _sitting in came)
    lines = tuple(Line(name, counts[name]) for name in sorted(counts))
    title = _("会議に出た機関")
    return Table("agencies", title, _("回"), lines, whole=False, top=AGENCIES_SHOWN)


def _of_tasks(facts: Facts, items: Sequence[Held]) -> Table:
    mine = {item.id for item in items}
    kinds: Counter[str] = Counter()
    for item, done, due in facts.tasks:
        if item in mine:
            late = due is not None and due < facts.today
            kinds["done" if done else "late" if late else "open"] += 1
    labels = [("done", _("済み")), ("open", _("続いている")), ("late", _("期限超過"))]
    title = _("役割分担と持ち帰り")
    return Table("tasks", title, _("件"), tuple(counted(kinds, labels)))


def _of_gaps(facts: Facts, part: Part) -> Iterator[Table]:
    rows = [(f, s) for body, day, f, s in facts.gaps if part.holds(body, day)]
    fields = counted(Counter(f for f, _s in rows), ResourceGap.Field.choices)
    states = counted(Counter(s for _f, s in rows), ResourceGap.State.choices)
    yield Table("gaps", _("足りない資源(分野)"), _("件"), tuple(fields))
    yield Table("gap-states", _("足りない資源(その後)"), _("件"), tuple(states))


def _open_in(case: Case, part: Part) -> bool:
    ended = case.closed_on is not None and case.closed_on < part.first
    return case.body_id in part.bodies and case.opened_on <= part.last and not ended


def _private(
    key: str, title: str, lines: Sequence[Line], *, whole: bool = True
) -> Table:
    return Table(key, title, _("件"), tuple(lines), private=True, whole=whole)


def _of_occasions(items: Sequence[Held]) -> Table:
    counts = Counter(item.occasion for item in items if item.case)
    lines = counted(counts, AgendaItem.Occasion.choices)
    return _private("occasions", _("事例の議題の時期"), lines)


def _of_cases(facts: Facts, part: Part, cases: Sequence[Case]) -> Iterator[Table]:
    status = Counter(case.status for case in cases)
    lines = counted(status, Case.Status.choices)
    yield _private("status", _("事例の状況(現在)"), lines)
    begun = Counter(
        str(case.opened_on.month)
        for case in cases
        if part.first <= case.opened_on <= part.last
    )
    title = _("新しく受け付けた事例")
    yield Table(
        "new",
        title,
        _("件"),
        tuple(counted(begun, _MONTHS)),
        private=True,
        monthly=True,
    )
    fields = Counter(field for case in cases for field in case.fields)
    blank = Line(_("登録なし"), sum(not case.fields for case in cases))
    lines = [*counted(fields, Case.Field.choices), blank]
    yield _private("fields", _("事例の分野(複数あり)"), lines, whole=False)
    yield _of_ages(min(part.last, facts.today), cases)
    routes = Counter(str(case.referrer or _("つなぎ元なし")) for case in cases)
    ordered = tuple(Line(name, routes[name]) for name in sorted(routes))
    title = _("つなぎ元")
    yield Table("routes", title, _("件"), ordered, private=True, top=AGENCIES_SHOWN)


def _of_ages(on: date, cases: Sequence[Case]) -> Table:
    births = [m.birth_date for c in cases for m in c.household.all() if m.subject]
    ages = [age(born, on) for born in births if born]
    lines = spread(ages, _AGES, "75歳以上")
    unknown = Line(_("分からない"), len(births) - len(ages))
    return _private("ages", _("本人の年齢"), [*lines, unknown])


def _of_days(facts: Facts, part: Part) -> Table:
    """From the intake to the first plan that was settled, in the year it was."""
    cases = {case.id: case for case in facts.cases if case.body_id in part.bodies}
    firsts: dict[UUID, date] = {}
    for each in facts.outcomes:
        if each.result == Outcome.Result.CONFIRMED and each.case_id in cases:
            known = firsts.setdefault(each.case_id, each.held_on)
            firsts[each.case_id] = min(known, each.held_on)
    days = [
        (on - cases[case].opened_on).days
        for case, on in firsts.items()
        if part.first <= on <= part.last
    ]
    title, lines = _("受付からプラン確定まで"), spread(days, _DAYS, "181日以上")
    return Table("days", title, _("件"), tuple(lines), private=True, values=tuple(days))


def _national(facts: Facts, part: Part, items: Sequence[Held]) -> Table:
    bodies = {case.id: case.body_id for case in facts.cases}
    here = [
        o
        for o in facts.outcomes
        if o.case_id in bodies and part.holds(bodies[o.case_id], o.held_on)
    ]
    results = Counter(outcome.result for outcome in here)
    ends = Counter(
        how for case, day, how in facts.endings if part.holds(bodies[case], day)
    )
    discussed = {
        law: {i.case for i in items if i.case and i.law == law} for law in Regime
    }
    begun = sum(part.holds(c.body_id, c.opened_on) for c in facts.cases)
    result = Outcome.Result
    rows = [
        (_("新しく受け付けた事例"), begun),
        (_("支援会議で話し合った事例(実数)"), len(discussed[Regime.SHIEN])),
        (_("重層的支援会議で話し合った事例(実数)"), len(discussed[Regime.JUSO])),
        (_("プランの策定"), results[result.CONFIRMED]),
        (_("再プランの策定"), results[result.REPLANNED]),
        (_("うち参加支援事業を含む"), sum(o.participation for o in here)),
        (_("うちアウトリーチ等事業を含む"), sum(o.outreach for o in here)),
        (_("支援決定"), ends["decided"]),
        (_("支援の終結"), results[result.CLOSED]),
        (_("支援の中断"), results[result.SUSPENDED]),
        (_("つなぎもどし"), ends["back"]),
        (_("転出"), ends["moved"]),
    ]
    lines = [Line(label, count) for label, count in rows]
    return _private("national", _("事例とプラン"), lines, whole=False)


def age(born: date, on: date) -> int:
    """満年齢; who was born on a leap day has it a day later."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
