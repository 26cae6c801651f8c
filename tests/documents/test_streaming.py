"""A stream whose reader leaves is closed once, when nobody reads from it any more."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from documents.delivery.streaming import GuardedStream

PATIENCE = 10.0


async def test_a_reader_who_leaves_twice_leaves_nothing_open():
    """The server and the watch both cancel; a thread is still reading then."""
    reading, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            yield b"first"
            reading.set()
            go_on.wait(PATIENCE)
            yield b"second"
        finally:
            closed.set()

    source, resources = chunks(), ExitStack()
    resources.callback(source.close)
    stream = GuardedStream(source, resources, lambda: True, lambda: None)

    async def read() -> None:
        async for chunk in stream:
            assert chunk == b"first"

    reader = asyncio.create_task(read())
    assert await asyncio.to_thread(reading.wait, PATIENCE)
    for _ in range(2):
        reader.cancel()
        await asyncio.wait([reader], timeout=0)
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert not closed.is_set()
    go_on.set()
    assert await asyncio.to_thread(closed.wait, PATIENCE)
