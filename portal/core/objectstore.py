"""Where sealed bytes lie: a folder (embedded) or any S3 server (server profile).

It sees ciphertext and random names alone; what they mean, and whether they are
whole, is the vault's business. Objects are read from begin to end: no ranges.
"""

import functools
import io
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.error import MinioException, S3Error
from minio.retention import Retention
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


# What stands in the listing of a server and cannot be ours.
_NAME = re.compile(r"[0-9a-f]{32}")


def is_name(name: str) -> bool:
    """Whether an object of ours can have this name."""
    return _NAME.fullmatch(name) is not None


def _checked(name: str) -> str:
    if not is_name(name):
        raise ValueError(f"{name!r} names no object")
    return name


class ObjectStore(Protocol):
    """Puts, opens and removes sealed objects by their random name.

    A name is 32 hexadecimal digits; any other is a ValueError. What the store cannot
    do, or does not answer in time, is an UnavailableError.
    """

    def put(self, name: str, source: BinaryIO) -> None:
        """Store ``source`` to its end durably under ``name``.

        After an error nobody knows what is there; ``remove`` clears it.
        """

    def lock(self, name: str, until: datetime) -> datetime:
        """Let nobody remove or change the object before that time.

        A lock is only ever prolonged; returns until when it holds now.
        """

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A context manager that yields a readable binary stream."""

    def remove(self, name: str) -> None:
        """Remove all that there is of the object; an absent one is no error."""

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """All names with the time of their writing, for the sweep."""

    def abandon(self, before: datetime) -> int:
        """Drop unfinished uploads that began before that time; returns how many."""


class DiskStore:
    """Objects as files below one folder, written atomically and synced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "draft").mkdir(parents=True, exist_ok=True, mode=0o700)

    def _file(self, name: str) -> Path:
        return self.path / _checked(name)[:2] / name

    def _draft(self, name: str) -> Path:
        return self.path / "draft" / _checked(name)

    def put(self, name: str, source: BinaryIO) -> None:
        """Write a draft, sync it, move it to its place, sync the folders."""
        target, draft = self._file(name), self._draft(name)
        with answering():
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

    def lock(self, name: str, until: datetime) -> datetime:
        """A folder holds nobody back."""
        raise UnavailableError

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open the file; raises UnavailableError when it is not there."""
        path = self._file(name)
        try:
            file = path.open("rb")
        except OSError as error:
            raise UnavailableError from error
        with file:
            yield file

    def remove(self, name: str) -> None:
        """Unlink the file and what a broken upload left of it."""
        file, draft = self._file(name), self._draft(name)
        with answering():
            file.unlink(missing_ok=True)
            draft.unlink(missing_ok=True)

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """All whole files below the folder."""
        for file in self.path.glob("*/*"):
            written = _written_at(file)
            if written is not None and file.parent.name != "draft":
                yield file.name, written

    def abandon(self, before: datetime) -> int:
        """Unlink drafts that nobody has written to since."""
        count = 0
        for draft in self.path.glob("draft/*"):
            written = _written_at(draft)
            if written is not None and written < before:
                draft.unlink(missing_ok=True)
                count += 1
        return count


def _written_at(file: Path) -> datetime | None:
    """When the file was written; None when it is gone already."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


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

    def __init__(self, options: dict[str, Any]) -> None:
        endpoint = urlsplit(options["endpoint"])
        self.bucket = options["bucket"]
        self.locks = options["lock"]
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
        with answering():
            if self.client.bucket_exists(self.bucket):
                return
            try:
                self.client.make_bucket(self.bucket, object_lock=self.locks)
            except S3Error as error:  # another process was faster
                if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise

    def put(self, name: str, source: BinaryIO) -> None:
        """Upload part by part, and look whether all of it is there."""
        _checked(name)
        counted = _Counted(source)
        with answering():
            self.client.put_object(
                self.bucket,
                name,
                cast("Any", counted),
                length=-1,
                part_size=PART_SIZE,
                num_parallel_uploads=1,
            )
            # An answer of 200 may still carry an error, or come from something else.
            kept = self.client.stat_object(self.bucket, name)
            if kept.size != counted.size:
                raise UnavailableError

    def lock(self, name: str, until: datetime) -> datetime:
        """Lock the object for everybody (COMPLIANCE), and look whether it is."""
        _checked(name)
        until = until.replace(microsecond=0)  # servers keep whole seconds
        with answering():
            held = self._held_until(name)
            if held is None or held < until:
                lock = Retention(COMPLIANCE, until)
                self.client.set_object_retention(self.bucket, name, lock)
                held = self._held_until(name)
        if held is None or held < until:
            raise UnavailableError
        return held

    def _held_until(self, name: str) -> datetime | None:
        try:
            held = self.client.get_object_retention(self.bucket, name)
        except S3Error as error:
            if error.code != "NoSuchObjectLockConfiguration":
                raise
            return None
        return held.retain_until_date if held and held.mode == COMPLIANCE else None

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Stream the object; a half-read connection is closed, not reused."""
        _checked(name)
        with answering():
            response = self.client.get_object(self.bucket, name)
        try:
            if "Content-Length" not in response.headers:  # a head that broke off
                raise UnavailableError
            yield cast("BinaryIO", _Body(response))
        finally:
            response.close()
            response.release_conn()

    def remove(self, name: str) -> None:
        """Delete the object, all its versions and what broken uploads left of it."""
        _checked(name)
        with answering():
            for upload in self._uploads(name):
                self._abort(upload)
            if self._keeps_versions():
                for each in self._versions(name):
                    self.client.remove_object(self.bucket, name, each)
            else:
                self.client.remove_object(self.bucket, name)

    def _keeps_versions(self) -> bool:
        status = self.client.get_bucket_versioning(self.bucket).status
        return status in {ENABLED, "Suspended"}

    def _versions(self, name: str) -> list[str | None]:
        found = self.client.list_objects(
            self.bucket, prefix=name, recursive=True, include_version=True
        )
        return [each.version_id for each in found if each.object_name == name]

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """List the bucket."""
        with answering():
            for entry in self.client.list_objects(self.bucket, recursive=True):
                yield str(entry.object_name), cast("datetime", entry.last_modified)

    def abandon(self, before: datetime) -> int:
        """Abort the uploads that the server lists."""
        with answering():
            stale = [
                upload
                for upload in self._uploads()
                if upload.initiated_time and upload.initiated_time < before
            ]
            for upload in stale:
                self._abort(upload)
        return len(stale)

    def _uploads(self, name: str = "") -> list[Any]:
        """Unfinished uploads, at most 1,000 at a time.

        MinIO lists those of one object for sure, all others as it likes.
        """
        found = self.client._list_multipart_uploads(self.bucket, prefix=name)  # noqa: SLF001 – it has no public one
        if found.bucket_name != self.bucket:  # an answer of something else
            raise UnavailableError
        return cast("list[Any]", found.uploads)

    def _abort(self, upload: Any) -> None:
        try:
            self.client._abort_multipart_upload(  # noqa: SLF001 – it has no public one
                self.bucket, upload.object_name, upload.upload_id
            )
        except S3Error as error:
            if error.code != "NoSuchUpload":
                raise


class _Counted(io.RawIOBase):
    """A source that knows how much was read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.size = source, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        return data


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
def answering() -> Iterator[None]:
    """Whatever a store does instead of a sound answer is an UnavailableError.

    minio-py reads answers with parsers that raise ValueError, or SyntaxError for XML
    that is none.
    """
    try:
        yield
    except (MinioException, HTTPError, OSError, ValueError, SyntaxError) as error:
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
