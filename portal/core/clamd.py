"""Asking clamd about a stream of bytes (INSTREAM), so that doubt is never a yes.

Only "OK" from a scanner that proves that it reports what exceeds its limits is clean.
No answer, a cut one or one that nobody knows raises UnavailableError.
"""

import io
import re
import socket
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from portal.core import clock
from portal.core.errors import UnavailableError

OFF = "off"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 120  # for all of it: clamd's own limit of time is the same
ANSWER_BYTES = 4096
# More layers than clamd opens, whatever it is set to (its ceiling is 100).
_LAYERS = 110
_PROBE_HOLDS_FOR = timedelta(hours=1)
_EXCEEDED = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class Verdict(Enum):
    """What the scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"


def is_address(value: str) -> bool:
    """Whether ``value`` is tcp://host:port or unix:/path."""
    url = urlsplit(value)
    if url.scheme == "unix":
        return url.path.startswith("/")
    try:
        return url.scheme == "tcp" and bool(url.hostname and url.port)
    except ValueError:
        return False


def scan(chunks: Iterable[bytes]) -> Verdict:
    """The verdict on the bytes, which are never held as a whole.

    Raises UnavailableError without a clear answer, also from a scanner that would
    pass in silence what is too deep or too large for it.
    """
    _require_alerts()
    return _verdict(_streamed(chunks))


def signatures_at() -> datetime | None:
    """Of what day the signatures are; None where the scanner does not say."""
    with _connected() as line:
        line.sendall(b"zVERSION\0")
        answer = _answer(line)
    found = re.search(r"/\w{3} (\w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})$", answer)
    if not found:
        return None
    return datetime.strptime(found[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


_proved: dict[str, datetime] = {}


def _require_alerts() -> None:
    """The scanner reports exceeded limits (AlertExceedsMax); proved once an hour."""
    known = _proved.get(settings.CLAMD)
    if known is not None and clock.now() - known < _PROBE_HOLDS_FOR:
        return
    if _verdict(_streamed([_too_deep()])) is not Verdict.UNSCANNABLE:
        raise UnavailableError("clamd must run with AlertExceedsMax yes")
    _proved[settings.CLAMD] = clock.now()


@cache
def _too_deep() -> bytes:
    """An archive in an archive in an archive, of a few kilobytes."""
    data = b"kasane"
    for _ in range(_LAYERS):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("a.zip", data)
        data = out.getvalue()
    return data


def _streamed(chunks: Iterable[bytes]) -> str:
    with _connected() as line:
        # Past its limit clamd answers and hangs up: the answer is what counts.
        with suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                if chunk:
                    line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
        return _answer(line)


@contextmanager
def _connected() -> Iterator[socket.socket]:
    url = urlsplit(settings.CLAMD)
    try:
        with _line_to(url) as line:
            line.settimeout(ANSWER_SECONDS)
            yield line
    except OSError as error:
        raise UnavailableError from error


def _line_to(url: SplitResult) -> socket.socket:
    if url.scheme != "unix":
        return socket.create_connection((url.hostname, url.port), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(url.path)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    """One answer, which ends with a zero byte."""
    answer = b""
    deadline = clock.now() + timedelta(seconds=ANSWER_SECONDS)
    while not answer.endswith(b"\0"):
        piece = line.recv(ANSWER_BYTES)
        answer += piece
        if not piece or len(answer) > ANSWER_BYTES or clock.now() > deadline:
            raise UnavailableError
    return answer[:-1].decode("utf-8", "replace")


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict.CLEAN
    if answer.startswith("INSTREAM size limit exceeded"):
        return Verdict.UNSCANNABLE
    found = re.fullmatch(r"stream: (\S+) FOUND", answer)
    if not found:
        raise UnavailableError
    exceeded = found[1].startswith(_EXCEEDED)
    return Verdict.UNSCANNABLE if exceeded else Verdict.INFECTED
