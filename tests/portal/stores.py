"""The stores of the tests, and what may stand between us and them."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings

from portal.core import clock
from portal.core.objectstore import PART_SIZE, DiskStore, ObjectStore, S3Store

HOST = "127.0.0.1"
NAME = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
SERVERS = ["minio", "versity"]
# Each profile tests what it runs on; the server profile also the second server.
KINDS = SERVERS if settings.PROFILE == "server" else ["disk"]
_VARIABLES = {"minio": "KASANE_S3", "versity": "KASANE_VERSITY"}


def options(server: str, **more: Any) -> dict[str, Any]:
    """What reaches a bucket of its own on the server; a missing server is a failure."""
    prefix = _VARIABLES[server]
    values = {
        "endpoint": os.environ[f"{prefix}_ENDPOINT"],
        "access_key": os.environ[f"{prefix}_ACCESS_KEY"],
        "secret_key": os.environ[f"{prefix}_SECRET_KEY"],
        "region": "us-east-1",
        "bucket": f"test-{uuid.uuid4().hex[:12]}",
        "lock": False,
    }
    return values | more


def s3(server: str, **more: Any) -> S3Store:
    """A store on a fresh bucket."""
    store = S3Store(options(server, **more))
    store.prepare()
    return store


def fresh(kind: str, folder: Path) -> ObjectStore:
    """An empty store of the kind."""
    return DiskStore(folder / "vault") if kind == "disk" else s3(kind)


def content(shelf: ObjectStore, name: str = NAME) -> bytes:
    """All bytes of an object."""
    with shelf.open(name) as stream:
        return stream.read()


def names(shelf: ObjectStore) -> list[str]:
    """What the store lists, in order."""
    return sorted(name for name, _ in shelf.entries())


def unfinished(shelf: ObjectStore, name: str) -> None:
    """What is left when a process dies in the middle of an upload."""
    if isinstance(shelf, DiskStore):
        (shelf.path / "draft" / name).write_bytes(b"begun")
        return
    assert isinstance(shelf, S3Store)
    upload = shelf.client._create_multipart_upload(shelf.bucket, name, {})
    part = b"x" * PART_SIZE
    shelf.client._upload_part(shelf.bucket, name, part, {}, upload, 1)


Answer = Callable[[socket.socket, bytes], bool]


class Between:
    """A line to a server that can be slow, break, or answer in the server's place.

    ``answer`` gets each request's head; when it has answered, the line ends there.
    ``cut_after`` counts the bytes of answers on one connection, then it breaks.
    """

    def __init__(self, endpoint: str) -> None:
        server = urlsplit(endpoint)
        self.server = (server.hostname or HOST, server.port or 80)
        self.delay = 0.0
        self.cut_after: int | None = None
        self.answer: Answer | None = None
        self._listener = socket.create_server((HOST, 0))
        self.endpoint = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                serve = threading.Thread(target=self._serve, args=(client,))
                serve.daemon = True
                serve.start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self.server) as server:
            self._open.append(server)
            back = threading.Thread(target=self._back, args=(server, client))
            back.start()
            while data := client.recv(65536):
                if self.answer is not None and self.answer(client, data):
                    break
                server.sendall(data)
            _end(client)
            _end(server)
            back.join()

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        sent = 0
        with suppress(OSError):
            while data := server.recv(65536):
                time.sleep(self.delay)
                if self.cut_after is not None and sent + len(data) > self.cut_after:
                    client.sendall(data[: self.cut_after - sent])
                    break
                client.sendall(data)
                sent += len(data)
        _end(client)
        _end(server)

    def close(self) -> None:
        """Break every line."""
        for each in self._open:
            _end(each)
            each.close()


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(server: str, **more: Any) -> Iterator[tuple[Between, S3Store, S3Store]]:
    """The line, a store behind it, and the same bucket reached directly."""
    direct = s3(server, **more)
    line = Between(options(server)["endpoint"])
    behind = S3Store(
        options(server, bucket=direct.bucket, endpoint=line.endpoint, **more)
    )
    try:
        yield line, behind, direct
    finally:
        line.close()


def answering(status: str, body: str, *, to: tuple[bytes, ...] = ()) -> Answer:
    """An answer in the server's place, to requests whose head has one of the words."""
    text = body.encode()

    def answer(client: socket.socket, data: bytes) -> bool:
        if to and not any(word in data for word in to):
            return False
        client.sendall(
            f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode()
            + text
        )
        return True

    return answer


@contextmanager
def later(**by: float) -> Iterator[None]:
    """Move the portal's clock alone: servers refuse what is signed at another time."""
    then = clock.now() + timedelta(**by)
    with patch.object(clock, "now", lambda: then):
        yield


def s3_error(code: str) -> str:
    """What a server says when it says no."""
    return f"<Error><Code>{code}</Code><Message>no</Message></Error>"
