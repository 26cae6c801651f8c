"""Days and times as official papers write them: Japanese, in the town's own time."""

from collections.abc import Callable
from datetime import date, datetime

from portal.core.clock import JST
from portal.core.jp import clock_words, era_words

Day = Callable[[date], str]


def interval_words(start: datetime, end: datetime, day: Day = era_words) -> str:
    """From when to when, e.g. 「令和8年11月21日(土)午前9時から午前10時まで」."""
    start, end = start.astimezone(JST), end.astimezone(JST)
    last_day = "" if end.date() == start.date() else day(end.date())
    return f"{instant_words(start, day)}から{last_day}{time_words(end)}まで"


def instant_words(moment: datetime, day: Day = era_words) -> str:
    """The day and the time in Japan."""
    local = moment.astimezone(JST)
    return f"{day(local.date())}{time_words(local)}"


def time_words(moment: datetime) -> str:
    """The time in Japan."""
    return clock_words(moment.astimezone(JST).time())
