"""Template filters for Japanese dates and times; all show the portal's own zone."""

from collections.abc import Callable
from datetime import date, datetime, time

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core import jp

register = template.Library()

Moment = date | datetime | None


def _local(moment: datetime) -> datetime:
    """The same moment as the wall clock of the portal's zone shows it."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _day(moment: date | datetime) -> date:
    return _local(moment).date() if isinstance(moment, datetime) else moment


def _time_element(moment: date | datetime, write: Callable[[date], str]) -> SafeString:
    """The day in the words of ``write``; a day too old for an era keeps its year."""
    local = _local(moment) if isinstance(moment, datetime) else moment
    day = _day(moment)
    western = jp.western_words(day)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        western,
        write(day) if day >= jp.EARLIEST_ERA_DAY else western,
    )


@register.filter
def era(moment: Moment, style: str = "") -> str:
    """A day as ``令和8年11月21日(土)``; ``:"both"`` sets the western year beside it."""
    if not moment:
        return ""
    words = jp.era_words_with_western if style == "both" else jp.era_words
    return _time_element(moment, words)


@register.filter
def era_short(moment: Moment) -> str:
    """A day for narrow columns, ``R8.11.21``."""
    if not moment:
        return ""
    return _time_element(moment, jp.era_short)


@register.filter
def era_month(moment: Moment) -> str:
    """The month that stands over a day in a list, ``令和8年11月``."""
    if not moment:
        return ""
    day = _day(moment)
    return f"{jp.era_date(day).year_words}{day.month}月"


@register.filter
def jptime(moment: datetime | time | None, style: str = "") -> str:
    """A time of day as ``午後1時30分``; ``:"24"`` gives ``13:30``."""
    if moment is None:
        return ""
    clock = _local(moment).time() if isinstance(moment, datetime) else moment
    return f"{clock:%H:%M}" if style == "24" else jp.clock_words(clock)


@register.filter
def fiscal_year(value: date | datetime | int | None) -> str:
    """The fiscal year of a day, or of the western year it began in: ``令和8年度``."""
    if not value:
        return ""
    year = value if isinstance(value, int) else jp.fiscal_year(_day(value))
    return jp.fiscal_year_words(year)


@register.filter
def yen(amount: int) -> str:
    """An amount as a bill shows it: 12,300円."""
    return f"{amount:,}円"
