"""One websocket as the hub sees it: what it may see, what it has, what waits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from meetings.live.authorisation import Asked, Standing
from meetings.live.protocol import Close, Follow, encode, gone

# An authorisation older than this lets no content out (P5).
FRESH_SECONDS = 2.0
QUEUE_FRAMES = 256
QUEUE_CHARACTERS = 1_000_000
IN_FLIGHT = 64


@dataclass
class Following:
    """How far one socket is with one item: in its queue, and on the wire."""

    outcome_only: bool
    queued: int
    sent: int

    def still(self, standing: Standing | None) -> bool:
        """Whether the same is to be seen under a new answer."""
        return (
            standing is not None
            and standing.follows
            and standing.outcome_only == self.outcome_only
        )


@dataclass(eq=False)
class Line:
    """A socket with its bounded queue. All of it lives in one event loop.

    Content waits with the item it belongs to and is checked again when it leaves:
    what a slow reader has not got yet is dropped when the right ends.
    """

    asked: Asked
    address: str
    send: Callable[[str], Awaitable[None]]
    hang_up: Callable[[int], Awaitable[None]]
    standings: Mapping[UUID, Standing] = field(default_factory=dict)
    checked: float = float("-inf")
    following: dict[UUID, Following] = field(default_factory=dict)
    wishes: dict[UUID, Follow] = field(default_factory=dict)
    in_flight: int = 0
    items_shown: str = ""
    closing: int | None = None

    def __post_init__(self) -> None:
        self._queue: deque[tuple[UUID | None, int, str]] = deque()
        self._characters = 0
        self._wake = asyncio.Event()

    @property
    def fresh(self) -> bool:
        """Whether the authorisation may still carry content."""
        return monotonic() - self.checked <= FRESH_SECONDS

    def say(self, frame: str) -> None:
        """Queue a frame without content: answers, beats, the end of a right."""
        self._push(None, 0, frame)

    def show(self, item: UUID, revision: int, frame: str | None) -> None:
        """Queue content of ``item`` up to ``revision``; None where a guest's is empty.

        Nothing is queued on an authorisation that is not fresh: the item stays
        behind and is caught up once it is.
        """
        following = self.following.get(item)
        if following is None or not self.fresh:
            return
        following.queued = revision
        if frame is not None:
            self._push(item, revision, frame)

    def forget(self, item: UUID) -> None:
        """The right to ``item`` ended: nothing of it leaves any more."""
        if self.following.pop(item, None) is not None:
            self._drop(item)
            self.say(encode(gone(item)))

    def close(self, code: int) -> None:
        """Hang up with ``code`` as soon as the socket takes it."""
        if self.closing is None:
            self.closing = code
            self._queue.clear()
            self._wake.set()

    def _push(self, item: UUID | None, revision: int, frame: str) -> None:
        if self.closing is not None:
            return
        self._queue.append((item, revision, frame))
        self._characters += len(frame)
        waits = len(self._queue)
        if waits > QUEUE_FRAMES or (waits > 1 and self._characters > QUEUE_CHARACTERS):
            self.close(Close.TOO_SLOW)  # it comes back and asks from its revision
        self._wake.set()

    def _drop(self, item: UUID) -> None:
        kept = [waiting for waiting in self._queue if waiting[0] != item]
        self._queue = deque(kept)
        self._characters = sum(len(frame) for _, _, frame in kept)

    async def run(self) -> None:
        """Send what waits until the socket closes."""
        with suppress(RuntimeError, OSError):  # the socket went away meanwhile
            while self.closing is None:
                await self._wake.wait()
                self._wake.clear()
                while self._queue and self.closing is None:
                    await self._send_next()
            await self.hang_up(self.closing)

    async def _send_next(self) -> None:
        item, revision, frame = self._queue.popleft()
        self._characters -= len(frame)
        if item is None:
            await self.send(frame)
            return
        following = self.following.get(item)
        if following is None:
            return
        if not self.fresh:
            self._drop(item)
            following.queued = following.sent
            if following.sent == 0:  # the first frame itself: begin anew
                self.wishes[item] = Follow(item, 0)
            return
        following.sent = revision
        await self.send(frame)
