"""Where sealed bytes lie: a folder (embedded) or any S3 server (server profile).

The only module that knows minio-py. It sees ciphertext and random names alone;
what they mean, and whether they are whole, is the vault's business.
"""

import functools
import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from portal.core.errors import UnavailableError

# A part rests in memory until the server has it, so this bounds an upload's memory.
PART_SIZE = 8 * 1024 * 1024
COPY_SIZE = 1024 * 1024
_HTTP = {
    "timeout": urllib3.Timeout(connect=3, read=30),
    "retries": urllib3.Retry(total=2, backoff_factor=0.2),
    "maxsize": 32,
}


class ObjectStore(Protocol):
    """Puts, opens and removes sealed objects by their random name."""

    def put(self, name: str, source: BinaryIO) -> None:
        """Store ``source`` to its end durably under ``name``, or nothing at all."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A context manager that yields a readable binary stream."""

    def remove(self, name: str) -> None:
        """Remove the object; an absent one is no error."""

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """All names with the time of their writing, for the sweep."""


class DiskStore:
    """Objects as files below one folder, written atomically and synced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "draft").mkdir(parents=True, exist_ok=True, mode=0o700)

    def _file(self, name: str) -> Path:
        return self.path / name[:2] / name

    def _draft(self, name: str) -> Path:
        return self.path / "draft" / name

    def put(self, name: str, source: BinaryIO) -> None:
        """Write a draft, sync it, move it to its place, sync the folders."""
        target, draft = self._file(name), self._draft(name)
        with _answering():
            try:
                target.parent.mkdir(exist_ok=True, mode=0o700)
                with open(draft, "xb", opener=_private) as file:
                    while chunk := source.read(COPY_SIZE):
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(target)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            for folder in (target.parent, self.path):
                _sync(folder)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open the file; raises UnavailableError when it is not there."""
        try:
            file = self._file(name).open("rb")
        except OSError as error:
            raise UnavailableError from error
        with file:
            yield file

    def remove(self, name: str) -> None:
        """Unlink the file and what a broken upload left of it."""
        with _answering():
            self._file(name).unlink(missing_ok=True)
            self._draft(name).unlink(missing_ok=True)

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """All files below the folder, drafts included."""
        for file in self.path.glob("*/*"):
            try:
                written = file.stat().st_mtime
            except FileNotFoundError:
                continue
            yield file.name, datetime.fromtimestamp(written, UTC)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class S3Store:
    """Objects in one bucket of an S3 server, MinIO for reference."""

    def __init__(self, options: dict[str, str]) -> None:
        endpoint = urlsplit(options["endpoint"])
        self.bucket = options["bucket"]
        self.client = Minio(
            endpoint.netloc,
            access_key=options["access_key"],
            secret_key=options["secret_key"],
            secure=endpoint.scheme == "https",
            region=options["region"],
            http_client=urllib3.PoolManager(**cast("Any", _HTTP)),
        )

    def prepare(self) -> None:
        """Make the bucket if it is not there."""
        with _answering():
            if not self.client.bucket_exists(self.bucket):
                self.client.make_bucket(self.bucket)

    def put(self, name: str, source: BinaryIO) -> None:
        """Upload part by part; the server answers only once the object is whole."""
        with _answering():
            self.client.put_object(
                self.bucket,
                name,
                cast("Any", source),
                length=-1,
                part_size=PART_SIZE,
                num_parallel_uploads=1,
            )

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Stream the object; a half-read connection is closed, not reused."""
        with _answering():
            response = self.client.get_object(self.bucket, name)
        try:
            yield cast("BinaryIO", _Body(response))
        finally:
            response.close()
            response.release_conn()

    def remove(self, name: str) -> None:
        """Delete the object."""
        with _answering():
            self.client.remove_object(self.bucket, name)

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """List the bucket."""
        with _answering():
            for entry in self.client.list_objects(self.bucket, recursive=True):
                yield str(entry.object_name), cast("datetime", entry.last_modified)


class _Body(io.RawIOBase):
    """A response's body whose breaking off is an OSError like that of a file."""

    def __init__(self, response: Any) -> None:
        self.response = response

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes as they come, not copied once more."""
        try:
            data: bytes = self.response.read(None if size < 0 else size)
        except HTTPError as error:
            raise OSError from error
        return data


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (S3Error, MinioException, HTTPError, OSError) as error:
        raise UnavailableError from error


@functools.cache
def store() -> ObjectStore:
    """The store of this profile; one client per process."""
    options: dict[str, Any] = settings.VAULT_STORE
    if options["kind"] == "disk":
        return DiskStore(options["path"])
    s3 = S3Store(options)
    s3.prepare()
    return s3
