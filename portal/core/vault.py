"""The vault: every object encrypted with its own key before it meets the store.

Tink's streaming AEAD (AES-256-GCM-HKDF, 4 kB segments) authenticates order and
end, so a cut, swapped or foreign object fails while it is read. The object's id
is the associated data; SHA-256 of the plain bytes is kept in the database and
checked when the object is read to its end.

An object is put first and kept later, in the transaction that makes use of it:
whatever dies in between leaves a pending row or an orphan, which
``portal.core.upkeep`` clears.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

import tink
from django.db import transaction
from tink import streaming_aead
from tink.proto import tink_pb2

from portal.core import clock, keys, objectlock
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.objectstore import store

streaming_aead.register()

_TEMPLATE = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_4KB
_STREAMING: Any = streaming_aead.StreamingAead
# Large, because each chunk on its way out changes threads twice.
CHUNK = 1024 * 1024


def put(source: BinaryIO) -> StoredObject:
    """Encrypt ``source`` to its end into the store; returns the pending row.

    Call it outside a transaction, then ``keep`` the row inside the one that
    refers to it. Memory stays bounded, no plain byte meets a disk. Raises
    UnavailableError when the store does not answer.
    """
    keyset = tink.new_keyset_handle(_TEMPLATE)
    row = StoredObject.objects.create(created_at=clock.now())
    sealing = _Sealing(source, _cipher(keyset), row.id.bytes)
    store().put(row.id.hex, cast("BinaryIO", sealing))
    row.size, row.sha256 = sealing.size, sealing.digest.hexdigest()
    # Last, so that the key in use now wraps it, not one that was when it began.
    row.sealed_key = _wrapped(keyset, row)
    row.save(update_fields=["sealed_key", "size", "sha256"])
    return row


def _wrapped(keyset: tink.KeysetHandle, row: StoredObject) -> bytes:
    wrapped: bytes = tink.proto_keyset_format.serialize_encrypted(
        keyset, keys.wrapping_key(), row.id.bytes
    )
    return wrapped


def _unwrapped(row: StoredObject) -> tink.KeysetHandle:
    return tink.proto_keyset_format.parse_encrypted(
        bytes(row.sealed_key), keys.wrapping_key(), row.id.bytes
    )


def has_key(row: StoredObject) -> bool:
    """Whether the key file opens the row's data key."""
    try:
        _unwrapped(row)
    except tink.TinkError:
        return False
    return True


def rewrapped(row: StoredObject) -> bytes:
    """The row's data key, wrapped by the key in use now. Raises tink.TinkError."""
    return _wrapped(_unwrapped(row), row)


def key_of(sealed_key: bytes) -> int:
    """The number of the wrapping key that made it."""
    keyset: Any = tink_pb2
    return keys.key_of(keyset.EncryptedKeyset.FromString(sealed_key).encrypted_keyset)


def keep(row: StoredObject) -> None:
    """Make a pending object ready, in the caller's transaction.

    Raises UnavailableError when the sweep was faster.
    """
    waiting = StoredObject.objects.filter(id=row.id, state=StoredObject.State.PENDING)
    if waiting.update(state=StoredObject.State.READY) != 1:
        raise UnavailableError
    row.state = StoredObject.State.READY


def lock(row: StoredObject, until: datetime) -> None:
    """Have the store let nobody remove the bytes before that time; never shortened.

    What is locked for the first time is read to its end: a lock on other bytes
    than those that were stored is worth nothing. Call it outside a transaction.
    Raises UnavailableError when the store does not answer, is not proved to lock,
    or does not give the bytes back.
    """
    objectlock.require()
    try:
        held = store().lock(row.id.hex, until)
    except UnavailableError:
        objectlock.doubt()
        raise
    if row.locked_until is None:
        with _opened(row) as chunks:
            for _chunk in chunks:
                pass
    row.locked_until = held
    StoredObject.objects.filter(id=row.id).update(locked_until=held)


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
    bytes are not the ones that were stored: in the middle of the stream, and at the
    latest in the place of the last chunk. Whoever got all of it got what was stored.
    """
    if row.state != StoredObject.State.READY:
        raise UnavailableError
    with _opened(row) as chunks:
        yield chunks


@contextmanager
def _opened(row: StoredObject) -> Iterator[Iterator[bytes]]:
    try:
        keyset = _unwrapped(row)
    except tink.TinkError as error:
        raise UnavailableError from error
    with store().open(row.id.hex) as sealed:
        plain = _cipher(keyset).new_decrypting_stream(sealed, row.id.bytes)
        yield _checked(plain, row)


def _cipher(keyset: tink.KeysetHandle) -> streaming_aead.StreamingAead:
    return cast("streaming_aead.StreamingAead", keyset.primitive(_STREAMING))


def _checked(stream: BinaryIO, row: StoredObject) -> Iterator[bytes]:
    """The plain bytes; the last of them only once all of them are sound."""
    digest, size = hashlib.sha256(), 0
    try:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if size >= row.size:
                break
            yield chunk
        rest = stream.read(1)
    except (tink.TinkError, OSError) as error:
        raise UnavailableError from error
    if rest or (size, digest.hexdigest()) != (row.size, row.sha256):
        raise UnavailableError
    if chunk:
        yield chunk


def read(row: StoredObject) -> bytes:
    """All plain bytes of a small object."""
    with open_object(row) as chunks:
        return b"".join(chunks)


def seal_beside(row: StoredObject, data: bytes) -> bytes:
    """``data`` under the object's own key, to rest in the database.

    It can be read as long as the object can, and not a moment longer.
    """
    sealed = bytearray()
    writer = _cipher_of(row).new_encrypting_stream(_Target(sealed), _beside(row))
    writer.write(data)
    writer.close()
    return bytes(sealed)


def unseal_beside(row: StoredObject, sealed: bytes) -> bytes:
    """Undo ``seal_beside``; raises UnavailableError when that cannot be done."""
    cipher = _cipher_of(row)
    try:
        with cipher.new_decrypting_stream(io.BytesIO(sealed), _beside(row)) as plain:
            data: bytes = plain.read()
    except (tink.TinkError, OSError) as error:
        raise UnavailableError from error
    return data


def _cipher_of(row: StoredObject) -> Any:
    if row.state != StoredObject.State.READY:
        raise UnavailableError
    try:
        return _cipher(_unwrapped(row))
    except tink.TinkError as error:
        raise UnavailableError from error


def _beside(row: StoredObject) -> bytes:
    return b"beside " + row.id.bytes


def erase(object_id: UUID) -> None:
    """Destroy the object's key, then its bytes: backups become unreadable too.

    Where the bytes cannot be removed now, the sweep does it later.
    """
    destroy_key(object_id)
    transaction.on_commit(lambda: store().remove(object_id.hex), robust=True)


def destroy_key(object_id: UUID) -> None:
    """Make the bytes unreadable for ever, wherever they lie."""
    StoredObject.objects.filter(id=object_id).update(
        state=StoredObject.State.ERASED, sealed_key=b"", sha256=""
    )
