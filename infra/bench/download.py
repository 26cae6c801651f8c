"""How much of the store's own speed a download keeps, and what 40 at once cost.

The same client fetches the same 100 MB by turns: through the portal (decided,
audited, decrypted, decided again every second), and straight from the store. MinIO
serves itself; the folder of the embedded profile has no server, so a bare ASGI
application sends the sealed file as it is, on the same uvicorn.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from common import (
    HOST,
    BenchError,
    figure,
    free_port,
    percentile,
    profile,
    say,
    serving,
    set_up_django,
)

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from documents.models import PaperVersion  # noqa: E402
from documents.selectors import version_for  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Action, Role, State  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Membership, SignIn  # noqa: E402
from portal.core import clock, vault  # noqa: E402
from portal.core.objectstore import DiskStore, S3Store, store  # noqa: E402

SIZE = 100 * 1024 * 1024
PARALLEL, PARALLEL_SIZE = 40, 50 * 1024 * 1024
SAMPLE_SECONDS = 0.02
ROUNDS = int(os.environ.get("KASANE_BENCH_DOWNLOADS", "7"))


class Target(NamedTuple):
    """Where to fetch from, in one GET."""

    port: int
    path: str
    size: int
    cookie: str = ""


def main() -> None:
    """One alone, by turns with the store; then many at once."""
    prefix = "download" if profile() == "server" else "download_embedded"
    alone(prefix)
    together(f"{prefix}_{PARALLEL}_parallel")


def alone(prefix: str) -> None:
    """Fetch by turns, so that both meet the same weather, and print the ratio."""
    path, cookie, name = prepared(SIZE)
    with serving() as port, store_itself(name) as straight:
        through = Target(port, path, SIZE, cookie)
        used = processor_seconds(the_server())
        pairs = [(fetch(through), fetch(straight)) for _ in range(ROUNDS + 1)][1:]
        used = processor_seconds(the_server()) - used
    gateway = percentile([seconds for seconds, _ in pairs], 0.5)
    store = percentile([seconds for _, seconds in pairs], 0.5)
    megabytes = SIZE / 1_000_000
    say(f"gateway {megabytes / gateway:.0f} MB/s, store {megabytes / store:.0f} MB/s")
    say(f"gateway: {used / (ROUNDS + 1):.3f} s of processor for {megabytes:.0f} MB")
    figure(f"{prefix}_ratio", store / gateway)
    figure(f"{prefix}_mb_per_s", megabytes / gateway)


def together(prefix: str) -> None:
    """Fetch many at once; the most memory that the server took on for them."""
    path, cookie, _ = prepared(PARALLEL_SIZE)
    with serving() as port, ThreadPoolExecutor(PARALLEL) as readers:
        target = Target(port, path, PARALLEL_SIZE, cookie)
        fetch(target)
        server, start = the_server(), time.perf_counter()
        before = most = resident(server)
        fetched = [readers.submit(fetch, target) for _ in range(PARALLEL)]
        while wait(fetched, timeout=SAMPLE_SECONDS).not_done:
            most = max(most, resident(server))
        seconds = time.perf_counter() - start
        for each in fetched:
            each.result()
    figure(f"{prefix}_rss_mb", (most - before) / 1_000_000)
    figure(f"{prefix}_mb_s", PARALLEL * PARALLEL_SIZE / 1_000_000 / seconds)


def the_server() -> int:
    """The number of the portal's process, the first of ours."""
    children = Path("/proc/self/task").glob("*/children")
    return min(int(pid) for file in children for pid in file.read_text().split())


def resident(pid: int) -> int:
    """Bytes of memory that the process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(pid: int) -> float:
    """What the process kept processors busy with so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetch(target: Target) -> float:
    """Seconds from the request to the last byte; the bytes go nowhere."""
    buffer, count, head = bytearray(1 << 20), 0, b""
    start = time.perf_counter()
    with socket.create_connection((HOST, target.port), timeout=60) as connection:
        connection.sendall(
            f"GET {target.path} HTTP/1.1\r\nHost: {HOST}:{target.port}\r\n"
            f"Cookie: {target.cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        while got := connection.recv_into(buffer):
            head = head or bytes(buffer[:got])
            count += got
    if not head.startswith(b"HTTP/1.1 200") or count < target.size:
        raise BenchError(f"{target.path} gave {count} bytes: {head[:60]!r}")
    return time.perf_counter() - start


class Noise:
    """Bytes that no compression on the way makes fewer."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        """The next bytes, made as they are read."""
        count = min(size, self.left)
        self.left -= count
        return os.urandom(count)


def prepared(size: int) -> tuple[str, str, str]:
    """A large paper and its custodian: path, cookie, name in the store."""
    clerk = Membership.objects.filter(role=Role.SECRETARIAT, ends_at=None)
    papers = PaperVersion.objects.filter(state=State.RELEASED, paper__origin="shien")
    version = papers.filter(paper__case__memberships__in=clerk).order_by("id").first()
    if version is None:
        raise BenchError("the database holds no released paper")
    stored = vault.put(Noise(size))  # type: ignore[arg-type] # reads like a file
    vault.keep(stored)
    version.id, version.number, version.stored = stored.id, next_number(version), stored
    version.media_type, version.file_name = "text/plain", "large.txt"
    version.save(force_insert=True)
    person = clerk.filter(case=version.paper.case)[0].person
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    asked = version_for(Actor(person, sign_in), version.id)
    asked.access.require(Action.DOWNLOAD, asked.thing)
    session = SessionStore()
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    path = reverse("documents:version-download", args=[version.id])
    return path, cookie, stored.id.hex


def next_number(version: PaperVersion) -> int:
    """After those of the paper, also of earlier measurements."""
    newest = version.paper.versions.order_by("number").last()
    return newest.number + 1 if newest else 1


@contextmanager
def store_itself(name: str) -> Iterator[Target]:
    """The sealed object from the store, with nothing of the portal between."""
    shelf = store()
    if isinstance(shelf, S3Store):
        url = urlsplit(
            shelf.client.presigned_get_object(
                shelf.bucket, name, expires=timedelta(minutes=30)
            )
        )
        yield Target(url.port or 80, f"{url.path}?{url.query}", SIZE)
        return
    assert isinstance(shelf, DiskStore)
    port, file = free_port(), shelf.path / name[:2] / name
    bare = Path(__file__).with_name("bare_server.py")
    command = [sys.executable, str(bare), str(file), str(port)]
    process = subprocess.Popen(command)
    try:
        wait_for(port)
        yield Target(port, "/", SIZE)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def wait_for(port: int) -> None:
    """Return once something listens."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchError("the bare server does not answer")


if __name__ == "__main__":
    main()
