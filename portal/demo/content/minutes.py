"""Minutes of the demo's sittings, written in a short notation and parsed here.

A line that starts with a mark begins an entry, indented lines go on with it:

    本人 speaker 出どころ｜text            a fact from the person
    第三 speaker 出どころ｜text            a fact from a third party
    意見 / 協議 / 決定 speaker｜text       opinion, discussion, decision
    役割 / 持帰 speaker >who until｜text   who does or brings back what; 次回 or days

議長 and 事務局 stand for the chair and the clerk of the sitting.
"""

import re
from datetime import date, timedelta

from portal.demo.content import minutes_north, minutes_south
from portal.demo.content.schedule import ScheduledItem
from portal.demo.content.timeline import Timeline
from portal.demo.content.types import EntryKind, MinutesEntry, Sitting

SCRIPTS = minutes_north.SCRIPTS | minutes_south.SCRIPTS
BEGUN = minutes_north.BEGUN | minutes_south.BEGUN
_KINDS: dict[str, EntryKind] = {
    "本人": "fact_subject",
    "第三": "fact_third_party",
    "意見": "opinion",
    "協議": "discussion",
    "決定": "decision",
    "役割": "task",
    "持帰": "pending",
}
DUTIES = frozenset({"task", "pending"})
_CONTINUATION = re.compile(r"\n\s+")


def entries(
    scheduled: ScheduledItem, sitting: Sitting, clerk: str, timeline: Timeline
) -> tuple[MinutesEntry, ...]:
    """The entries of one item; empty when nothing has been written yet."""
    script = SCRIPTS.get(scheduled.key) or BEGUN.get(scheduled.key, "")
    lines = _CONTINUATION.sub("", script.strip()).splitlines()
    speakers = {"議長": sitting.presiding, "事務局": clerk}
    next_day = timeline.sitting_day(scheduled.offset + 1)
    return tuple(
        _entry(line, scheduled.key, order, speakers, (sitting.held_on, next_day))
        for order, line in enumerate(lines, 1)
    )


def _entry(
    line: str,
    item: str,
    order: int,
    speakers: dict[str, str],
    days: tuple[date, date],
) -> MinutesEntry:
    head, text = line.split("｜")
    mark, speaker, *rest = head.split(" ")
    kind = _KINDS[mark]
    assignee, due_on = _task(rest, days) if kind in DUTIES else (None, None)
    return MinutesEntry(
        item=item,
        order=order,
        kind=kind,
        speaker=speakers.get(speaker, speaker),
        source="" if kind in DUTIES else "".join(rest),
        text=text,
        assignee=assignee,
        due_on=due_on,
    )


def _task(rest: list[str], days: tuple[date, date]) -> tuple[str, date]:
    held_on, next_day = days
    assignee, until = rest
    if until == "次回":
        return assignee.removeprefix(">"), next_day
    return (
        assignee.removeprefix(">"),
        held_on + timedelta(days=int(until.removesuffix("日"))),
    )
