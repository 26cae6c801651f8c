"""What the vault gives back is what it was given, or nothing."""

import hashlib
import io
import resource
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from portal.core import keys, vault
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.objectstore import store

pytestmark = pytest.mark.django_db


class Pattern(io.RawIOBase):
    """``size`` bytes that are never in memory at once."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, target) -> int:
        count = min(len(target), self.left)
        target[:count] = b"\x5a" * count
        self.left -= count
        return count


Keep = Callable[[bytes | Pattern], StoredObject]


@pytest.fixture
def kept() -> Iterator[Keep]:
    rows = []

    def keep(data: bytes | Pattern) -> StoredObject:
        source: Any = io.BytesIO(data) if isinstance(data, bytes) else data
        row = vault.put(source)
        vault.keep(row)
        rows.append(row)
        return row

    yield keep
    for row in rows:
        store().remove(row.id.hex)


def sealed_bytes(row: StoredObject) -> bytes:
    with store().open(row.id.hex) as stream:
        return stream.read()


def put_sealed(row: StoredObject, data: bytes) -> None:
    store().remove(row.id.hex)
    store().put(row.id.hex, io.BytesIO(data))


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 300_000])
def test_bytes_come_back_as_they_went(kept, size):
    data = bytes(i % 251 for i in range(size))
    row = kept(data)
    assert vault.read(row) == data
    assert (row.size, row.sha256) == (size, hashlib.sha256(data).hexdigest())


def test_a_large_object_is_never_wholly_in_memory(kept):
    kept(Pattern(1_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row = kept(Pattern(150_000_000))
    with vault.open_object(row) as chunks:
        total = sum(len(chunk) for chunk in chunks)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert total == row.size == 150_000_000
    assert grown_kb < 60_000


def test_the_store_sees_no_plain_byte(kept):
    row = kept(b"\xe8\xa6\x8b\xe6\x9c\xac" * 1000)
    assert b"\xe8\xa6\x8b\xe6\x9c\xac" not in sealed_bytes(row)


@pytest.mark.parametrize("share", [0, 1, 5, 25, 50, 75, 99, 100])
def test_a_flipped_byte_anywhere_is_refused(kept, share):
    row = kept(bytes(20_000))
    sealed = bytearray(sealed_bytes(row))
    sealed[(len(sealed) - 1) * share // 100] ^= 1
    put_sealed(row, bytes(sealed))
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_every_flipped_byte_of_a_small_object_is_refused(kept):
    row = kept(b"abc")
    sealed = sealed_bytes(row)
    for place in range(len(sealed)):
        put_sealed(
            row, sealed[:place] + bytes([sealed[place] ^ 0x80]) + sealed[place + 1 :]
        )
        with pytest.raises(UnavailableError):
            vault.read(row)


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:4096],
        lambda sealed: sealed[:8192],
        lambda sealed: b"",
        lambda sealed: sealed + b"\0",
        lambda sealed: sealed[:4096] + sealed[8192:12288] + sealed[4096:8192],
        lambda sealed: sealed[:4096] + sealed[8192:],
    ],
)
def test_cut_grown_and_swapped_objects_are_refused(kept, damage):
    row = kept(bytes(20_000))
    put_sealed(row, damage(sealed_bytes(row)))
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_a_foreign_object_under_the_name_is_refused(kept):
    row, other = kept(b"one"), kept(b"two")
    put_sealed(row, sealed_bytes(other))
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_a_foreign_key_is_refused(kept):
    row, other = kept(b"one"), kept(b"one")
    row.sealed_key = other.sealed_key
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_foreign_key_and_object_together_are_refused(kept):
    row, other = kept(b"one"), kept(b"one")
    row.sealed_key = other.sealed_key
    put_sealed(row, sealed_bytes(other))
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_another_key_file_opens_nothing(kept, tmp_path):
    row = kept(b"one")
    keys.create(tmp_path / "keys.json")
    with (
        override_settings(KEY_FILE=tmp_path / "keys.json"),
        pytest.raises(UnavailableError),
    ):
        vault.read(row)


def test_an_absent_object_is_unavailable(kept):
    row = kept(b"one")
    store().remove(row.id.hex)
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_a_wrong_digest_in_the_row_is_refused_at_the_end(kept):
    row = kept(b"one")
    row.sha256 = "0" * 64
    with pytest.raises(UnavailableError):
        vault.read(row)


def test_a_pending_object_opens_to_nobody():
    row = vault.put(io.BytesIO(b"one"))
    with pytest.raises(UnavailableError):
        vault.read(row)
    store().remove(row.id.hex)


def test_an_object_is_kept_once():
    row = vault.put(io.BytesIO(b"one"))
    vault.keep(row)
    with pytest.raises(UnavailableError):
        vault.keep(row)
    store().remove(row.id.hex)


def test_erasing_destroys_key_and_bytes(kept, django_capture_on_commit_callbacks):
    row = kept(b"one")
    sealed = sealed_bytes(row)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        vault.erase(row.id)
    row.refresh_from_db()
    assert bytes(row.sealed_key) == b""
    with pytest.raises(UnavailableError):
        vault.read(row)
    put_sealed(row, sealed)
    row.state = StoredObject.State.READY
    with pytest.raises(UnavailableError):
        vault.read(row)


@pytest.mark.parametrize("size", [1, vault.CHUNK, vault.CHUNK + 1, 2 * vault.CHUNK])
def test_the_last_chunk_is_given_only_once_all_is_sound(kept, size):
    """Who passes chunks on as they come has never passed on a damaged whole."""
    row = kept(b"x" * size)
    row.sha256 = "0" * 64
    given: list[bytes] = []
    with vault.open_object(row) as chunks, pytest.raises(UnavailableError):
        given.extend(chunks)
    assert sum(map(len, given)) == (size - 1) // vault.CHUNK * vault.CHUNK


@pytest.mark.parametrize("by", [-1, 1])
def test_a_wrong_size_in_the_row_is_refused(kept, by):
    row = kept(b"one")
    row.size += by
    with pytest.raises(UnavailableError):
        vault.read(row)
