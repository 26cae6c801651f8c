"""Threads with a database connection of their own, asked from the event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

CANCEL_SECONDS = 0.2
T = TypeVar("T")
Q = TypeVar("Q")
A = TypeVar("A")


def _close_this_connection() -> None:
    connection.close()  # looked up in the thread that owns it


class Desk:
    """A thread with a database connection of its own."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"minutes-{name}")

    async def ask(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``work`` at the desk and wait for what it says.

        A broken connection is closed, so that the next call opens a new one.
        """

        def there() -> T:
            try:
                return work(*args, **kwargs)
            except (OperationalError, InterfaceError):
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._pool, there)

    def close(self) -> asyncio.Future[None]:
        """Close the connection and end the thread, whether anybody waits or not.

        What is asked already is answered first; nothing can be asked afterwards.
        """
        closed = self._pool.submit(_close_this_connection)
        self._pool.shutdown(wait=False)
        return asyncio.shield(asyncio.wrap_future(closed))


class Together(Generic[Q, A]):
    """Answers all who ask while an answer is being made with the next one."""

    def __init__(self, work: Callable[[set[Q]], Awaitable[A]]) -> None:
        self._work = work
        self._waiting: set[Q] = set()
        self._next: asyncio.Future[A] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, question: Q) -> A:
        """The answer to all that wait, ``question`` among them."""
        self._waiting.add(question)
        if self._next is None:
            self._next = asyncio.ensure_future(self._answer())
        return await asyncio.shield(self._next)

    async def _answer(self) -> A:
        async with self._turn:
            questions, self._waiting, self._next = self._waiting, set(), None
            return await self._work(questions)


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: the layer's driver can swallow a first time."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _done, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)
