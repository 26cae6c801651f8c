"""Plain PDFs that were just opened: in memory, in this process, for a minute.

A reader turns pages and asks for each anew; each is decided anew before this is asked.
What is kept saves only the way to the store, the decryption and the check of it.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

from documents.output.spool import IN_MEMORY, again, spool

SECONDS = 60.0
BYTES = 4 * IN_MEMORY
COUNT = 32

Fill = Callable[[BinaryIO], None]


class _Place:
    """One PDF. Its bytes are gone when nobody holds the place any more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.descriptor: int | None = None
        self.size, self.used_at = 0, time.monotonic()

    def copy(self, fill: Fill) -> BinaryIO:
        """The bytes, apart from other readers'; whoever is first fetches them."""
        with self.lock:
            self.used_at = time.monotonic()
            if self.descriptor is None:
                with spool() as file:
                    fill(file)
                    file.flush()
                    self.size = os.fstat(file.fileno()).st_size
                    self.descriptor = os.dup(file.fileno())
            return open(f"/proc/self/fd/{self.descriptor}", "rb")

    def __del__(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


class Shelf:
    """Places by the id of what they hold; the longest unused is thrown out first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[UUID, _Place] = {}

    @contextmanager
    def opened(self, key: UUID, size: int, fill: Fill) -> Iterator[BinaryIO]:
        """The PDF at its beginning; ``fill`` writes it where it is not at hand.

        What is larger than a spool in memory may be is filled anew each time.
        """
        if size > IN_MEMORY:
            with spool(size) as own:
                fill(own)
                with again(own) as file:
                    yield file
            return
        with self._place(key).copy(fill) as file:
            yield file

    def _place(self, key: UUID) -> _Place:
        with self._lock:
            place = self._places.pop(key, None)
            if place is None:
                place = _Place()
                self._forget_later(key, SECONDS)
            self._places[key] = place
            while len(self._places) > COUNT or self._bytes() > BYTES:
                del self._places[next(iter(self._places))]
            return place

    def _bytes(self) -> int:
        return sum(place.size for place in self._places.values())

    def _forget_later(self, key: UUID, seconds: float) -> None:
        timer = threading.Timer(seconds, self._forget, [key])
        timer.daemon = True
        timer.start()

    def _forget(self, key: UUID) -> None:
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return
            left = place.used_at + SECONDS - time.monotonic()
            if left > 0:
                self._forget_later(key, left)
            else:
                del self._places[key]


SHELF = Shelf()
