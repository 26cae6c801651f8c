"""The one server clock (ACCESS_RULES R2): aware UTC instants, dates of Japan."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Japan."""
    return day_of(now())


def day_of(at: datetime) -> date:
    """The date in Japan at an instant."""
    return at.astimezone(JST).date()


def day_start(day: date) -> datetime:
    """The first instant of ``day`` in Japan."""
    return datetime.combine(day, time.min, JST).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The first instant after ``day`` in Japan: the open end of its interval."""
    return day_start(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The last day with a moment before ``end``; an end is no such moment."""
    return day_of(end - timedelta(microseconds=1))
