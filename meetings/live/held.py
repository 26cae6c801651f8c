"""The entries of items that are being written, kept from one commit to the next.

The item's revision says whether they are still true: it rises with every change,
whichever process makes it. They are kept after commit and taken away for the length of
a transaction, so that what is rolled back leaves nothing here.
"""

from dataclasses import dataclass, field
from uuid import UUID

from meetings.live import rows
from meetings.live.reading import NOTHING
from meetings.models import Entry

ITEMS = 200


@dataclass
class _Held:
    revision: int = NOTHING
    entries: dict[UUID, Entry] = field(default_factory=dict)


_held: dict[UUID, _Held] = {}


def take(item: UUID, revision: int) -> dict[UUID, Entry]:
    """All entries of a locked item at its ``revision``, deleted ones too."""
    known = _held.pop(item, None)
    if known is None or known.revision > revision:  # a restored database is younger
        known = _Held()
    if known.revision < revision:
        newer = rows.newer({item: known.revision})
        known.entries.update((entry.id, entry) for entry in newer)
    return known.entries


def keep(item: UUID, revision: int, entries: dict[UUID, Entry]) -> None:
    """Remember what is committed; the items longest not written are forgotten."""
    _held[item] = _Held(revision, entries)
    while len(_held) > ITEMS:
        _held.pop(next(iter(_held)), None)


def forget(item: UUID) -> None:
    """Nobody follows the item here any more: its words leave the memory."""
    _held.pop(item, None)
