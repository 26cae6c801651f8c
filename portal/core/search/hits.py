"""What a search shows of a thing, and how its showing is put on record."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import transaction

from portal.core import audit, context
from portal.core.search.words import Piece, Query, Text, excerpt, holds, text_of

EXCERPTS = 2


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some words of a thing, and where in it they stand."""

    where: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A text of a thing as the reader may see it, and where it stands."""

    where: str
    words: str
    text: Text

    @classmethod
    def of(cls, where: str, words: str) -> "Part":
        """A part that nobody has folded yet."""
        return cls(where, words, text_of(words))


@dataclass(frozen=True, slots=True)
class Read:
    """What goes on record of a hit: words of the thing were shown (P6)."""

    action: str
    subject: str
    case: UUID | None = None
    item: UUID | None = None
    detail: audit.Detail | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the results. ``title`` and ``parts`` are the reader's to see."""

    url: str
    title: tuple[Piece, ...]
    day: date | None
    meta: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]
    read: Read | None = None


def excerpts_of(parts: Iterable[Part], query: Query) -> tuple[Excerpt, ...] | None:
    """Where the query stands in the parts; None where a piece of it is in none."""
    held = list(parts)
    if not holds([part.text for part in held], query):
        return None
    found = []
    for part in held:
        if _meets(part.text, query):
            found.append(Excerpt(part.where, excerpt(part.words, query)))
        if len(found) == EXCERPTS:
            break
    return tuple(found)


def _meets(text: Text, query: Query) -> bool:
    """Whether any piece of the query is in the text."""
    return any(word in text.narrow for word in query.words) or any(
        day.startswith(wanted) for day in text.days for wanted in query.days
    )


class _Keyed(Protocol):
    @property
    def pk(self) -> UUID: ...


Row = TypeVar("Row", bound=_Keyed)


def in_order(rows: Iterable[Row], ids: Sequence[UUID]) -> Iterator[Row]:
    """The rows that there still are, in the order of their ids."""
    held = {row.pk: row for row in rows}
    return (held[each] for each in ids if each in held)


@transaction.atomic
def note(actor: UUID, hits: Collection[Hit]) -> None:
    """Put the reads on record, durably, before anything of them is served."""
    origin = context.origin()
    audit.record_all(
        [
            audit.Act(
                hit.read.action,
                actor,
                origin,
                hit.read.subject,
                hit.read.case,
                hit.read.item,
                hit.read.detail,
            )
            for hit in hits
            if hit.read
        ]
    )
