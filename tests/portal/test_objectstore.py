"""The same promises of every store: the folder, MinIO, and a second S3 server.

There are no ranges to test: an object is read from its begin to its end.
"""

import io
import resource
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal.core import clock
from portal.core.errors import UnavailableError
from portal.core.objectstore import PART_SIZE, DiskStore, ObjectStore
from tests.portal import stores
from tests.portal.stores import KINDS, NAME, OTHER, content, names


@pytest.fixture(params=KINDS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return stores.fresh(request.param, tmp_path)


# Putting, opening, removing ---------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE + 7])
def test_bytes_come_back_as_they_went(shelf, size):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    shelf.put(NAME, io.BytesIO(data))
    assert content(shelf) == data


def test_a_newer_object_under_the_name_replaces_the_older(shelf):
    for data in (b"one", b"two"):
        shelf.put(NAME, io.BytesIO(data))
    assert content(shelf) == b"two"
    shelf.remove(NAME)
    assert names(shelf) == []


def test_an_absent_object_is_unavailable_and_its_removal_no_error(shelf):
    shelf.remove(NAME)
    with pytest.raises(UnavailableError), shelf.open(NAME):
        pass


def test_one_object_removed_leaves_the_others(shelf):
    for name in (NAME, OTHER):
        shelf.put(name, io.BytesIO(name.encode()))
    shelf.remove(NAME)
    assert names(shelf) == [OTHER]
    assert content(shelf, OTHER) == OTHER.encode()


@pytest.mark.parametrize(
    "name", ["", "../" + "0" * 29, NAME + "0", NAME.upper(), NAME[:-1] + "\n", "資料"]
)
def test_only_names_of_ours_are_taken(shelf, name):
    for act in (
        lambda: shelf.put(name, io.BytesIO(b"x")),
        lambda: shelf.open(name).__enter__(),
        lambda: shelf.remove(name),
    ):
        with pytest.raises(ValueError, match="names no object"):
            act()
    assert names(shelf) == []


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


def test_what_was_opened_is_read_to_its_end_though_it_is_removed(shelf):
    shelf.put(NAME, io.BytesIO(b"x" * 100_000))
    with shelf.open(NAME) as stream:
        begun = stream.read(10)
        shelf.remove(NAME)
        assert len(begun + stream.read()) == 100_000


def test_many_at_once_do_not_meet(shelf):
    def put_and_read(name: str) -> None:
        shelf.put(name, io.BytesIO(name.encode() * 10_000))
        sound.append(content(shelf, name) == name.encode() * 10_000)

    sound: list[bool] = []
    threads = [
        threading.Thread(target=put_and_read, args=(f"{number:032x}",))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sound == [True] * 20


# Uploads that break off -------------------------------------------------------------


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
    assert names(shelf) == []
    assert shelf.abandon(clock.now() + timedelta(hours=1)) == 0
    with pytest.raises(UnavailableError), shelf.open(NAME):
        pass


def test_an_unfinished_upload_is_no_object_and_is_abandoned_when_old(shelf):
    stores.unfinished(shelf, NAME)
    assert names(shelf) == []
    assert shelf.abandon(clock.now() - timedelta(hours=24)) == 0, "still young"
    assert shelf.abandon(clock.now() + timedelta(seconds=5)) == 1
    assert shelf.abandon(clock.now() + timedelta(seconds=5)) == 0


def test_removing_an_object_ends_its_unfinished_uploads_too(shelf):
    for name in (NAME, NAME, OTHER):
        stores.unfinished(shelf, name)
    shelf.remove(NAME)
    assert shelf.abandon(clock.now() + timedelta(seconds=5)) == 1


# Locks and full disks ---------------------------------------------------------------


def test_a_store_that_cannot_lock_says_so(shelf):
    shelf.put(NAME, io.BytesIO(b"x"))
    with pytest.raises(UnavailableError):
        shelf.lock(NAME, clock.now() + timedelta(days=1))
    shelf.remove(NAME)
    assert names(shelf) == []


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file grows over a million bytes: a disk that takes no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_folder_that_takes_no_more_is_unavailable_and_clean(small_files, tmp_path):
    shelf = DiskStore(tmp_path)
    with pytest.raises(UnavailableError):
        shelf.put(NAME, io.BytesIO(b"x" * 3_000_000))
    shelf.put(OTHER, io.BytesIO(b"x" * 1000))
    assert names(shelf) == [OTHER]
    assert list(tmp_path.glob("draft/*")) == []
