"""One hub per process: commits in groups, then hands out what is durable.

Four loops, each with a database connection and a thread of its own: ``write``
commits what was submitted and shows it to this process' own sockets; ``watch``
asks the decision about every socket several times in two seconds, which also
finds what a lost bell did not say; ``open`` shows the items that somebody begins to
follow; ``catch up`` reads what other processes wrote.
The hub lives while it has sockets.
"""

import asyncio
import logging
import sys
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.db.utils import OperationalError

from meetings.live import authorisation, bell, held, reading, store
from meetings.live.authorisation import Asked, Sight, Standing
from meetings.live.desk import Desk, Together, ended
from meetings.live.line import IN_FLIGHT, Following, Line
from meetings.live.protocol import Close, Follow, Operation, Reason, encode, refused
from meetings.live.reading import Change, Opened, Visit
from meetings.live.store import Submission

log = logging.getLogger(__name__)
WATCH_SECONDS = 0.7
RETRY_SECONDS = 0.5
IN_USE_SECONDS = 60.0
BATCH = 200
SOCKETS = 10  # of one sign-in in one room, per process
# The loop and the threads that ask the database take turns often: with Python's own
# 5 ms a writer that comes back from each statement would wait that long each time.
TURN_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class _Pending:
    line: Line
    submission: Submission


class Hub:
    """All sockets of one event loop, the items they follow, and the three loops."""

    def __init__(self) -> None:
        self.name = uuid4().hex
        self.sittings: dict[UUID, set[Line]] = defaultdict(set)
        self.followers: dict[UUID, set[Line]] = defaultdict(set)
        self._newest: dict[UUID, int] = {}
        self._pending: list[_Pending] = []
        self._behind: set[UUID] = set()
        self._ringer = bell.Ringer(self.name, self._hear)
        self._to_write, self._to_watch = asyncio.Event(), asyncio.Event()
        self._to_read, self._to_open = asyncio.Event(), asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._desks: dict[str, Desk] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._looks = Together(self._look)
        self._joining = 0
        self._in_use_at = float("-inf")
        self._sight: Sight | None = None

    # Sockets come and go

    async def join(self, line: Line) -> bool:
        """Take a socket in if its sign-in may see the sitting; say whether.

        A sign-in with more sockets than windows makes sense is turned away.
        """
        others = self.sittings.get(line.asked.sitting, ())
        if sum(other.asked == line.asked for other in others) >= SOCKETS:
            return False
        self._joining += 1
        self._start()
        started = monotonic()
        try:
            sight = await self._looks.ask(line.asked)
            welcome = line.asked in sight.standings
            if welcome:
                self.sittings[line.asked.sitting].add(line)
                self._see(line, sight, started)
                self._remember(sight)
                self._ringer.wake()
        finally:
            self._joining -= 1
            await self._stop_if_idle()
        return welcome

    async def _look(self, questions: set[Asked]) -> Sight:
        return await self._desks["follow"].ask(
            authorisation.look, questions, self._sight
        )

    def _remember(self, more: Sight) -> None:
        last = self._sight
        if last is None:
            self._sight = more
        elif last.stamp == more.stamp is not None:
            self._sight = last.with_more(more)

    async def leave(self, line: Line) -> None:
        """A socket is gone; what it submitted is still written."""
        for item in list(line.following):
            self.unfollow(line, item)
        line.wishes.clear()
        lines = self.sittings[line.asked.sitting]
        lines.discard(line)
        if not lines:
            del self.sittings[line.asked.sitting]
        await self._stop_if_idle()

    def submit(self, line: Line, operation: Operation) -> None:
        """Queue an operation for the next group commit."""
        if line.in_flight >= IN_FLIGHT:
            line.say(encode(refused(Reason.BUSY, str(operation.id))))
            return
        line.in_flight += 1
        submission = Submission(line.asked.sign_in, line.address, operation)
        self._pending.append(_Pending(line, submission))
        self._written.clear()
        self._to_write.set()

    def follow(self, line: Line, wish: Follow) -> None:
        """Show an item from the reader's revision on, once the right to it is fresh."""
        standing = line.standings.get(wish.item)
        if line.fresh and (standing is None or not standing.follows):
            line.say(encode(refused(Reason.HIDDEN)))
            return
        line.wishes[wish.item] = wish
        self._to_open.set()

    def unfollow(self, line: Line, item: UUID) -> None:
        """Stop showing an item on the reader's own wish."""
        line.wishes.pop(item, None)
        line.following.pop(item, None)
        self.followers[item].discard(line)
        if not self.followers[item]:
            del self.followers[item]
            self._newest.pop(item, None)
            held.forget(item)

    # Writing

    async def _write(self) -> None:
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            while self._pending:
                batch, self._pending = self._pending[:BATCH], self._pending[BATCH:]
                await self._commit(batch)
            self._written.set()

    async def _commit(self, batch: list[_Pending]) -> None:
        try:
            committed = await self._desks["write"].ask(
                store.apply, [pending.submission for pending in batch]
            )
        except OperationalError:
            self._answer(batch, [_unavailable(pending) for pending in batch])
        except Exception as error:  # noqa: BLE001 – one bad row must not end the loop
            if len(batch) > 1:  # one of them cannot be written: the others can
                for pending in batch:
                    await self._commit([pending])
                return
            log.error("an operation was not written: %s", type(error).__name__)
            self._answer(batch, [_unavailable(pending) for pending in batch])
        else:
            for change in committed.changes:
                # First, for the others have the longer way.
                self._ringer.note(change.sitting, change.item, change.revision)
            for change in committed.changes:
                self._hand_out(change)
            self._answer(batch, committed.answers)

    def _answer(self, batch: list[_Pending], answers: list[dict[str, Any]]) -> None:
        for pending, answer in zip(batch, answers, strict=True):
            pending.line.in_flight -= 1
            pending.line.say(encode(answer))

    def _hand_out(self, change: Change) -> None:
        self._newest[change.item] = change.revision
        for line in self.followers.get(change.item, ()):
            following = line.following[change.item]
            if change.revision <= following.queued:
                continue
            if change.before > following.queued:
                self._fetch(change.item)
                continue
            frame = change.outcome if following.outcome_only else change.full
            line.show(change.item, change.revision, frame)

    # Watching over rights

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._to_watch.wait()
            self._to_watch.clear()
            started = monotonic()
            lines = [line for lines in self.sittings.values() for line in lines]
            try:
                sight = await self._desks["watch"].ask(
                    authorisation.look_again,
                    {line.asked for line in lines},
                    self._sight,
                )
                newest = await self._desks["watch"].ask(
                    authorisation.revisions, list(self.followers)
                )
                await self._keep_in_use(sight)
            except Exception as error:  # noqa: BLE001 – no answer, no frame (R38)
                log.warning("rights could not be checked: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._sight = sight
            for line in lines:
                self._see(line, sight, started)
            for item, revision in newest.items():
                self._compare(item, revision)
            self._to_open.set()  # what waited for a fresh answer

    async def _keep_in_use(self, sight: Sight) -> None:
        """To be in the room is to use the sign-in: it does not grow idle there."""
        if monotonic() - self._in_use_at > IN_USE_SECONDS:
            self._in_use_at = monotonic()
            await self._desks["watch"].ask(authorisation.keep_in_use, sight)

    def _see(self, line: Line, sight: Sight, started: float) -> None:
        standings = sight.standings.get(line.asked)
        if standings is None:
            line.checked, line.standings = float("-inf"), {}
            line.close(Close.SIGNED_OUT)
            return
        line.checked = started
        if line.standings is standings:
            return
        line.standings = standings
        for item, following in list(line.following.items()):
            if not following.still(standings.get(item)):
                line.forget(item)
                self.unfollow(line, item)
        shown = encode(authorisation.items_message(line.asked, sight))
        if shown != line.items_shown:
            line.items_shown = shown
            line.say(shown)

    # Opening items

    async def _open(self) -> None:
        while True:
            await self._to_open.wait()
            self._to_open.clear()
            lines = [line for lines in self.sittings.values() for line in lines]
            wishes = [
                (line, wish)
                for line in lines
                if line.fresh
                for wish in list(line.wishes.values())
                if self._granted(line, wish)
            ]
            for start in range(0, len(wishes), BATCH):
                await self._begin(wishes[start : start + BATCH])

    def _granted(self, line: Line, wish: Follow) -> bool:
        standing = line.standings.get(wish.item)
        if standing is not None and standing.follows:
            return True
        del line.wishes[wish.item]
        line.say(encode(refused(Reason.HIDDEN)))
        return False

    async def _begin(self, wishes: list[tuple[Line, Follow]]) -> None:
        """Audit and show; what cannot be met now waits for the next look."""
        standings = [line.standings[wish.item] for line, wish in wishes]
        visits = [
            Visit(line.asked.sign_in, line.address, wish, standing.outcome_only)
            for (line, wish), standing in zip(wishes, standings, strict=True)
        ]
        try:
            opened = await self._desks["follow"].ask(reading.open_items, visits)
        except Exception as error:  # noqa: BLE001 – no answer, no frame (R38)
            log.warning("items could not be opened: %s", type(error).__name__)
            return
        for (line, wish), standing, first in zip(
            wishes, standings, opened, strict=True
        ):
            # All of it may have changed while the database was asked.
            same = line.standings.get(wish.item) == standing and line.fresh
            if line.wishes.get(wish.item) is wish and same:
                self._show_first(line, wish.item, standing, first)

    def _show_first(
        self, line: Line, item: UUID, standing: Standing, first: Opened
    ) -> None:
        del line.wishes[item]
        line.following[item] = Following(standing.outcome_only, first.revision, 0)
        self.followers[item].add(line)
        line.show(item, first.revision, first.frame)
        if self._newest.get(item, 0) > first.revision:
            self._fetch(item)

    # Catching up with other processes

    def _compare(self, item: UUID, revision: int) -> None:
        lines = self.followers.get(item, ())
        if any(line.following[item].queued < revision for line in lines):
            self._fetch(item)

    def _fetch(self, item: UUID) -> None:
        self._behind.add(item)
        self._to_read.set()

    async def _catch_up(self) -> None:
        while True:
            await self._to_read.wait()
            self._to_read.clear()
            behind, self._behind = self._behind, set()
            await self._read(behind)

    async def _read(self, items: set[UUID]) -> None:
        known = {
            item: min(line.following[item].queued for line in lines)
            for item in items
            if (lines := [one for one in self.followers.get(item, ()) if one.fresh])
        }
        if not known:
            return
        try:
            changes = await self._desks["read"].ask(reading.since, known)
        except Exception as error:  # noqa: BLE001 – the next look tries again
            log.warning("changes could not be read: %s", type(error).__name__)
            return
        for change in changes:
            self._hand_out(change)

    # Bells

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("sender") == self.name:
            return
        if message.get("standing"):
            self._to_watch.set()
        for name, revision in message.get("revisions", {}).items():
            self._compare(UUID(name), revision)

    # Life

    def _start(self) -> None:
        if self._tasks:
            return
        sys.setswitchinterval(TURN_SECONDS)
        self._desks = {
            name: Desk(name) for name in ("write", "watch", "read", "follow")
        }
        loops: tuple[Coroutine[Any, Any, None], ...] = (
            self._write(),
            self._watch(),
            self._open(),
            self._catch_up(),
            self._ringer.ring(self.sittings),
            self._ringer.ear.listen(),
        )
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def _stop_if_idle(self) -> None:
        await self._written.wait()
        if self.sittings or self._joining or not self._tasks:
            return
        tasks, self._tasks = self._tasks, []
        desks, self._desks = self._desks, {}
        # Closed before anything is awaited: who waits here may be cancelled.
        closed = [desk.close() for desk in desks.values()]
        await ended(tasks)
        await asyncio.gather(*closed, return_exceptions=True)
        await self._ringer.ear.attend(set())


def _unavailable(pending: _Pending) -> dict[str, Any]:
    return refused(Reason.UNAVAILABLE, str(pending.submission.operation.id))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
