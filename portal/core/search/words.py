"""Texts and queries in one writing: what they are cut into, and where they meet.

Both are folded alike (``portal.core.folding``). Spaces, line ends, middle dots and
hyphens count for nothing, since names, numbers and the lines of a PDF have them
anywhere; a long vowel sign counts behind katakana only. A day is looked for as a day,
however it is written.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.core.folding import ERAS, GAPS, KANJI_DIGITS, folded, kanji_value

_VOICED = "\u3099\u309a\uff9e\uff9f"  # written behind the sign that they belong to
_KANA = "ァ-ヺ"
_LONG = re.compile(rf"(?<=[{_KANA}])-")
_LOOSE = re.compile(rf"(?<![{_KANA}ー])ー+")
_DROPPED = str.maketrans(dict.fromkeys([*GAPS, "-"]))
_NUMBER = rf"[0-9]{{1,4}}|[{KANJI_DIGITS}]{{1,4}}"
_DAY = re.compile(
    rf"(?<![A-Z0-9{KANJI_DIGITS}])({'|'.join(ERAS)})?\s*({_NUMBER}|元)\s*[年./-]\s*"
    rf"({_NUMBER})\s*(?:[月./-]\s*({_NUMBER})(?![0-9{KANJI_DIGITS}])\s*日?|月)"
)
_FIRST_YEAR = 1800  # what is less is no year by itself
_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Something found: from where to where in the text as it stands."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: all of ``words`` and all of ``days`` (or months).

    ``short`` are single characters, by which nothing can be found.
    """

    words: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.days)

    @property
    def tokens(self) -> set[str]:
        """The pieces that every text has in which the query is found."""
        return {pair for word in self.words for pair in _pairs(word)} | set(self.days)


def parsed(text: str) -> Query:
    """The query that somebody typed."""
    wide = folded(text)
    days = tuple(dict.fromkeys(day for _span, day in _days(wide)))
    rest = _DAY.sub(lambda found: " " if _day(found) else found[0], wide)
    pieces = [
        _trimmed(piece)
        for part in rest.split()
        for piece in _PIECE.findall(_narrow(part))
    ]
    return Query(
        words=tuple(dict.fromkeys(piece for piece in pieces if len(piece) > 1)),
        days=days,
        short=tuple(piece for piece in pieces if len(piece) == 1),
    )


def _trimmed(word: str) -> str:
    """サーバー is also written サーバ."""
    return word[:-1] if len(word) > 3 and word.endswith("ー") else word


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is looked through: folded once, which takes longer than looking."""

    narrow: str
    days: tuple[str, ...]

    @property
    def tokens(self) -> set[str]:
        """What it is found by: its pairs of characters, its days and their months."""
        return _pairs(self.narrow) | set(self.days) | {day[:6] for day in self.days}


def text_of(words: str) -> Text:
    """The words, folded."""
    wide = folded(words)
    days = dict.fromkeys(day for _span, day in _days(wide))
    return Text(_narrow(wide), tuple(days))


def holds(texts: Collection[Text], query: Query) -> bool:
    """Whether each part of the query is in one of the texts."""
    return all(any(word in text.narrow for text in texts) for word in query.words) and (
        all(
            any(day.startswith(wanted) for text in texts for day in text.days)
            for wanted in query.days
        )
    )


def _pairs(narrow: str) -> set[str]:
    pairs = {narrow[at : at + 2] for at in range(len(narrow) - 1)}
    return {pair for pair in pairs if pair.isalnum()}


def _narrow(wide: str) -> str:
    return _LOOSE.sub("", _LONG.sub("ー", wide).translate(_DROPPED))


def places(text: str, query: Query) -> list[Span]:
    """Where parts of the query stand in the text, in order, none within another."""
    wide, origins = _mapped(text)
    narrow, kept = _narrowed(wide)
    found = [
        Span(origins[kept[at]], origins[kept[at + len(word) - 1]] + 1)
        for word in query.words
        for at in _every(narrow, word)
    ]
    found += [
        Span(origins[span.start], origins[span.end - 1] + 1)
        for span, day in (_days(wide) if query.days else ())
        if any(day.startswith(wanted) for wanted in query.days)
    ]
    apart: list[Span] = []
    for span in sorted(found, key=lambda each: (each.start, -each.end)):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _every(narrow: str, word: str) -> Iterator[int]:
    at = narrow.find(word)
    while at >= 0:
        yield at
        at = narrow.find(word, at + len(word))


def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and where each of its characters stood."""
    origins: list[int] = []
    parts: list[str] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and text[end] in _VOICED:
            end += 1
        part = _one(text[at:end])
        parts.append(part)
        origins += [at] * len(part)
        at = end
    wide = "".join(parts)
    again = folded(wide)  # signs that repeat or lengthen the one before
    return (again if len(again) == len(wide) else wide), origins


@lru_cache(maxsize=8192)
def _one(sign: str) -> str:
    return folded(sign)


def _narrowed(wide: str) -> tuple[str, list[int]]:
    """As ``_narrow``, with where each character stood."""
    longer = _LONG.sub("ー", wide)
    kept = [at for at, sign in enumerate(longer) if ord(sign) not in _DROPPED]
    narrow = "".join([longer[at] for at in kept])
    loose = {at for found in _LOOSE.finditer(narrow) for at in range(*found.span())}
    kept = [place for at, place in enumerate(kept) if at not in loose]
    return _LOOSE.sub("", narrow), kept


def _days(wide: str) -> Iterator[tuple[Span, str]]:
    """The days and months in a folded text, as 20260401 and 202604."""
    for found in _DAY.finditer(wide):
        day = _day(found)
        if day:
            yield Span(*found.span()), day


def _day(found: re.Match[str]) -> str:
    era, *numbers = found.groups()
    year, month, day = (_value(number) for number in numbers)
    year += ERAS.get(era, 0)
    if year < _FIRST_YEAR or not 1 <= month <= 12 or day > 31:
        return ""
    return f"{year:04}{month:02}" + (f"{day:02}" if numbers[2] else "")


def _value(number: str | None) -> int:
    if number is None:
        return 0
    if number == "元":
        return 1
    return int(number) if number.isdigit() else kanji_value(number)


# As it is shown -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an excerpt; ``marked`` where they were looked for."""

    text: str
    marked: bool = False


def marked(text: str, query: Query) -> tuple[Piece, ...]:
    """The whole text with what was looked for."""
    return tuple(_cut(text, 0, len(text), places(text, query)))


def excerpt(text: str, query: Query, around: int = 40) -> tuple[Piece, ...]:
    """The first of the places with the words around it."""
    found = _first_places(text, query, 3 * around)
    if not found:
        return ()
    start = max(0, found[0].start - around)
    end = min(len(text), found[0].start + 3 * around)
    end = max(end, min(len(text), found[0].end))
    pieces = list(_cut(text, start, end, found))
    head = [Piece("…")] if start else []
    tail = [Piece("…")] if end < len(text) else []
    return (*head, *pieces, *tail)


# Nothing that is looked for is longer than this: the field takes no more.
_LONGEST = 400


def _first_places(text: str, query: Query, after: int) -> list[Span]:
    """All places up to some way behind the first: most texts are long, and it early."""
    size = 2 * _LONGEST
    while size < len(text):
        found = places(text[:size], query)
        if found and found[0].start + after + _LONGEST <= size:
            return found
        size *= 4
    return places(text, query)


def _cut(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[Piece]:
    at = start
    for span in spans:
        if span.start < at or span.end > end:
            continue
        if span.start > at:
            yield Piece(text[at : span.start])
        yield Piece(text[span.start : span.end], marked=True)
        at = span.end
    if at < end:
        yield Piece(text[at:end])
