"""How long something still arrives after somebody was removed (P5).

200 seeded removals: a selection, a commission, a consent, a recusal, a link, a recalled
version. Each meets a member from outside with three tabs: pages of a paper turned
twice a second, the question every second whether the page may stay, and the live
minutes into which the clerk types; besides, 100 MB come down at 1 MB/s. The server runs
in two processes. Measured is, on each channel, from the end of the transaction that
removed to the end of the last answer, byte or frame that was still theirs; then a part
of it again with Redis dead.
"""

import json
import os
import random
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from uuid import UUID, uuid4

from common import (
    HOST,
    BenchError,
    Browser,
    figure,
    percentile,
    say,
    serving,
    set_up_django,
)
from drill import PAGES, REMOVE, STAYS, Drill, Files, furnish, stored
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402

REMOVALS = int(os.environ.get("KASANE_BENCH_REMOVALS", "200"))
WITHOUT_REDIS = max(REMOVALS // 5, 1)
AT_ONCE = 4
BYTES_PER_SECOND = 1_000_000
SENTENCE = "長男の受診歴は確認できていない。訪問看護の利用について、本人の希望を聞く。"
CHANNELS = {"page", "asked", "download", "live"}
PATIENCE = 60.0  # seconds until everything is under way
AFTER = 6.0  # seconds in which nothing should come any more


def main() -> None:
    """All removals, a few at a time; then a part of them without Redis."""
    chance = random.Random(4)
    files = stored()
    kinds = [chance.choice(list(REMOVE)) for _ in range(REMOVALS + WITHOUT_REDIS)]
    with serving("--workers", "2") as port:
        late = run(kinds[:REMOVALS], files, port)
        say_all(late)
        figure("revoke_last_byte_p99_ms", percentile(together(late), 0.99) * 1000)
        figure("revoke_last_byte_max_ms", max(together(late)) * 1000)
        kill_redis()
        late = run(kinds[REMOVALS:], files, port)
        say_all(late)
        figure("revoke_no_redis_p99_ms", percentile(together(late), 0.99) * 1000)


def kill_redis() -> None:
    """End the Redis that ``services`` started beside our data."""
    pid = (settings.DATA.parent / "redis-server.pid").read_text()
    os.kill(int(pid), signal.SIGKILL)


def together(late: dict[str, list[float]]) -> list[float]:
    """The lateness of all channels."""
    return [seconds for each in late.values() for seconds in each]


def say_all(late: dict[str, list[float]]) -> None:
    """Each channel by itself, beside the figures."""
    for channel, seconds in sorted(late.items()):
        worst, p99 = max(seconds) * 1000, percentile(seconds, 0.99) * 1000
        say(f"revocation {channel}: {len(seconds)}, p99 {p99:.0f} ms, max {worst:.0f}")


def run(kinds: list[str], files: Files, port: int) -> dict[str, list[float]]:
    """The drills, ``AT_ONCE`` side by side; seconds of lateness by channel."""
    late: dict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(lambda kind: one(kind, files, port), kinds):
            for channel, seconds in found.items():
                late[channel].append(seconds)
    return late


def one(kind: str, files: Files, port: int) -> dict[str, float]:
    """Open everything, remove, and see until when something came."""
    drill = furnish(kind, files)
    acts = [turn_pages, ask_whether, download, listen, type_on]
    threads = [threading.Thread(target=act, args=(drill, port)) for act in acts]
    for thread in threads:
        thread.start()
    under_way(drill)
    REMOVE[kind](drill)
    removed = time.perf_counter()
    drill.stop.wait(AFTER)
    drill.stop.set()
    for thread in threads:
        thread.join()
    connection.close()
    closed = CHANNELS - STAYS.get(kind, set())
    return {name: max(drill.last[name] - removed, 0.0) for name in closed}


def under_way(drill: Drill) -> None:
    """Return once every channel has brought something."""
    deadline = time.monotonic() + PATIENCE
    while drill.last.keys() < CHANNELS:
        if time.monotonic() > deadline:
            drill.stop.set()
            raise BenchError(f"nothing came on {CHANNELS - drill.last.keys()}")
        drill.stop.wait(0.05)


def turn_pages(drill: Drill, port: int) -> None:
    """A tab in which pages are turned twice a second."""
    browser, page = _browser(drill.session, port), 0
    while not drill.stop.wait(0.5):
        page = page % PAGES + 1
        path = reverse("documents:page-image", args=[drill.shown.id, page])
        if browser.get(path).status == 200:
            drill.heard("page")


def ask_whether(drill: Drill, port: int) -> None:
    """A tab that asks every second whether it may stay, as its script does."""
    browser = _browser(drill.session, port)
    path = reverse("meetings:watch", args=["version", drill.shown.id])
    while not drill.stop.is_set():
        if browser.get(path).status == 204:
            drill.heard("asked")
        drill.stop.wait(1.0)


def download(drill: Drill, port: int) -> None:
    """100 MB at 1 MB/s, through a small window."""
    path = reverse("documents:version-download", args=[drill.large.id])
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(AFTER)
        line.connect((HOST, port))
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={drill.session}\r\n\r\n".encode()
        )
        with suppress(OSError):
            while not drill.stop.is_set() and (data := line.recv(65536)):
                drill.heard("download")
                drill.stop.wait(len(data) / BYTES_PER_SECOND)


def listen(drill: Drill, port: int) -> None:
    """A tab that follows the live minutes."""
    with _socket(drill, drill.session, port) as line, suppress(ConnectionClosed):
        while not drill.stop.is_set():
            with suppress(TimeoutError):
                if '"type":"changes"' in str(line.recv(timeout=0.2)):
                    drill.heard("live")


def type_on(drill: Drill, port: int) -> None:
    """The clerk, who goes on typing as long as it is allowed, and is not measured."""
    entry, base, number = uuid4(), 0, 0
    with _socket(drill, drill.clerk_session, port) as line:
        while not drill.stop.wait(0.2):
            line.send(operation(drill.item.id, entry, base, number))
            answer = _answer(drill, line)
            if '"type":"ack"' not in answer:
                say(f"revocation: the clerk was answered {answer or 'nothing'}")
                return
            number, base = number + 1, json.loads(answer)["revision"]


def operation(item: UUID, entry: UUID, base: int, number: int) -> str:
    """The next state of the entry, as the page sends it."""
    fields = {"text": f"{SENTENCE}{number}"}
    if base == 0:
        fields["kind"] = "discussion"
    return json.dumps(
        {
            "type": "operation",
            "id": str(uuid4()),
            "item": str(item),
            "entry": str(entry),
            "act": "change" if base else "create",
            "base": base,
            "fields": fields,
        }
    )


def _answer(drill: Drill, line: ClientConnection) -> str:
    """What became of an operation; empty when the drill is over before."""
    while not drill.stop.is_set():
        with suppress(TimeoutError):
            frame = str(line.recv(timeout=0.5))
            if frame.startswith(('{"type":"ack"', '{"type":"refused"')):
                return frame
    return ""


def _browser(session: str, port: int) -> Browser:
    return Browser(port, {settings.SESSION_COOKIE_NAME: session})


@contextmanager
def _socket(drill: Drill, session: str, port: int) -> Iterator[ClientConnection]:
    """A websocket of that session which follows the item."""
    with connect(
        f"ws://{HOST}:{port}/live/sittings/{drill.item.sitting_id}/",
        origin=f"http://{HOST}:{port}",  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
        compression=None,
        open_timeout=PATIENCE,
    ) as line:
        frame = ""
        wish = json.dumps({"type": "follow", "item": str(drill.item.id), "revision": 0})
        while not frame.startswith('{"type":"snapshot"'):
            line.send(wish)
            with suppress(TimeoutError):
                while not frame.startswith('{"type":"snapshot"'):
                    frame = str(line.recv(timeout=2))
        yield line


if __name__ == "__main__":
    main()
