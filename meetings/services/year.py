"""年間の日程: a fiscal year's sittings from a rule, looked at first, then made."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings import clashes, year
from meetings.clashes import Clash
from meetings.models import CalendarDay, Sitting, YearPlan
from meetings.selectors import year as selectors
from meetings.services import sittings
from meetings.services.sittings import When
from meetings.year import DayNote, Month, Rule
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import audit, clock, jp
from portal.core.errors import InvalidError
from portal.core.repeats import made_before


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """One month as the clerk confirms it.

    ``day`` is the date proposed or chosen; ``closed`` names the closed day on which one
    chosen by hand falls. ``there`` are the body's own sittings of the month, which stay
    as they are. ``over`` months take no date any more.
    """

    month: Month
    day: date | None
    out: bool
    over: bool
    words: str
    closed: str
    there: list[Sitting]
    clashes: list[Clash]

    @property
    def taken(self) -> bool:
        """Whether the body meets on that very day already."""
        return any(_day_of(sitting) == self.day for sitting in self.there)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.words or self.closed or self.there or self.clashes)


def plan_year(
    *,
    actor: Actor,
    body: Body,
    number: int,
    rule: Rule,
    chosen: Mapping[date, date] | None = None,
) -> list[PlannedMonth]:
    """The twelve months of fiscal year ``number`` under the rule; writes nothing.

    ``chosen`` are the dates as changed by hand, by the first day of their month; a
    month missing there is left out. Raises InvalidError for a rule without any date.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    _check_hours(rule)
    closed, there = selectors.closed_days(number), _there(body, number)
    planned = []
    for month in year.plan(rule, number, closed):
        row = _planned(month, body, rule, there[month.first])
        planned.append(row if chosen is None else _changed(row, chosen, closed))
    if not any(row.day for row in planned):
        raise InvalidError(
            _(
                "この決まりでは、%(year)sにこれから開ける日が1日もありません。"
                "曜日、開かない月、閉庁日に当たるときの扱いを見直してください。"
            )
            % {"year": jp.fiscal_year_words(number)}
        )
    return _with_clashes(actor, body, rule, planned)


def _check_hours(rule: Rule) -> None:
    if rule.ends <= rule.starts:
        raise InvalidError(_("終了は、開始より後の時刻にしてください。"))


def _there(body: Body, number: int) -> Mapping[date, list[Sitting]]:
    found: dict[date, list[Sitting]] = defaultdict(list)
    for sitting in selectors.sittings_of_years([body], number):
        found[_day_of(sitting).replace(day=1)].append(sitting)
    return found


def _day_of(sitting: Sitting) -> date:
    return clock.day_of(sitting.starts_at)


def _planned(
    month: Month, body: Body, rule: Rule, there: list[Sitting]
) -> PlannedMonth:
    """The month under the rule alone; one with a sitting is left out at first."""
    obstacle = _obstacle(body, rule, month.day) if month.day else ""
    day = None if obstacle else month.day
    return PlannedMonth(
        month=month,
        day=day,
        out=bool(there),
        over=month.first < clock.today().replace(day=1),
        words=obstacle or year.words(rule, month),
        closed="",
        there=there,
        clashes=[],
    )


def _changed(
    row: PlannedMonth, chosen: Mapping[date, date], closed: Mapping[date, str]
) -> PlannedMonth:
    """The month with the clerk's date; what the rule said stays beside it."""
    day = chosen.get(row.month.first)
    if day is None:
        return replace(row, out=True)
    by_hand = day != row.day
    return replace(
        row, day=day, out=False, closed=year.why_closed(day, closed) if by_hand else ""
    )


def _obstacle(body: Body, rule: Rule, day: date) -> str:
    """Why the body cannot be convened for that day; empty where it can."""
    if _when(rule, day).starts_at <= clock.now():
        return _("もう過ぎた日です。")
    return "" if body.exists_on(day) else _("この会議体が置かれていない日です。")


def _when(rule: Rule, day: date) -> When:
    return When(
        datetime.combine(day, rule.starts, clock.JST),
        datetime.combine(day, rule.ends, clock.JST),
        rule.place,
    )


def _with_clashes(
    actor: Actor, body: Body, rule: Rule, planned: Sequence[PlannedMonth]
) -> list[PlannedMonth]:
    """The months with who is wanted elsewhere, for the days that would be made."""
    asked = [row.day for row in planned if row.day and not row.taken]
    spans = [_when(rule, day) for day in asked]
    found = clashes.clashes(actor, body, [(w.starts_at, w.ends_at) for w in spans])
    by_day = dict(zip(asked, found, strict=True))
    return [
        replace(row, clashes=by_day[row.day]) if row.day in by_day else row
        for row in planned
    ]


@transaction.atomic
def confirm_year(
    *,
    actor: Actor,
    key: UUID,
    body: Body,
    number: int,
    rule: Rule,
    days: Collection[date],
) -> list[Sitting]:
    """Make a draft sitting for each of ``days`` and keep the rule with them.

    A day on which the body meets already stays as it is. Numbers follow the dates. A
    repeat with ``key`` makes nothing more. Raises InvalidError for an impossible day.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    keys = {uuid5(key, day.isoformat()): day for day in sorted(days)}
    if made_before(YearPlan, key, body=body) is None:
        _check_days(body, number, rule, days)
        _keep_rule(actor, key, body, number, rule)
        _make(actor, body, rule, keys, _there(body, number))
    return list(Sitting.objects.filter(pk__in=keys).order_by("starts_at"))


def _check_days(body: Body, number: int, rule: Rule, days: Collection[date]) -> None:
    _check_hours(rule)
    if not days:
        raise InvalidError(_("会議を開く日を1日以上選んでください。"))
    if len(set(days)) < len(days):
        raise InvalidError(_("同じ日が2回選ばれています。どちらかを変えてください。"))
    first, last = year.fiscal_span(number)
    for day in days:
        outside = "" if first <= day <= last else _("この年度の日ではありません。")
        if words := outside or _obstacle(body, rule, day):
            raise InvalidError(f"{jp.era_words(day)}: {words}")


def _keep_rule(actor: Actor, key: UUID, body: Body, number: int, rule: Rule) -> None:
    YearPlan.objects.create(
        id=key,
        body=body,
        year=number,
        nth=rule.nth,
        weekday=rule.weekday,
        shift=rule.shift,
        months_out=sorted(rule.months_out),
        starts=rule.starts,
        ends=rule.ends,
        place=rule.place,
        confirmed_by=actor.person,
        confirmed_at=clock.now(),
    )


def _make(
    actor: Actor,
    body: Body,
    rule: Rule,
    keys: Mapping[UUID, date],
    there: Mapping[date, list[Sitting]],
) -> None:
    taken = {_day_of(sitting) for month in there.values() for sitting in month}
    wanted = {key: day for key, day in keys.items() if day not in taken}
    for key, day in wanted.items():
        sittings.create_sitting(actor=actor, key=key, body=body, when=_when(rule, day))
    _number_by_date(body)
    audit.record(
        "meetings.year.confirm",
        actor=actor.id,
        subject=f"body:{body.id}",
        detail={"made": len(wanted), "left": len(keys) - len(wanted)},
    )


def _number_by_date(body: Body) -> None:
    """Deal the numbers of the drafts ahead out anew, so that they follow the dates.

    Of these nobody has been told. A number that was given out stays.
    """
    drafts = list(
        body.sittings.filter(
            state=Sitting.State.DRAFT, starts_at__gt=clock.now()
        ).order_by("starts_at", "id")
    )
    numbers = sorted(sitting.number for sitting in drafts)
    last = body.sittings.aggregate(last=Max("number"))["last"] or 0
    # Numbers are unique at every moment: first beyond the last, then to their place.
    for step in (range(last + 1, last + 1 + len(drafts)), numbers):
        for sitting, number in zip(drafts, step, strict=True):
            sitting.number = number
        Sitting.objects.bulk_update(drafts, ["number"])


@transaction.atomic
def enter_calendar_day(
    *,
    actor: Actor,
    key: UUID,
    note: DayNote,
    decided_by: str,
    decided_on: date,
) -> CalendarDay:
    """Enter a closed day, or a day that is open after all, for all bodies.

    A repeat with ``key`` is answered. Raises InvalidError where the day is entered.
    """
    selectors.any_convened_bodies(actor)
    known = CalendarDay.objects.filter(pk=key).first()
    if known is not None:
        return known
    day = year.yearly(note.day) if note.yearly else note.day
    if CalendarDay.objects.filter(day=day, yearly=note.yearly).exists():
        raise InvalidError(
            _(
                "この日は、もう登録されています。変えるときは、先に前の登録を消してください。"
            )
        )
    row = CalendarDay.objects.create(
        id=key,
        day=day,
        yearly=note.yearly,
        closed=note.closed,
        name=note.name,
        decided_by=decided_by,
        decided_on=decided_on,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    _record_day("enter", actor, row)
    return row


@transaction.atomic
def remove_calendar_day(*, actor: Actor, row: CalendarDay) -> None:
    """Take an entry out of the calendar; sittings already made keep their dates."""
    selectors.any_convened_bodies(actor)
    _record_day("remove", actor, row)
    row.delete()


def _record_day(what: str, actor: Actor, row: CalendarDay) -> None:
    audit.record(
        f"meetings.calendar_day.{what}",
        actor=actor.id,
        subject=f"calendar_day:{row.id}",
        detail={
            "day": row.day.isoformat(),
            "yearly": row.yearly,
            "closed": row.closed,
            "decided_on": row.decided_on.isoformat(),
        },
    )
