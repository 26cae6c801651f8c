"""Where the headings of a table stand, and which column each of them means. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.importing.columns import COLUMNS, Column, Kind, Sort
from portal.core import tables
from portal.core.errors import InvalidError
from portal.core.tables import Table

_WITHIN = 20  # the first lines of a page
# Columns that number the lines; nobody misses them, unless they may number cases.
_COUNTERS = frozenset({"no", "no.", "#", "番号", "連番", "通番", "項番", "通し番号"})


@dataclass(frozen=True, slots=True)
class Place:
    """The line of a page that looks most like the headings.

    A column of several lines may be made of several of the page.
    """

    table: Table
    top: int
    columns: dict[Column, tuple[int, ...]]
    missing: tuple[Column, ...]
    other: tuple[str, ...]

    @property
    def weight(self) -> tuple[int, int]:
        """How much it looks like the headings of a kind."""
        return -len(self.missing), len(self.columns)

    def heading(self, at: int) -> str:
        """The words at the head of one of the page's own columns."""
        return one_line(self.table.rows[self.top][at])


def find(pages: Sequence[Table], kind: str) -> Place:
    """The headings of a kind among the pages of a file.

    Raises InvalidError where no page has those that the kind needs.
    """
    columns = COLUMNS[kind]
    places = [_headings(table, columns) for table in pages]
    best = max(places, key=lambda place: place.weight, default=None)
    if best is None or best.missing:
        raise InvalidError(_no_headings(best, columns))
    if kind == Kind.ORGANIZATIONS and any(_names_people(word) for word in best.other):
        raise InvalidError(
            _(
                "「氏名」の列がある表です。種類で「名簿」を選ぶか、"
                "氏名の列を除いてから選んでください。"
            )
        )
    return best


def _names_people(heading: str) -> bool:
    """Whether a page of organisations is one of people, with their own telephones."""
    words = {plain(w) for c in COLUMNS[Kind.ROLL] if c.name == "name" for w in c.words}
    return plain(heading.rpartition("(")[0]) in words


def _headings(table: Table, columns: Sequence[Column]) -> Place:
    best = Place(table, 0, {}, tuple(c for c in columns if c.needed), ())
    known = {plain(word) for column in columns for word in column.words}
    for top, row in enumerate(table.rows[:_WITHIN]):
        words = [one_line(value) for value in row]
        found = _headed([plain(word) for word in words], columns)
        taken = {at for places in found.values() for at in places}
        other = [
            f"{word[:20]}({tables.address(top, at)})"
            for at, word in enumerate(words)
            if word and at not in taken and plain(word) not in _COUNTERS - known
        ]
        missing = tuple(c for c in columns if c.needed and c not in found)
        place = Place(table, top, found, missing, tuple(other))
        if place.weight > best.weight:
            best = place
    return best


def _headed(
    words: Sequence[str], columns: Sequence[Column]
) -> dict[Column, tuple[int, ...]]:
    """Under which words each column stands: its title, else the first other heading.

    Where lines are read, all of them count.
    """
    found = {}
    for column in columns:
        known = [plain(word) for word in column.words]
        hits = [
            (known.index(word), at) for at, word in enumerate(words) if word in known
        ]
        if hits:
            every = tuple(at for _rank, at in hits)
            found[column] = every if column.sort is Sort.LINES else (min(hits)[1],)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _no_headings(best: Place | None, columns: Sequence[Column]) -> str:
    needed = [column for column in columns if column.needed]
    names = "、".join(f"「{column.title}」" for column in needed)
    if best is not None and best.columns:
        lacking = "、".join(f"「{column.title}」" for column in best.missing)
        return _(
            "見出しの行(%(row)s行目)に%(lacking)sの列がありません。"
            "見出しを%(names)sに直してください。"
        ) % {"row": best.top + 1, "lacking": lacking, "names": names}
    return _(
        "見出しの行が見つかりません。%(names)sの列が必要です。"
        "ひな形をダウンロードし、見出しを合わせてください。"
    ) % {"names": names}


def plain(word: str) -> str:
    """A word of a heading as it is compared."""
    return re.sub(r"[\s　※*]", "", unicodedata.normalize("NFKC", word)).lower()


def one_line(value: object) -> str:
    """A cell's words in one writing, on one line."""
    return " ".join(unicodedata.normalize("NFKC", as_it_stands(value)).split())


def as_it_stands(value: object) -> str:
    """A cell's words."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)
