"""The demo's calendar: every date follows from `today` and a month offset.

Offset 0 is the sitting of today, -12 to -1 the regular sittings of the twelve months
before this one, 1 the regular sitting of next month.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

from portal.demo.content.types import FiscalYear

PAST_MONTHS = 12
_THURSDAY, _SATURDAY = 3, 5


def regular_day(year: int, month: int) -> date:
    """The third Thursday, or the next working day when that is a holiday."""
    first = date(year, month, 1)
    day = first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 14)
    while day.weekday() >= _SATURDAY or jpholiday.is_holiday(day):
        day += timedelta(days=1)
    return day


def fiscal_year_of(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def era_year(year: int) -> str:
    """`year` in 令和, as municipalities write it (元年 for 2019)."""
    return "元" if year == 2019 else str(year - 2018)


def fiscal_year(year: int) -> FiscalYear:
    return FiscalYear(
        year=year,
        label=f"令和{era_year(year)}年度",
        starts_on=date(year, 4, 1),
        ends_before=date(year + 1, 4, 1),
    )


@dataclass(frozen=True)
class Timeline:
    """Answers "when" for a demo that is looked at on `today`."""

    today: date

    def month(self, offset: int) -> tuple[int, int]:
        """Year and month, `offset` months from today's month."""
        months = self.today.year * 12 + self.today.month - 1 + offset
        return months // 12, months % 12 + 1

    def sitting_day(self, offset: int) -> date:
        if offset == 0:
            return self.today
        return regular_day(*self.month(offset))

    def day(self, offset: int, days: int = 0) -> date:
        """`days` after (or before) the sitting of the month `offset`."""
        return self.sitting_day(offset) + timedelta(days=days)

    def session_fiscal_year(self, offset: int) -> int:
        year, month = self.month(offset)
        return fiscal_year_of(date(year, month, 1))

    def term_start(self) -> date:
        """1 April on which the current two-year terms began.

        Chosen so that next month's sitting still lies within the term.
        """
        return date(self.session_fiscal_year(1) - 1, 4, 1)

    def born(self, age: int, month: int, day: int) -> date:
        """Birth date of somebody who was `age` on 1 April of this fiscal year.

        School years follow this age, so a pupil stays in the right grade.
        """
        year = fiscal_year_of(self.today) - age
        return date(year if (month, day) <= (4, 1) else year - 1, month, day)


def age_on(born: date, day: date) -> int:
    before_birthday = (day.month, day.day) < (born.month, born.day)
    return day.year - born.year - before_birthday


def months_between(earlier: date, later: date) -> int:
    """Calendar months from the month of `earlier` to that of `later`."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
