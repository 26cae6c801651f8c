"""A thread with a database connection of its own, asked from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

T = TypeVar("T")


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
