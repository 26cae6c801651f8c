"""Japanese dates and times in words: eras, weekdays, fiscal years, clock times.

Pure functions over ``date`` and ``time``. They know nothing of time zones: the caller
hands over values that are already in the zone to be shown.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, time, timedelta
from typing import NamedTuple


class Era(NamedTuple):
    """An era: its name, its one-letter sign on forms, its first day."""

    name: str
    letter: str
    first_day: date


class EraDate(NamedTuple):
    """A year of an era; ``year`` counts from 1."""

    era: Era
    year: int

    @property
    def year_words(self) -> str:
        """The year as written in official papers, e.g. ``令和元年`` or ``令和8年``."""
        return f"{self.era.name}{'元' if self.year == 1 else self.year}年"


# First days as laid down by 改元の詔書 (明治, 大正, 昭和) and by the cabinet orders
# under 元号法 (平成, 令和). The newest era comes first.
ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("明治", "M", date(1868, 1, 25)),
)

# Until 明治5年 months and days followed the lunisolar calendar (太政官布告第337号):
# an era date of an earlier day would show a month and a day that nobody used.
EARLIEST_ERA_DAY = date(1873, 1, 1)
# Nothing that is planned or kept here reaches further: a later year is a slip.
LATEST_DAY = date(2199, 12, 31)

FISCAL_YEAR_FIRST_MONTH = 4

_WEEKDAYS = "月火水木金土日"


def weekday_kanji(day: date) -> str:
    """The weekday as one character, ``月`` to ``日``."""
    return _WEEKDAYS[day.weekday()]


def era_date(day: date) -> EraDate:
    """The era and its year on a day; ``ValueError`` before 1873-01-01."""
    if day < EARLIEST_ERA_DAY:
        message = f"no era date before {EARLIEST_ERA_DAY}: {day}"
        raise ValueError(message)
    era = next(era for era in ERAS if era.first_day <= day)
    return EraDate(era, day.year - era.first_day.year + 1)


def era_words(day: date) -> str:
    """The day in full with its weekday, e.g. ``令和8年11月21日(土)``."""
    year = era_date(day).year_words
    return f"{year}{day.month}月{day.day}日({weekday_kanji(day)})"


def era_words_with_western(day: date) -> str:
    """The day with the western year beside it: ``令和8年(2026年)11月21日(土)``."""
    year = era_date(day).year_words
    return f"{year}({day.year}年){day.month}月{day.day}日({weekday_kanji(day)})"


def era_short(day: date) -> str:
    """The day as on narrow forms, e.g. ``R8.11.21``."""
    era, year = era_date(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


def western_words(day: date) -> str:
    """The day by the western year, e.g. ``2026年11月21日(土)``."""
    return f"{day.year}年{day.month}月{day.day}日({weekday_kanji(day)})"


def clock_words(moment: time) -> str:
    """The time in words, e.g. ``午前9時`` or ``午後1時30分``; noon is ``午後0時``."""
    half = "午前" if moment.hour < 12 else "午後"
    minutes = f"{moment.minute}分" if moment.minute else ""
    return f"{half}{moment.hour % 12}時{minutes}"


def fiscal_year(day: date) -> int:
    """The western year in which the fiscal year of a day began (April to March)."""
    return day.year if day.month >= FISCAL_YEAR_FIRST_MONTH else day.year - 1


def fiscal_year_words(year: int) -> str:
    """A fiscal year by the era in force at the end of December, e.g. ``令和8年度``.

    So 2019 is ``令和元年度`` (as the cabinet decided) and 1988 stays ``昭和63年度``.
    """
    return f"{era_date(date(year, 12, 31)).year_words}度"


_DAY = r"(\d{1,2})[-/.月](\d{1,2})日?"
_WESTERN = re.compile(rf"(\d{{4}})[-/.年]{_DAY}")
_SOLID = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_ERA_YEAR = r"(明治|大正|昭和|平成|令和|[MTSHR])(0?[1-9]|[1-9]\d|元)"
_ERA = re.compile(rf"{_ERA_YEAR}[-/.年]{_DAY}")
_SERIAL = re.compile(r"\d{5}")
_SERIAL_ZERO = date(1899, 12, 30)  # Excel's first day, with the leap day that was none


def has_form_of_day(text: str) -> bool:
    """Whether a day is written in a usual way, be it one of the calendar or not."""
    plain = _plain(text)
    return any(form.fullmatch(plain) for form in (_WESTERN, _SOLID, _ERA))


def _plain(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return re.sub(r"\([月火水木金土日]\)$", "", plain)


def read_day(text: str) -> date | None:
    """The day that somebody wrote, in any of the usual ways; None for anything else.

    ``令和7年4月1日``, ``R7.4.1``, ``2025/4/1``, ``20250401``; a weekday in brackets may
    follow. Five digits are Excel's own number of a day.
    """
    plain = _plain(text)
    if _SERIAL.fullmatch(plain):
        return _SERIAL_ZERO + timedelta(days=int(plain))
    western = _WESTERN.fullmatch(plain) or _SOLID.fullmatch(plain)
    era = _ERA.fullmatch(plain)
    with suppress(ValueError):
        if western:
            return date(int(western[1]), int(western[2]), int(western[3]))
        if era:
            first = next(e for e in ERAS if era[1] in {e.name, e.letter}).first_day
            years = 1 if era[2] == "元" else int(era[2])
            return date(first.year + years - 1, int(era[3]), int(era[4]))
    return None
