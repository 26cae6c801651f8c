"""任期: until which day a commission runs, by the rule of its body."""

from datetime import date, timedelta

from members.models import Body, Charter
from portal.core import clock, jp

Rule = Charter.TermRule
_FISCAL_YEAR_LAST = (3, 31)


def term_end(rule: str, start: date, body: Body) -> date | None:
    """The last day of a term that begins on ``start``; None for one without an end.

    With the post it ends when the post passes on, with the body when the body ends.
    """
    if rule == Rule.FISCAL_YEAR_AFTER:
        return date(jp.fiscal_year(start) + 2, *_FISCAL_YEAR_LAST)
    if rule == Rule.TWO_YEARS:
        return _two_years_on(start) - timedelta(days=1)
    return body.ends_on if rule == Rule.BODY else None


def usual_end(body: Body, starts_on: date) -> date | None:
    """The last day of a term from that day on, by the rules that the body has then.

    It is counted from the body's first day where that is later.
    """
    start = body.begun_by(max(clock.day_start(starts_on), clock.now()))
    first = clock.day_of(start)
    return term_end(body.rules_at(start).term_rule, first, body)


def remaining_term(start: date, predecessor_until: date | None) -> date | None:
    """補欠: the last day of a substitute's term, the predecessor's own.

    Raises ValueError where nothing of it remains on ``start``.
    """
    if predecessor_until is not None and predecessor_until < start:
        raise ValueError(predecessor_until)
    return predecessor_until


def _two_years_on(day: date) -> date:
    """The same day two years later; after 29 February the first of March."""
    try:
        return day.replace(year=day.year + 2)
    except ValueError:
        return date(day.year + 2, 3, 1)
