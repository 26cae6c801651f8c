"""A stream of bytes that ends when its reader may read no more (P5).

The check runs beside the sending, once a second, also while a slow reader lets the
stream wait. When it says no, or cannot be asked, the connection is cut: what waits
in the server's buffers is not delivered. A reader who takes nothing for a while, such
as a phone that has died, is cut off as well; until then a stream that waits holds
neither a thread nor a connection to the database.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

from asgiref.sync import sync_to_async
from django.db import connections

RECHECK_SECONDS = 1.0
# No chunk leaves on an answer older than this (ACCESS_RULES P5).
STALE_SECONDS = 2.0
# A piece that nobody has taken after this is taken by nobody: 1 MB, so 9 kB/s.
STALL_SECONDS = 120.0
_PAUSE_SECONDS = 0.05


class GuardedStream:
    """``chunks``, sent while ``still_allowed`` says so.

    ``resources`` are closed at the end, however it comes. ``cut`` breaks the
    connection. The first answer is the one under which the stream was made: iterate
    it soon.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        resources: ExitStack,
        still_allowed: Callable[[], bool],
        cut: Callable[[], None],
    ) -> None:
        self.chunks = chunks
        self.resources = resources
        self.still_allowed = still_allowed
        self.cut = cut
        self.denied = self.begun = False
        self.asked_at = self.moved_at = time.monotonic()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.begun = True
        # The view's thread waits for the end of the stream; its connection must not.
        await sync_to_async(_give_back)()
        sender = asyncio.current_task()
        watch = asyncio.create_task(self._watch(sender))
        coming = self._fetch()
        try:
            while chunk := await asyncio.shield(coming):
                coming = self._fetch()
                await self._fresh_answer()
                self.moved_at = time.monotonic()
                yield chunk
        finally:
            watch.cancel()
            # A reader who leaves cancels twice; the end goes on all the same.
            await asyncio.shield(self._end(coming))

    async def _end(self, coming: asyncio.Future[bytes]) -> None:
        """Close the stream, once the thread that still reads from it is done."""
        await asyncio.gather(coming, return_exceptions=True)
        await asyncio.to_thread(self.resources.close)

    def _fetch(self) -> asyncio.Future[bytes]:
        """Read one chunk ahead in a thread, while the one before is being sent."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(None, next, self.chunks, b"")

    async def _fresh_answer(self) -> None:
        while not self.denied and time.monotonic() - self.asked_at > STALE_SECONDS:
            await asyncio.sleep(_PAUSE_SECONDS)
        if self.denied:
            raise asyncio.CancelledError

    async def _watch(self, sender: asyncio.Task[object] | None) -> None:
        allowed = True
        while allowed:
            await asyncio.sleep(RECHECK_SECONDS)
            asked_at = time.monotonic()
            stalled = asked_at - self.moved_at > STALL_SECONDS
            allowed = not stalled and await self._ask()
            self.asked_at = asked_at
        self.denied = True
        self.cut()
        if sender is not None:
            sender.cancel()

    async def _ask(self) -> bool:
        try:
            return await sync_to_async(self._answer)()
        except Exception:  # noqa: BLE001 – whatever keeps us from asking is a no (R38)
            return False

    def _answer(self) -> bool:
        try:
            return self.still_allowed()
        finally:
            _give_back()

    def close(self) -> None:
        """Free the resources of a stream that was never iterated."""
        if not self.begun:
            self.resources.close()


def _give_back() -> None:
    """Let go of this thread's connections; whoever opened a transaction ends it."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
