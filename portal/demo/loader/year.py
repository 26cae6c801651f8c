"""The calendar of the city hall, and the rules that dated this year's meetings."""

from datetime import date

from meetings.models import CalendarDay, YearPlan
from meetings.year import Shift
from portal.core import clock
from portal.demo.content.types import DemoContent
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows


def load(content: DemoContent, rows: Rows) -> None:
    """Closed days and rules, entered by the clerk before the year began."""
    clerks = {body.key: rows.people[body.secretariat] for body in content.bodies}
    for entry in content.closed_days:
        CalendarDay.objects.create(
            id=uid("closed_day", entry.name),
            day=entry.day,
            yearly=entry.yearly,
            name=entry.name,
            decided_by=entry.decided_by,
            decided_on=entry.decided_on,
            entered_by=clerks["representatives"],
            entered_at=clock.day_start(entry.decided_on),
        )
    for rule in content.year_rules:
        YearPlan.objects.create(
            id=uid("year_plan", f"{rule.body}:{rule.year}"),
            body=rows.bodies[rule.body],
            year=rule.year,
            nth=rule.nth,
            weekday=rule.weekday,
            shift=Shift.AFTER,
            starts=rule.starts_at,
            ends=rule.ends_at,
            place=rule.place,
            confirmed_by=clerks[rule.body],
            confirmed_at=clock.day_start(date(rule.year, 3, 1)),
        )
