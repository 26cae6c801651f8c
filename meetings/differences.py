"""What changed between two versions of a record, word by word. Pure.

Japanese has no blanks between words: runs of one script (kanji, hiragana, katakana,
letters, digits) stand for words, and every sign for itself. Small islands of equal
text inside a change are taken into it, so that a reader sees phrases, not crumbs.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Hiragana, katakana, kanji, letters and digits of either width, blanks; any sign alone.
_WORDS = re.compile(
    r"[\u3041-\u3096]+|[\u30a1-\u30fc]+|[\u3005\u3006\u3400-\u9fff]+"
    r"|[A-Za-z\uff21-\uff3a\uff41-\uff5a]+|[0-9\uff10-\uff19]+|\s+|.",
    re.DOTALL,
)
# Equal text as short as this between two changes belongs to the change.
_ISLAND = 2

Words = Mapping[str, str]


class Op(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and what became of it."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that changed: its field's pieces, old and new in one line.

    ``added`` and ``removed`` entries are there as a whole.
    """

    entry: str
    words: Words
    pieces: Mapping[str, Sequence[Piece]]
    added: bool = False
    removed: bool = False


def between(before: Sequence[Words], after: Sequence[Words]) -> list[Change]:
    """The entries that differ, in the later version's order; what went comes last."""
    old = {row["id"]: row for row in before}
    new = {row["id"] for row in after}
    found = []
    for row in after:
        known = old.get(row["id"])
        if known is None:
            found.append(Change(row["id"], row, _whole(row, Op.NEW), added=True))
        elif known != row:
            found.append(Change(row["id"], row, _pieces(known, row)))
    gone = [row for row in before if row["id"] not in new]
    removed = [Change(r["id"], r, _whole(r, Op.GONE), removed=True) for r in gone]
    return found + removed


def _whole(row: Words, op: Op) -> dict[str, list[Piece]]:
    return {n: [Piece(op, text)] for n, text in row.items() if n != "id" and text}


def _pieces(old: Words, new: Words) -> dict[str, list[Piece]]:
    """The fields that differ; a text word by word, all else as a whole."""
    found = {}
    for name in new:
        before, after = old.get(name, ""), new[name]
        if before == after:
            continue
        if name == "text":
            found[name] = pieces(before, after)
        else:
            both = ((Op.GONE, before), (Op.NEW, after))
            found[name] = [Piece(op, text) for op, text in both if text]
    return found


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts in one line: what stayed, what went, what came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    runs = SequenceMatcher(None, old, new).get_opcodes()
    parts: list[tuple[str, str, str]] = [
        (tag, "".join(old[a:b]), "".join(new[c:d])) for tag, a, b, c, d in runs
    ]
    return list(_lined_up(_without_islands(parts)))


def _without_islands(
    parts: Sequence[tuple[str, str, str]],
) -> list[tuple[bool, str, str]]:
    """(equal, old, new), neighbouring changes made one."""
    found: list[tuple[bool, str, str]] = []
    for place, (tag, old, new) in enumerate(parts):
        inside = 0 < place < len(parts) - 1
        equal = tag == "equal" and not (
            inside and len(old) <= _ISLAND and "\n" not in old
        )
        if found and not equal and not found[-1][0]:
            _equal, old_before, new_before = found.pop()
            found.append((False, old_before + old, new_before + new))
        else:
            found.append((equal, old, new))
    return found


def _lined_up(parts: Iterable[tuple[bool, str, str]]) -> Iterable[Piece]:
    for equal, old, new in parts:
        if equal:
            yield Piece(Op.SAME, old)
            continue
        if old:
            yield Piece(Op.GONE, old)
        if new:
            yield Piece(Op.NEW, new)
