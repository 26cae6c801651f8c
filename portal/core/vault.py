"""The vault: every object encrypted with its own key before it meets the store.

Tink's streaming AEAD (AES-256-GCM-HKDF, 4 kB segments) authenticates order and
end, so a cut, swapped or foreign object fails while it is read. The object's id
is the associated data; SHA-256 of the plain bytes is kept in the database and
checked when the object is read to its end.

An object is put first and kept later, in the transaction that makes use of it:
whatever dies in between leaves a pending row or an orphan, which ``sweep`` clears.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

import tink
from django.db import transaction
from tink import streaming_aead

from portal.core import clock, keys
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.objectstore import store

streaming_aead.register()

_TEMPLATE = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_4KB
_STREAMING: Any = streaming_aead.StreamingAead
# Large, because each chunk on its way out changes threads twice.
CHUNK = 1024 * 1024
SWEEP_AFTER = timedelta(minutes=60)


def put(source: BinaryIO) -> StoredObject:
    """Encrypt ``source`` to its end into the store; returns the pending row.

    Call it outside a transaction, then ``keep`` the row inside the one that
    refers to it. Memory stays bounded, no plain byte meets a disk. Raises
    UnavailableError when the store does not answer.
    """
    keyset = tink.new_keyset_handle(_TEMPLATE)
    row = StoredObject.objects.create(created_at=clock.now())
    name = row.id.bytes
    row.sealed_key = tink.proto_keyset_format.serialize_encrypted(
        keyset, keys.wrapping_key(), name
    )
    sealing = _Sealing(source, _cipher(keyset), name)
    store().put(row.id.hex, cast("BinaryIO", sealing))
    row.size, row.sha256 = sealing.size, sealing.digest.hexdigest()
    row.save(update_fields=["sealed_key", "size", "sha256"])
    return row


def keep(row: StoredObject) -> None:
    """Make a pending object ready, in the caller's transaction.

    Raises UnavailableError when the sweep was faster.
    """
    waiting = StoredObject.objects.filter(id=row.id, state=StoredObject.State.PENDING)
    if waiting.update(state=StoredObject.State.READY) != 1:
        raise UnavailableError
    row.state = StoredObject.State.READY


class _Sealing(io.RawIOBase):
    """The sealed form of ``source`` as a stream to read from, made as it is read."""

    def __init__(self, source: BinaryIO, cipher: Any, name: bytes) -> None:
        self.source = source
        self.digest, self.size = hashlib.sha256(), 0
        self._ready = bytearray()
        self._writer = cipher.new_encrypting_stream(_Target(self._ready), name)

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while len(self._ready) < len(target) and not self._writer.closed:
            self._seal_more()
        count = min(len(self._ready), len(target))
        target[:count] = self._ready[:count]
        del self._ready[:count]
        return count

    def _seal_more(self) -> None:
        chunk = self.source.read(CHUNK)
        if not chunk:
            self._writer.close()
            return
        self.digest.update(chunk)
        self.size += len(chunk)
        self._writer.write(chunk)


class _Target(io.RawIOBase):
    """Where Tink writes to: the bytes that wait to be read."""

    def __init__(self, ready: bytearray) -> None:
        self.ready = ready

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.ready += data
        return len(data)


@contextmanager
def open_object(row: StoredObject) -> Iterator[Iterator[bytes]]:
    """Yield the plain bytes of ``row`` in chunks of at most 1 MB.

    Raises UnavailableError when the object is not ready, its key is gone, or the
    bytes are not the ones that were stored (also in the middle of the stream).
    """
    if row.state != StoredObject.State.READY:
        raise UnavailableError
    name = row.id.bytes
    try:
        keyset = tink.proto_keyset_format.parse_encrypted(
            bytes(row.sealed_key), keys.wrapping_key(), name
        )
    except tink.TinkError as error:
        raise UnavailableError from error
    with store().open(row.id.hex) as sealed:
        yield _checked(_cipher(keyset).new_decrypting_stream(sealed, name), row)


def _cipher(keyset: tink.KeysetHandle) -> streaming_aead.StreamingAead:
    return cast("streaming_aead.StreamingAead", keyset.primitive(_STREAMING))


def _checked(stream: BinaryIO, row: StoredObject) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    try:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    except (tink.TinkError, OSError) as error:
        raise UnavailableError from error
    if (size, digest.hexdigest()) != (row.size, row.sha256):
        raise UnavailableError


def read(row: StoredObject) -> bytes:
    """All plain bytes of a small object."""
    with open_object(row) as chunks:
        return b"".join(chunks)


def erase(object_id: UUID) -> None:
    """Destroy the object's key, then its bytes: backups become unreadable too."""
    StoredObject.objects.filter(id=object_id).update(
        state=StoredObject.State.ERASED, sealed_key=b"", sha256=""
    )
    transaction.on_commit(lambda: store().remove(object_id.hex))


def sweep() -> int:
    """Clear what broken acts left behind for an hour; returns how many.

    Pending rows, bytes without a row, and bytes of erased rows: the worker calls
    it now and then. Young things are left alone, their act may still be running.
    """
    before = clock.now() - SWEEP_AFTER
    pending = StoredObject.objects.filter(
        state=StoredObject.State.PENDING, created_at__lt=before
    )
    count, _ = pending.delete()
    for name, written_at in store().entries():
        if written_at >= before:
            continue
        if not _names_ready_object(name):
            store().remove(name)
            count += 1
    return count


def _names_ready_object(name: str) -> bool:
    try:
        object_id = UUID(hex=name)
    except ValueError:
        return False
    ready = StoredObject.objects.filter(state=StoredObject.State.READY)
    return ready.filter(id=object_id).exists()
