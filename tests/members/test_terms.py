"""Terms: the last day by every rule, over all days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.models import Body, Charter
from members.terms import remaining_term, term_end
from portal.core import jp

Rule = Charter.TermRule
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def body(ends_on: date | None = None) -> Body:
    return Body(name="支援会議", regime="shien", ends_on=ends_on)


@given(DAYS)
def test_the_fiscal_year_after_ends_on_the_last_of_march(start: date) -> None:
    end = term_end(Rule.FISCAL_YEAR_AFTER, start, body())
    assert end is not None
    assert (end.month, end.day) == (3, 31)
    assert jp.fiscal_year(end) == jp.fiscal_year(start) + 1
    assert timedelta(days=365) <= end - start <= timedelta(days=731)


@given(DAYS)
def test_two_years_are_two_years_to_the_day(start: date) -> None:
    end = term_end(Rule.TWO_YEARS, start, body())
    assert end is not None
    after = end + timedelta(days=1)
    assert after.year == start.year + 2
    assert (after.month, after.day) in {(start.month, start.day), (3, 1)}


@given(DAYS, DAYS)
def test_a_later_start_never_ends_earlier(one: date, other: date) -> None:
    early, late = sorted((one, other))
    for rule in (Rule.FISCAL_YEAR_AFTER, Rule.TWO_YEARS):
        ends = [term_end(rule, day, body()) for day in (early, late)]
        assert ends[0] is not None
        assert ends[1] is not None
        assert ends[0] <= ends[1]


@given(DAYS, st.none() | DAYS)
def test_without_a_count_of_years_only_the_body_ends_a_term(
    start: date, ends_on: date | None
) -> None:
    assert term_end(Rule.NONE, start, body(ends_on)) is None
    assert term_end(Rule.POST, start, body(ends_on)) is None
    assert term_end(Rule.BODY, start, body(ends_on)) == ends_on


@given(DAYS, st.none() | DAYS)
def test_a_substitute_gets_the_remainder_and_no_more(
    start: date, until: date | None
) -> None:
    if until is not None and until < start:
        with pytest.raises(ValueError, match=str(until.year)):
            remaining_term(start, until)
    else:
        assert remaining_term(start, until) == until


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 4, 1), date(2028, 3, 31)),
        (date(2027, 3, 31), date(2028, 3, 31)),
        (date(2026, 11, 21), date(2028, 3, 31)),
    ],
)
def test_the_first_and_the_last_day_of_a_fiscal_year(start: date, end: date) -> None:
    assert term_end(Rule.FISCAL_YEAR_AFTER, start, body()) == end


def test_a_term_that_begins_on_a_leap_day() -> None:
    end = term_end(Rule.TWO_YEARS, date(2028, 2, 29), body())
    assert end == date(2030, 2, 28)
