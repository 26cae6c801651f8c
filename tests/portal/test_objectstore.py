"""The same promises on the store of either profile."""

import io
from collections.abc import Iterator

import pytest

from portal.core import clock
from portal.core.errors import UnavailableError
from portal.core.objectstore import PART_SIZE, ObjectStore, store

NAME = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def shelf() -> Iterator[ObjectStore]:
    shelf = store()
    shelf.remove(NAME)
    yield shelf
    shelf.remove(NAME)


def content(shelf: ObjectStore, name: str = NAME) -> bytes:
    with shelf.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [0, 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE + 7])
def test_bytes_come_back_as_they_went(shelf, size):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    shelf.put(NAME, io.BytesIO(data))
    assert content(shelf) == data


def test_an_absent_object_is_unavailable_and_its_removal_no_error(shelf):
    shelf.remove(NAME)
    with pytest.raises(UnavailableError), shelf.open(NAME):
        pass


class Breaking(io.RawIOBase):
    """Gives some bytes, then fails like a client that went away."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.left <= 0:
            raise ConnectionResetError
        count = min(size, self.left)
        self.left -= count
        return b"x" * count


@pytest.mark.parametrize("size", [10, 2 * PART_SIZE])
def test_a_broken_upload_leaves_nothing(shelf, size):
    with pytest.raises(UnavailableError):
        shelf.put(NAME, Breaking(size))
    assert NAME not in [name for name, _ in shelf.entries()]
    with pytest.raises(UnavailableError), shelf.open(NAME):
        pass


def test_entries_tell_when_they_were_written(shelf):
    before = clock.now()
    shelf.put(NAME, io.BytesIO(b"x"))
    written = dict(shelf.entries())[NAME]
    assert abs((written - before).total_seconds()) < 5


def test_a_half_read_object_can_be_opened_again(shelf):
    shelf.put(NAME, io.BytesIO(b"x" * 1_000_000))
    with shelf.open(NAME) as stream:
        stream.read(10)
    assert len(content(shelf)) == 1_000_000
