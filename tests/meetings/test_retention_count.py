"""保存期間, counted (R34): against the calendar itself, on ten thousand days."""

import random
from datetime import date, timedelta

import pytest

from meetings.retention import counted_from, expires_on

pytestmark = pytest.mark.pure


def test_a_case_closed_on_2_april_2026_is_kept_to_31_march_2032() -> None:
    assert counted_from(date(2026, 4, 2)) == date(2027, 4, 1)
    assert expires_on(date(2026, 4, 2), 5) == date(2032, 3, 31)
    assert expires_on(date(2026, 3, 31), 5) == date(2031, 3, 31)
    assert expires_on(date(2026, 4, 2), 0) == date(2027, 3, 31)
    assert expires_on(date(2026, 4, 2), None) is None


APRILS = [date(year, 4, 1) for year in range(1990, 2100)]


def by_the_calendar(completed_on: date, years: int) -> date:
    """R34 read anew: from the first 1 April after that day, that many more Aprils."""
    coming = [april for april in APRILS if april > completed_on]
    return coming[years] - timedelta(days=1)


def test_ten_thousand_dates_are_counted_as_by_the_calendar() -> None:
    dice, first = random.Random(34), date(1990, 1, 1)
    for _draw in range(10_000):
        day = first + timedelta(days=dice.randrange(365 * 60))
        years = dice.choice([0, 1, 1, 3, 3, 5, 5, 10])
        assert expires_on(day, years) == by_the_calendar(day, years), (day, years)
