"""How the year's meetings were dated, and the days on which the city hall is closed."""

from collections.abc import Mapping
from datetime import date

from portal.demo.content.sittings import sitting_key
from portal.demo.content.timeline import Timeline, fiscal_year_of, regular_day
from portal.demo.content.types import ClosedDay, Sitting, UnitKey, YearRule

_UNITS: tuple[UnitKey, ...] = ("north", "south")
_NEXT_MONTH = 1
_THIRD, _THURSDAY = 3, 3


def year_rules(
    timeline: Timeline, sittings: Mapping[str, Sitting]
) -> tuple[YearRule, ...]:
    """The rule of this fiscal year in each unit, as its regular sittings follow it."""
    regular = [sittings[sitting_key(unit, _NEXT_MONTH)] for unit in _UNITS]
    return tuple(
        YearRule(
            body=sitting.body,
            year=fiscal_year_of(timeline.today),
            nth=_THIRD,
            weekday=_THURSDAY,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            place=sitting.place,
        )
        for sitting in regular
    )


def closed_days(timeline: Timeline) -> tuple[ClosedDay, ...]:
    """The town's own day, and one on which next year's rule will have to move."""
    year = fiscal_year_of(timeline.today)
    return (
        ClosedDay(
            day=date(2000, 10, 1),
            yearly=True,
            name="市制記念日",
            decided_by="見本市の休日を定める条例",
            decided_on=date(2006, 3, 24),
        ),
        ClosedDay(
            day=regular_day(year + 1, 8),
            yearly=False,
            name="庁舎の電気設備の点検",
            decided_by="見本市長の決定",
            decided_on=date(year, 4, 1),
        ),
    )
