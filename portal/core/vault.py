"""The vault: every object encrypted with its own key before it meets the store.

Tink's streaming AEAD (AES-256-GCM-HKDF, 4 kB segments) authenticates order and
end, so a cut, swapped or foreign object fails while it is read. The object's id
is the associated data; SHA-256 of the plain bytes is kept in the database and
checked when the object is read to its end.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast
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
CHUNK = 256 * 1024
SPOOL = 8 * 1024 * 1024


def put(source: IO[bytes]) -> StoredObject:
    """Encrypt ``source`` to its end into the store; returns the ready row.

    Call it outside a transaction: the row is ``pending`` while the bytes travel,
    so an object without a row cannot come about, only a row that the sweep
    clears. Raises UnavailableError when the store does not answer.
    """
    keyset = tink.new_keyset_handle(_TEMPLATE)
    row = StoredObject.objects.create(created_at=clock.now())
    name = row.id.bytes
    sealed_key = tink.proto_keyset_format.serialize_encrypted(
        keyset, keys.wrapping_key(), name
    )
    cipher = keyset.primitive(streaming_aead.StreamingAead)
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as sealed:
        writer = cipher.new_encrypting_stream(_Kept(sealed), name)
        with writer:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                writer.write(chunk)
        length = sealed.tell()
        sealed.seek(0)
        store().put(row.id.hex, cast("IO[bytes]", sealed), length)
    row.sealed_key, row.size, row.sha256 = sealed_key, size, digest.hexdigest()
    row.state = StoredObject.State.READY
    row.save(update_fields=["sealed_key", "size", "sha256", "state"])
    return row


class _Kept:
    """A writable stream that survives ``close``, which Tink calls on its target."""

    def __init__(self, file: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self.file = file

    closed = False

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        """Leave the file open for the upload."""


@contextmanager
def open_object(row: StoredObject) -> Iterator[Iterator[bytes]]:
    """Yield the plain bytes of ``row`` in chunks of at most 256 kB.

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
    cipher = keyset.primitive(streaming_aead.StreamingAead)
    with store().open(row.id.hex) as sealed:
        yield _checked(cipher.new_decrypting_stream(sealed, name), row)


def _checked(stream: IO[bytes], row: StoredObject) -> Iterator[bytes]:
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
