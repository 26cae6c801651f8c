"""How a body wants its records written: how much, which calendar, which width.

Pure functions over text and days. The width of letters is settled once for a whole
paper (公用文作成の考え方 asks for one convention), and never in what must be copied
letter by letter: case numbers, codes, addresses of mail and of pages.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import TextChoices

from documents.output.sheet import Block, Facts, Grid, Heading, Notice, Paragraph, Sheet
from portal.core import jp


class Detail(TextChoices):
    """How much of what was said the files hold."""

    VERBATIM = "verbatim", "逐語(すべての発言を、発言の順に)"
    GIST = "gist", "要点(決定、役割分担と、各機関の意見)"


class Dates(TextChoices):
    """Which calendar days are written in."""

    ERA = "era", "和暦(令和8年)"
    WESTERN = "western", "西暦(2026年)"
    BOTH = "both", "両方(令和8年(2026年))"


class Width(TextChoices):
    """How wide digits and Latin letters are."""

    HALF = "half", "半角にそろえる"
    SINGLE = "single", "1字は全角、2字以上は半角"
    FULL = "full", "全角にそろえる"
    TYPED = "typed", "入力したまま"


@dataclass(frozen=True, kw_only=True)
class Style:
    """The choices of a body; the portal's own where it made none."""

    detail: Detail = Detail.VERBATIM
    dates: Dates = Dates.ERA
    width: Width = Width.HALF
    course_first: bool = False
    times: bool = True

    def day(self, day: date) -> str:
        """The day in the body's calendar."""
        return _DAYS[self.dates](day)

    def until(self, day: date | str | None, nothing: str) -> str:
        """The day, or what stands in its place; ``nothing`` where there is none."""
        if isinstance(day, str):
            return day
        return self.day(day) if day else nothing


STYLE = Style()

_DAYS: dict[Dates, Callable[[date], str]] = {
    Dates.ERA: jp.era_words,
    Dates.WESTERN: jp.western_words,
    Dates.BOTH: jp.era_words_with_western,
}

_SHIFT = 0xFEE0  # from an ASCII sign to its full-width twin
_TO_FULL = {code: code + _SHIFT for code in range(0x21, 0x7F)}
_TO_HALF = {full: code for code, full in _TO_FULL.items()}
_ALONE = "A-Za-z0-9\uff21-\uff3a\uff41-\uff5a\uff10-\uff19"
# Signs that join letters and digits to an address, a code or a number; dashes of all
# sorts among them.
_JOINING = "@._,:/?&=%#~+\\-"
_JOINED = f"{_JOINING}{_JOINING.translate(_TO_FULL)}\u2010-\u2015\u2212"
_WORD = rf"[{_ALONE}](?:[{_ALONE}{_JOINED}]*[{_ALONE}])?[%\uff05]?"
_SIGN = "[():\uff08\uff09\uff1a]"
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?%?|\d+(\.\d+)?%?", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]+")


def unified(text: str, width: Width, keep: Collection[str] = ()) -> str:
    """The text with its numbers and Latin words in one width, nothing else changed.

    Brackets and colons of running text are full-width, as 公用文 wants them. What
    mixes letters, digits and signs is a code or an address and stays as it is, and so
    do the words to ``keep``.
    """
    if width is Width.TYPED:
        return text
    kept = [re.escape(word) for word in sorted(keep, key=len, reverse=True) if word]
    pattern = "|".join([*kept, _WORD, _SIGN])
    return re.sub(pattern, lambda run: _run(run.group(), width, keep), text)


def _run(word: str, width: Width, keep: Collection[str]) -> str:
    half = word.translate(_TO_HALF)
    if word in keep:
        return word
    if half in {"(", ")", ":"}:
        return half.translate(_TO_FULL)
    if not (_NUMBER.fullmatch(half) or _LETTERS.fullmatch(half)):
        return word
    single = width is Width.SINGLE and len(half.rstrip("%")) == 1
    return half.translate(_TO_FULL) if single or width is Width.FULL else half


def unified_sheet(sheet: Sheet, width: Width, keep: Collection[str]) -> Sheet:
    """The whole paper with its numbers and Latin words in one width."""

    def words(text: str) -> str:
        return unified(text, width, keep)

    return replace(
        sheet,
        title=words(sheet.title),
        running=words(sheet.running),
        foot=words(sheet.foot),
        blocks=tuple(_block(block, words) for block in sheet.blocks),
    )


def _block(block: Block, words: Callable[[str], str]) -> Block:
    match block:
        case Heading() | Paragraph() | Notice():
            return replace(block, text=words(block.text))
        case Facts():
            pairs = [tuple((a, words(b)) for a, b in row) for row in block.rows]
            return replace(block, rows=tuple(pairs))
        case Grid():
            rows = [tuple(map(words, row)) for row in block.rows]
            return replace(block, rows=tuple(rows))
    return block
