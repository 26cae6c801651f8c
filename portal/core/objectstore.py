"""Where sealed bytes lie: a folder (embedded) or any S3 server (server profile).

The only module that knows minio-py. It sees ciphertext and random names alone;
what they mean, and whether they are whole, is the vault's business.
"""

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from portal.core.errors import UnavailableError

PART_SIZE = 16 * 1024 * 1024


class ObjectStore(Protocol):
    """Puts, opens and removes sealed objects by their random name."""

    def put(self, name: str, source: IO[bytes], size: int) -> None:
        """Store ``size`` bytes of ``source`` durably under ``name``."""

    def open(self, name: str) -> "ContextReader":
        """A context manager that yields a readable binary stream."""

    def remove(self, name: str) -> None:
        """Remove the object; an absent one is no error."""

    def names(self) -> Iterator[str]:
        """All names in the store, for the sweep of orphans."""


class ContextReader(Protocol):
    """A context manager around a readable binary stream."""

    def __enter__(self) -> IO[bytes]: ...

    def __exit__(self, *details: object) -> bool | None: ...


class DiskStore:
    """Objects as files below one folder, written atomically and synced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _file(self, name: str) -> Path:
        return self.path / name[:2] / name

    def put(self, name: str, source: IO[bytes], size: int) -> None:
        """Write to a temporary file, sync it, rename it, sync the folder."""
        target = self._file(name)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=self.path)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := source.read(1 << 20):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open the file; raises UnavailableError when it is not there."""
        try:
            file = self._file(name).open("rb")
        except OSError as error:
            raise UnavailableError from error
        with file:
            yield file

    def remove(self, name: str) -> None:
        """Unlink the file."""
        self._file(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The names of all files below the folder."""
        for file in self.path.glob("??/*"):
            yield file.name


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
        )

    def prepare(self) -> None:
        """Make the bucket if it is not there."""
        with _answering():
            if not self.client.bucket_exists(self.bucket):
                self.client.make_bucket(self.bucket)

    def put(self, name: str, source: IO[bytes], size: int) -> None:
        """Upload in parts; the server answers only once the object is whole."""
        with _answering():
            self.client.put_object(
                self.bucket,
                name,
                cast("Any", source),
                length=size,
                part_size=PART_SIZE,
            )

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Stream the object; the connection goes back to the pool at the end."""
        with _answering():
            response = self.client.get_object(self.bucket, name)
        try:
            yield cast("IO[bytes]", response)
        finally:
            response.close()
            response.release_conn()

    def remove(self, name: str) -> None:
        """Delete the object."""
        with _answering():
            self.client.remove_object(self.bucket, name)

    def names(self) -> Iterator[str]:
        """List the bucket."""
        with _answering():
            for entry in self.client.list_objects(self.bucket, recursive=True):
                yield str(entry.object_name)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (S3Error, MinioException, HTTPError, OSError) as error:
        raise UnavailableError from error


@functools.cache
def store() -> ObjectStore:
    """The store of this profile; one client per process."""
    options = settings.VAULT_STORE
    if options["kind"] == "disk":
        return DiskStore(options["path"])
    s3 = S3Store(options)
    s3.prepare()
    return s3
