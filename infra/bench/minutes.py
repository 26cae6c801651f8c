"""Live minutes: from typing a change to its arrival at the last follower.

Kasane commits every change before anybody sees it and asks the decision for every
frame; the editors beside it, in the same run and under the same load, do neither. The
load is made by ``live/load.mjs``: real websockets in one process beside the server.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import (
    HOST,
    ROOT,
    START_SECONDS,
    BenchError,
    allow_many_sockets,
    end,
    figure,
    free_port,
    percentile,
    portal,
    profile,
    say,
    serving,
    set_up_django,
)

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from stage import Seat, furnish  # noqa: E402

from meetings.models import AgendaItem, Entry  # noqa: E402
from portal.core import clock, keys  # noqa: E402

LIVE = ROOT / "infra" / "bench" / "live"
INSTALL = ROOT / "infra" / "bin" / "install-bench-peers"
PARAGRAPH = "訪問看護の利用について、本人の希望を聞き、次回までに見積りを出す。" * 10


@dataclass(frozen=True)
class Shape:
    """How many meet, and how fast one of each meeting types."""

    name: str
    rooms: int
    clients: int
    every_ms: int
    changes: int
    warm_up: int


S1 = Shape("s1", rooms=1, clients=30, every_ms=100, changes=150, warm_up=20)
S2 = Shape("s2", rooms=20, clients=30, every_ms=100, changes=150, warm_up=20)
TOWN = Shape("1500", rooms=100, clients=15, every_ms=1000, changes=15, warm_up=3)
JOINERS, JOIN_MS, RECORD_BYTES, RECORD_LETTERS = 200, 5000, 100_000, 34_000

Plan = dict[str, Any]


def main() -> None:
    """Print the figures of this profile, those of the other editors beside them."""
    allow_many_sockets()
    portal("migrate", "--verbosity", "0")
    portal("collectstatic", "--no-input", "--verbosity", "0")
    if not settings.KEY_FILE.exists():
        keys.create(settings.KEY_FILE)
    if profile() == "embedded":
        for shape in (S1, S2):
            typed("minutes_embedded", shape, kasane(shape, processes=1))
        return
    peers = peers_folder()
    for shape in (S1, S2):
        own = typed("minutes", shape, kasane(shape, processes=2))
        for peer in ("hocuspocus", "y-websocket"):
            other = typed(peer.replace("-", ""), shape, editor(peer, shape, peers))
            if shape is S1 and peer == "hocuspocus":
                figure("minutes_s1_ratio", own / other)
    typed("minutes", TOWN, kasane(TOWN, processes=2))
    figure("join_storm_p95_ms", percentile(storm_of_kasane()["waits"], 0.95))
    other_storm = storm_of("hocuspocus", peers)["waits"]
    figure("hocuspocus_join_storm_p95_ms", percentile(other_storm, 0.95))


def typed(name: str, shape: Shape, result: Plan) -> float:
    """Print what came out; its 95th percentile in milliseconds."""
    waits: list[float] = result["waits"]
    for share in (50, 95, 99):
        figure(f"{name}_{shape.name}_p{share}_ms", percentile(waits, share / 100))
    figure(f"{name}_{shape.name}_socket_kb", result["socket_kb"])
    figure(f"{name}_{shape.name}_change_cpu_ms", result["change_cpu_ms"])
    return percentile(waits, 0.95)


def kasane(shape: Shape, *, processes: int) -> Plan:
    """Type into Kasane, on a server of its own."""
    sessions = [furnish(shape.clients) for _ in range(shape.rooms)]
    with serving("--workers", str(processes)) as port:
        rooms = [room_of(seats, port) for seats in sessions]
        return load(typing(shape) | kasane_wire(port, rooms))


def storm_of_kasane() -> Plan:
    """A late crowd opens a long record."""
    seats = furnish(JOINERS + 1)
    write_record(seats[0].item)
    with serving("--workers", "2") as port:
        return load(joining() | kasane_wire(port, [room_of(seats, port)]))


def editor(peer: str, shape: Shape, peers: Path) -> Plan:
    """Type into another editor, on a server of its own."""
    with serving_peer(peer, peers) as port:
        return load(typing(shape) | peer_wire(peer, port, shape.rooms, shape.clients))


def storm_of(peer: str, peers: Path) -> Plan:
    """A late crowd opens a document as long."""
    with serving_peer(peer, peers) as port:
        wire = peer_wire(peer, port, 1, JOINERS + 1)
        return load(joining() | wire | {"seed": RECORD_LETTERS})


def typing(shape: Shape) -> Plan:
    """The plan of a shape."""
    return {
        "scenario": "type",
        "least_bytes": 0,
        "every_ms": shape.every_ms,
        "changes": shape.changes,
        "warm_up": shape.warm_up,
    }


def joining() -> Plan:
    """The plan of a late crowd."""
    return {"scenario": "join", "least_bytes": RECORD_BYTES, "within_ms": JOIN_MS}


def kasane_wire(port: int, rooms: list[Plan]) -> Plan:
    """Where Kasane is found."""
    return {"wire": "kasane", "origin": f"http://{HOST}:{port}", "rooms": rooms}


def room_of(seats: list[Seat], port: int) -> Plan:
    """A sitting as the load sees it: one item, and a socket for everybody."""
    url = f"ws://{HOST}:{port}/live/sittings/{seats[0].item.sitting_id}/"
    name = settings.SESSION_COOKIE_NAME
    sockets = [{"url": url, "cookie": f"{name}={seat.session}"} for seat in seats]
    return {"item": str(seats[0].item.id), "seats": sockets}


def peer_wire(peer: str, port: int, rooms: int, clients: int) -> Plan:
    """Where another editor is found; every room is a document of its own."""
    wire = "hocuspocus" if peer == "hocuspocus" else "yjs"
    base = f"ws://{HOST}:{port}/"
    documents = []
    for name in (f"room-{number}" for number in range(rooms)):
        url = base if wire == peer else base + name
        documents.append({"name": name, "seats": [{"url": url}] * clients})
    return {"wire": wire, "origin": base, "rooms": documents}


@contextmanager
def serving_peer(peer: str, peers: Path) -> Iterator[int]:
    """The other editor in a process of its own; its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="kasane-bench-") as data:
        command = ["node", str(LIVE / "peers.mjs"), peer, str(port), data]
        process = subprocess.Popen(
            command,
            env=os.environ | {"KASANE_BENCH_PEERS": str(peers)},
            stdout=sys.stderr,
            start_new_session=True,
        )
        try:
            wait_for_port(port)
            yield port
        finally:
            end(process)


def wait_for_port(port: int) -> None:
    """Return once something listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise BenchError("the other editor does not listen")


def peers_folder() -> Path:
    """Where the other editors are installed; they are not part of Kasane."""
    done = subprocess.run([str(INSTALL)], stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def load(plan: Plan) -> Plan:
    """Run the load; what it measured."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run(
            ["node", str(LIVE / "load.mjs"), file.name],
            env=os.environ | {"KASANE_BENCH_PEERS": str(peers_folder())},
            stdout=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        raise BenchError("the load was not carried to its end")
    result: Plan = json.loads(done.stdout)
    say(f"minutes: {plan['wire']} {plan['scenario']}, {len(result['waits'])} waits")
    return result


def write_record(item: AgendaItem) -> None:
    """Entries of about a thousand bytes each, until the record is long enough."""
    now, clerk = clock.now(), item.sitting.created_by
    count = RECORD_BYTES // len(PARAGRAPH.encode()) + 1
    Entry.objects.bulk_create(
        Entry(
            item=item,
            order=number,
            kind=Entry.Kind.DISCUSSION,
            text=PARAGRAPH,
            revision=number,
            created_by=clerk,
            created_at=now,
            changed_at=now,
        )
        for number in range(1, count + 1)
    )
    AgendaItem.objects.filter(id=item.id).update(revision=count)


if __name__ == "__main__":
    main()
