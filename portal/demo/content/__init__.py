"""The demo municipality 見本市 as pure data; everything in it is invented.

`demo_content(today)` is the same for the same day: no randomness, no database.
"""

from datetime import date

from portal.demo.content.bodies import BODIES, acknowledgements, commissions
from portal.demo.content.cases import cases
from portal.demo.content.matter import Matter
from portal.demo.content.minutes import entries
from portal.demo.content.organizations import MUNICIPALITY, ORGANIZATIONS, UNITS
from portal.demo.content.papers import papers
from portal.demo.content.people import PEOPLE
from portal.demo.content.pledges import PLEDGES
from portal.demo.content.schedule import SCHEDULE
from portal.demo.content.sittings import CLERKS, agenda_item, sitting_key, sittings
from portal.demo.content.timeline import PAST_MONTHS, Timeline, fiscal_year
from portal.demo.content.types import (
    AgendaItem,
    DemoContent,
    MinutesEntry,
    Paper,
)
from portal.demo.content.year import closed_days, year_rules

__all__ = ["demo_content"]


def demo_content(today: date) -> DemoContent:
    """The whole demo municipality as it stands on `today`."""
    timeline = Timeline(today)
    all_cases = {case.key: case for case in cases(timeline)}
    all_sittings = {sitting.key: sitting for sitting in sittings(timeline)}
    items: list[AgendaItem] = []
    minutes: list[MinutesEntry] = []
    all_papers: list[Paper] = []
    for scheduled in SCHEDULE:
        sitting = all_sittings[sitting_key(scheduled.unit, scheduled.offset)]
        case = all_cases[scheduled.case] if scheduled.case else None
        clerk = CLERKS[sitting.unit]
        item = agenda_item(scheduled, sitting, case, timeline)
        said = entries(scheduled, sitting, clerk, timeline)
        before = {
            row.key: all_sittings[row.sitting].held_on
            for row in items
            if row.case and (row.case, row.regime) == (item.case, item.regime)
        }
        earlier = tuple(
            (before[entry.item], entry) for entry in minutes if entry.item in before
        )
        all_papers += papers(Matter(item, sitting, case, said, earlier, clerk))
        items.append(item)
        minutes += said
    years = range(
        timeline.session_fiscal_year(-PAST_MONTHS), timeline.session_fiscal_year(1) + 1
    )
    return DemoContent(
        today=today,
        municipality=MUNICIPALITY,
        units=UNITS,
        fiscal_years=tuple(map(fiscal_year, years)),
        organizations=ORGANIZATIONS,
        people=PEOPLE,
        bodies=BODIES,
        year_rules=year_rules(timeline, all_sittings),
        closed_days=closed_days(timeline),
        pledges=PLEDGES,
        commissions=commissions(timeline),
        acknowledgements=acknowledgements(timeline),
        cases=tuple(all_cases.values()),
        sittings=tuple(all_sittings.values()),
        items=tuple(items),
        minutes=tuple(minutes),
        papers=tuple(all_papers),
    )
