"""The dates of a fiscal year from a rule: pure functions over days.

National holidays come from jpholiday; what the municipality knows better, and its own
closed days, come as notes from a table. The last word wins: the library and the turn
of the year, then yearly notes, then notes for one date.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

import jpholiday
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core import jp

LAST = 5
_SATURDAY = 5
# 12/29 to 1/3, as nearly every ordinance on closed days has it (地方自治法4条の2).
_TURN_OF_THE_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)})
_YEARLY = 2000  # the year in which a yearly note is kept: it has a 29 February


class Shift(StrEnum):
    """What becomes of a date that falls on a closed day."""

    AFTER = "after"
    BEFORE = "before"
    SKIP = "skip"


NTH_WORDS = {
    1: gettext_lazy("第1"),
    2: gettext_lazy("第2"),
    3: gettext_lazy("第3"),
    4: gettext_lazy("第4"),
    LAST: gettext_lazy("最終"),
}
WEEKDAY_WORDS = (
    gettext_lazy("月曜日"),
    gettext_lazy("火曜日"),
    gettext_lazy("水曜日"),
    gettext_lazy("木曜日"),
    gettext_lazy("金曜日"),
    gettext_lazy("土曜日"),
    gettext_lazy("日曜日"),
)
SHIFT_WORDS = {
    Shift.AFTER: gettext_lazy("次の開庁日にする"),
    Shift.BEFORE: gettext_lazy("前の開庁日にする"),
    Shift.SKIP: gettext_lazy("その月は開かない"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One day in each month, its hours and its place."""

    nth: int  # 1 to 4, or LAST
    weekday: int  # 0 is Monday
    shift: Shift
    months_out: frozenset[int]
    starts: time
    ends: time
    place: str

    @property
    def words(self) -> str:
        """The rule in one line, without its place."""
        day = _("毎月%(nth)s%(weekday)s") % {
            "nth": NTH_WORDS[self.nth],
            "weekday": WEEKDAY_WORDS[self.weekday],
        }
        hours = _("%(start)sから%(end)s") % {
            "start": jp.clock_words(self.starts),
            "end": jp.clock_words(self.ends),
        }
        return f"{day} {hours}"

    @property
    def shift_words(self) -> str:
        """What becomes of a date on a closed day."""
        return str(SHIFT_WORDS[self.shift])

    @property
    def months_out_words(self) -> str:
        """The months without a meeting, in the order of the fiscal year."""
        months = sorted(self.months_out, key=lambda month: (month < 4, month))
        return "・".join(_("%(month)s月") % {"month": month} for month in months)


@dataclass(frozen=True, slots=True)
class DayNote:
    """What the municipality says of a day: closed under a name, or open after all."""

    day: date
    yearly: bool
    closed: bool
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the plan.

    ``regular`` is where the rule lands, None in a month left out; ``reason`` why it
    is closed; ``day`` the date proposed, None where the month has none.
    """

    first: date
    regular: date | None
    reason: str
    day: date | None


def yearly(day: date) -> date:
    """The day as a yearly note keeps it: month and day alone count."""
    return day.replace(year=_YEARLY)


def fiscal_span(year: int) -> tuple[date, date]:
    """First and last day of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def months(year: int) -> Iterator[date]:
    """The first days of the twelve months, April to March."""
    for number in range(12):
        yield date(year + (number >= 9), (number + 3) % 12 + 1, 1)


def closed_days(year: int, notes: Iterable[DayNote]) -> dict[date, str]:
    """The named closed days of a fiscal year, in order; weekends are not among them."""
    first, last = fiscal_span(year)
    names = {
        day: _("年末年始の休み")
        for day in _days(first, last)
        if (day.month, day.day) in _TURN_OF_THE_YEAR
    }
    names |= dict(jpholiday.between(first, last))
    for note in sorted(notes, key=lambda note: not note.yearly):
        for day in _meant(note, first, last):
            if note.closed:
                names[day] = note.name
            else:
                names.pop(day, None)
    return dict(sorted(names.items()))


def _meant(note: DayNote, first: date, last: date) -> list[date]:
    """The days of the fiscal year that the note speaks of."""
    if not note.yearly:
        return [note.day] if first <= note.day <= last else []
    wanted = (note.day.month, note.day.day)
    return [day for day in _days(first, last) if (day.month, day.day) == wanted]


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def why_closed(day: date, closed: Mapping[date, str]) -> str:
    """The name of the day off, or of the weekend; empty on an open day."""
    if day in closed:
        return closed[day]
    return str(WEEKDAY_WORDS[day.weekday()]) if day.weekday() >= _SATURDAY else ""


def plan(rule: Rule, year: int, closed: Mapping[date, str]) -> list[Month]:
    """The twelve months of the fiscal year under the rule."""
    return [_month(rule, first, closed) for first in months(year)]


def _month(rule: Rule, first: date, closed: Mapping[date, str]) -> Month:
    if first.month in rule.months_out:
        return Month(first, regular=None, reason="", day=None)
    regular = nth_weekday(first, rule.nth, rule.weekday)
    # A body that meets on Saturdays chose so: only a named day moves it.
    reason = closed.get(regular, "")
    day = regular if not reason else _moved(regular, rule.shift, closed)
    return Month(first, regular, reason, day)


def nth_weekday(first: date, nth: int, weekday: int) -> date:
    """The nth, or the last, such weekday of the month that begins on ``first``."""
    earliest = first + timedelta(days=(weekday - first.weekday()) % 7)
    if nth != LAST:
        return earliest + timedelta(weeks=nth - 1)
    days = calendar.monthrange(first.year, first.month)[1]
    return earliest + timedelta(weeks=(days - earliest.day) // 7)


def _moved(day: date, shift: Shift, closed: Mapping[date, str]) -> date | None:
    """The next open day that way in the same month; there may be none."""
    if shift is Shift.SKIP:
        return None
    step = timedelta(days=1 if shift is Shift.AFTER else -1)
    found = day + step
    while why_closed(found, closed) and found.month == day.month:
        found += step
    return found if found.month == day.month else None


def words(rule: Rule, month: Month) -> str:
    """Why the month's date is not where the rule says; empty where it is."""
    if month.regular is None:
        return _("会議を開かない月です。")
    if not month.reason:
        return ""
    why = _("%(month)s月%(day)s日は「%(reason)s」です。") % {
        "month": month.regular.month,
        "day": month.regular.day,
        "reason": month.reason,
    }
    if month.day is not None:
        after = rule.shift is Shift.AFTER
        then = _("次の開庁日にしました。") if after else _("前の開庁日にしました。")
    elif rule.shift is Shift.SKIP:
        then = _("この月は開きません。")
    else:
        then = _("この月のうちに、ずらせる開庁日がありません。")
    return why + then
