"""Who writes: answers to "may this sign-in write this item", as long as they hold."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from meetings.live.authorisation import (
    LONG_AGO,
    Grounds,
)
from meetings.live.rooms import room_items
from meetings.models import Minutes
from members.facts import Action, Answer
from members.models import Person
from portal.core import clock

MEMORY_LIMIT = 10_000
# Who writes an item, from which sign-in and address, is on record at the first change
# and again each minute; each change has its person and time in its own row.
ON_RECORD = timedelta(minutes=1)
Hand = tuple[UUID, UUID, str]  # item, sign-in, address


class Memory:
    """The answers of one process, each asked anew when it may have changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, UUID], Writer] = {}
        self._wrote: dict[Hand, datetime] = {}

    def writers(
        self, pairs: Collection[tuple[UUID, UUID]], stamp: int | None
    ) -> dict[tuple[UUID, UUID], "Writer"]:
        """The answer for each sign-in and item, in the caller's transaction.

        The caller has read the stamp before: facts that change while they are read
        only make the next caller read again.
        """
        now = clock.now()
        known = {
            pair: writer
            for pair in pairs
            if (writer := self._known.get(pair)) and writer.holds(stamp, now)
        }
        missing = set(pairs) - known.keys()
        if missing:
            known.update(_ask_writers(missing, stamp))
            if len(self._known) > MEMORY_LIMIT:
                self._known.clear()
            self._known.update(known)
        return known

    def writing(self, now: datetime) -> set[Hand]:
        """Whose writing is on record already, and not so long ago."""
        self._wrote = {
            hand: at for hand, at in self._wrote.items() if at <= now < at + ON_RECORD
        }
        return set(self._wrote)

    def wrote(self, hands: Iterable[Hand], now: datetime) -> None:
        """Their writing is on record now."""
        self._wrote.update(dict.fromkeys(hands, now))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and whether they may, under a stamp and up to a moment.

    ``record_closed``: the item's record is past the room, in its round or final.
    """

    person: Person | None
    answer: Answer
    record_closed: bool
    stamp: int | None
    since: datetime
    until: datetime

    def holds(self, stamp: int | None, now: datetime) -> bool:
        """Whether a new reading of all facts would answer the same."""
        same = self.stamp is not None and self.stamp == stamp
        return same and self.since <= now < self.until


def _ask_writers(
    pairs: Collection[tuple[UUID, UUID]], stamp: int | None
) -> dict[tuple[UUID, UUID], Writer]:
    items = room_items(id__in={item for _, item in pairs})
    grounds = Grounds({sign_in for sign_in, _ in pairs}, items)
    records = Minutes.objects.filter(item__in=items)
    closed = records.exclude(state=Minutes.State.WRITING)
    closed_items = set(closed.values_list("item_id", flat=True))
    return {
        (sign_in, item): Writer(
            person=access.actor.person if access else None,
            answer=grounds.answer(sign_in, Action.WRITE_MINUTES, item),
            record_closed=item in closed_items,
            stamp=stamp,
            since=access.t if access else LONG_AGO,
            until=grounds.until(sign_in),
        )
        for sign_in, item in pairs
        for access in (grounds.accesses.get(sign_in),)
    }
