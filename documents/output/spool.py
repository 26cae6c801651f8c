"""Seekable places for plain bytes, which another process can read, and which vanish.

Up to ``IN_MEMORY`` they are memory alone; beyond, a file without a name. Nothing of
them is left when they are closed, also when the process is killed.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

IN_MEMORY = 64 * 1024 * 1024
_CHUNK = 1024 * 1024


def spool(size: int = 0) -> BinaryIO:
    """An empty place for about ``size`` bytes."""
    if size > IN_MEMORY:
        return cast("BinaryIO", tempfile.TemporaryFile())
    return os.fdopen(os.memfd_create("plain"), "w+b")


def again(file: BinaryIO) -> BinaryIO:
    """The same bytes, to be read from their beginning, apart from ``file``.

    Opened anew, never handed on: a process that reads a shared descriptor moves its
    position under our buffer.
    """
    file.flush()
    return open(f"/proc/self/fd/{file.fileno()}", "rb")


@contextmanager
def readable_elsewhere(file: BinaryIO) -> Iterator[BinaryIO]:
    """The bytes of ``file``, as one that another process can read."""
    try:
        file.fileno()
    except OSError:
        with spool() as copy:
            file.seek(0)
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
            with again(copy) as same:
                yield same
    else:
        with again(file) as same:
            yield same
