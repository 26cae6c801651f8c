"""What another server answers: bounded in time and size, from where it was asked.

A redirect is an answer like any other and is not followed: the address is one that
the operator, or a server named by the operator, has given. A slow server is hung up
on as a whole, not only byte by byte.
"""

import io
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

from django.db import connection

from portal.core.errors import UnavailableError

PATIENCE_SECONDS = 10.0
MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def fetch(
    address: str,
    *,
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
    patience: float | None = None,
) -> Answer:
    """Ask a server; whatever it is asked, nobody waits for it on a connection.

    Raises UnavailableError when it does not answer in time, or at too great length.
    """
    if not connection.in_atomic_block:
        connection.close()
    seconds = PATIENCE_SECONDS if patience is None else patience
    asked = Request(address, data=data, headers=headers or {})  # noqa: S310 – checked
    opener = build_opener(_NoRedirect, _Plain, _Secure)
    try:
        try:
            with opener.open(asked, timeout=seconds) as answer:
                return Answer(answer.status, _read(answer))
        except HTTPError as refusal:  # any status but 2xx, a redirect too
            with refusal:
                return Answer(refusal.code, _read(refusal))
    except (OSError, ValueError, HTTPException) as error:
        raise UnavailableError from error


def _read(answer: IO[bytes]) -> bytes:
    body = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError("The answer is too long.")
    return body


class _Patient(io.RawIOBase):
    """A socket's bytes until a moment: a trickle does not buy another second."""

    def __init__(self, line: socket.socket, raw: io.RawIOBase) -> None:
        self._line, self._raw = line, raw
        self._until = monotonic() + float(line.gettimeout() or PATIENCE_SECONDS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    """Header and body, read within one span of time."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_Patient(sock, self.fp.detach()))


class _PlainLine(HTTPConnection):
    response_class = _Response


class _SecureLine(HTTPSConnection):
    response_class = _Response


class _Plain(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_PlainLine, req)


class _Secure(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecureLine, req)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None
