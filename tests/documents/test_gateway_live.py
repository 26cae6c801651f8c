"""A running download, through a real server and a real socket, ends with its ground."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.urls import reverse

from documents.delivery import streaming
from documents.models import PaperVersion, Release
from members.facts import Way
from members.models import Membership, Person, SignIn
from portal.core import clock, vault
from portal.core.models import AuditEvent, AuditHead
from portal.core.objectstore import store
from tests import cast as people
from tests.cast import Cast
from tests.own_server import own_server

SIZE = 60_000_000
WITHIN_SECONDS = 2.0


@pytest.fixture
def cast(transactional_db) -> Cast:
    """The cast, committed: the server sees it over its own connections."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def port() -> Iterator[int]:
    with own_server() as port:
        yield port


class Zeros:
    """A long text of no interest."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        count = min(size, self.left)
        self.left -= count
        return b"0" * count


@pytest.fixture
def big(released) -> Iterator[PaperVersion]:
    """A paper of many megabytes, released with its original."""
    version = released(data=b"0", name="a.txt", way=Way.ORIGINAL)
    stored = vault.put(Zeros(SIZE))  # type: ignore[arg-type] # reads like a file
    vault.keep(stored)
    version.stored = stored
    version.save()
    yield version
    store().remove(stored.id.hex)


@dataclass
class Download:
    """A download of which the client has read the head and a first bit."""

    connection: socket.socket
    head: bytes

    def drained(self) -> int:
        """Read what still comes; the connection must end. Returns how much."""
        count = 0
        try:
            while data := self.connection.recv(1 << 20):
                count += len(data)
        except ConnectionResetError:
            pass
        return count

    def completed(self) -> bool:
        """Read to the end that was promised."""
        count = len(self.head.partition(b"\r\n\r\n")[2])
        while count < SIZE and (data := self.connection.recv(1 << 20)):
            count += len(data)
        return count == SIZE


@pytest.fixture
def start(port, signed_in) -> Iterator[Callable[..., Download]]:
    opened = []

    def begin(person: Person, version: PaperVersion, **headers: str) -> Download:
        cookies = signed_in(person).cookies
        session = cookies[settings.SESSION_COOKIE_NAME].value
        path = reverse("documents:version-download", args=[version.id])
        connection = socket.socket()
        opened.append(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", port))
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={session}\r\n\r\n".encode()
        )
        return Download(connection, connection.recv(4096))

    yield begin
    for connection in opened:
        connection.close()


def test_a_whole_download_arrives(cast, big, start):
    download = start(cast.clinic, big)
    assert download.head.startswith(b"HTTP/1.1 200")
    head, _, _ = download.head.partition(b"\r\n\r\n")
    assert f"content-length: {SIZE}".encode() in head.lower()
    assert download.completed()
    assert AuditEvent.objects.filter(action="documents.original.download").count() == 1


def end_membership(cast):
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def end_release(cast):
    Release.objects.update(ends_at=clock.now())


def end_sign_in(cast):
    SignIn.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def withdraw_grant(cast):
    Release.objects.update(way=Way.COPY)


@pytest.mark.parametrize(
    "end", [end_membership, end_release, end_sign_in, withdraw_grant]
)
def test_a_reader_who_stopped_reading_is_cut_off(cast, big, start, end):
    download = start(cast.clinic, big)
    end(cast)
    ended = time.monotonic()
    # The client reads nothing more: the server alone must notice, and drop what
    # waits in its buffers.
    wait_until(lambda: is_reset(download.connection))
    assert time.monotonic() - ended < WITHIN_SECONDS
    assert download.drained() < 3_000_000


def test_a_slow_reader_gets_no_byte_after_two_seconds(cast, big, start):
    download = start(cast.clinic, big)
    end_membership(cast)
    ended, last = time.monotonic(), 0.0
    try:
        while data := download.connection.recv(16_384):
            last = time.monotonic()
            threading.Event().wait(len(data) / 1_000_000)  # a line of 1 MB/s
    except ConnectionResetError:
        pass
    assert last - ended < WITHIN_SECONDS


def test_others_go_on_while_one_is_cut(cast, big, start):
    cut, other = start(cast.clinic, big), start(cast.secretariat, big)
    end_membership(cast)
    wait_until(lambda: is_reset(cut.connection))
    assert other.completed()


def test_dead_phones_hold_nothing_and_are_cut_off(cast, big, start, monkeypatch):
    """More of them than there are threads: the next reader still gets everything."""
    dead = [start(cast.clinic, big) for _ in range(12)]
    assert start(cast.secretariat, big).completed()
    monkeypatch.setattr(streaming, "STALL_SECONDS", 1.0)
    for download in dead:
        wait_until(lambda one=download: is_reset(one.connection))
        assert download.drained() < 3_000_000


def test_a_reader_who_goes_on_reading_is_not_cut_for_being_slow(
    cast, big, start, monkeypatch
):
    monkeypatch.setattr(streaming, "STALL_SECONDS", 2.0)
    download, begun = start(cast.clinic, big), time.monotonic()
    while time.monotonic() < begun + 3:
        data = download.connection.recv(16_384)
        threading.Event().wait(len(data) / 1_000_000)  # a line of 1 MB/s
    assert not is_reset(download.connection)


def test_ranges_are_no_second_way_in(cast, big, start):
    """Whatever a Range asks for, the answer is the whole or a refusal, never a part."""
    for wish in (
        "bytes=0-0",
        "bytes=-1",
        "bytes=5-1",
        "bytes=0-,0-,0-",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(500)),
        "bytes=99999999999999999999-",
        "lines=1-2",
        "bytes=\u0660-9",
    ):
        head = start(cast.clinic, big, Range=wish).head
        assert head.startswith(b"HTTP/1.1 200") or b" 4" in head[:12], (wish, head)
        assert b"content-range" not in head.lower()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def is_reset(connection: socket.socket) -> bool:
    """Whether the other side has closed, without reading anything."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return info[0] != 1  # TCP_ESTABLISHED
