"""Five scribes type while server, PostgreSQL and Redis are killed and stopped.

Two server processes, scribes on real sockets at both. At seeded moments one part is
ended with ``kill -9`` and started again, or stands still for a while. A scribe does
what the page does: an operation without an answer is offered again, as it was. In the
end every acknowledged text must be there once, each entry's history in the order of
its typing; what was not answered must be there whole or not at all.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from common import HOST, ROOT, BenchError, end, figure, free_port, say, set_up_django
from common import wait_for_answer as wait_for

set_up_django()

from asgiref.sync import sync_to_async  # noqa: E402 – after set-up
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from stage import furnish, seated  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402
from websockets.exceptions import ConnectionClosed, InvalidHandshake  # noqa: E402

from meetings.models import AgendaItem, Entry, EntryChange  # noqa: E402
from members import models  # noqa: E402
from members.facts import Role  # noqa: E402
from portal.core import clock  # noqa: E402

FAULTS = int(os.environ.get("KASANE_BENCH_FAULTS", "30"))
SCRIBES, STEPS = 5, 8
SILENCE, AGAIN = 8.0, 0.5  # seconds; as the page
STANDSTILL = (0.5, 5.0)
CALM = (0.5, 2.0)
HEAL_LIMIT = 60.0
AGAIN_WHEN = {"unavailable", "busy"}


def services() -> Any:
    """The program that started our services, for starting one of them again."""
    path = str(ROOT / "infra" / "bin" / "services")
    spec = spec_from_loader("services", SourceFileLoader("services", path))
    if spec is None or spec.loader is None:
        raise BenchError("infra/bin/services cannot be read")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SERVICES = services()
FOLDER = settings.DATA.parent


@dataclass
class Server:
    """One server process, which comes back on its port."""

    port: int
    origin: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns once a page is answered."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=os.environ | {"KASANE_BASE_URL": self.origin},
            stdout=sys.stderr,
            start_new_session=True,
        )
        wait_for(self.port, self.process)

    def processes(self) -> list[int]:
        """What to kill or to stop."""
        return [self.process.pid] if self.process else []

    def again(self) -> None:
        """Start after a kill."""
        if self.process:
            self.process.wait()
        self.start()


class Postgres:
    """The cluster of our services."""

    def processes(self) -> list[int]:
        """The postmaster and all that it started."""
        cluster = (FOLDER / "postgres").resolve()
        master = int((cluster / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [master, *map(int, children.split())]

    def again(self) -> None:
        """Start on what the disk holds."""
        cluster = (FOLDER / "postgres").resolve()
        pg_ctl = [SERVICES.postgres_program("pg_ctl"), "-D", str(cluster)]
        log = str(cluster / "server.log")
        start = SERVICES.as_postgres([*pg_ctl, "start", "-s", "-w", "-l", log])
        deadline = time.monotonic() + HEAL_LIMIT
        # What the killed postmaster started may take a moment to notice its end.
        while subprocess.run(start, cwd="/", check=False).returncode:
            if time.monotonic() > deadline:
                raise BenchError("PostgreSQL does not come back")
            time.sleep(AGAIN)


class Redis:
    """The Redis of our services; it keeps nothing."""

    def processes(self) -> list[int]:
        """The one process."""
        return [int((FOLDER / "redis-server.pid").read_text())]

    def again(self) -> None:
        """Start empty."""
        command = ["redis-server", str(FOLDER / "redis.conf")]
        SERVICES.launch(FOLDER, "redis-server", command)


Part = Server | Postgres | Redis


@dataclass
class Scribe:
    """Somebody who adds entries and goes on writing each of them."""

    item: str
    session: str
    servers: list[Server]
    sitting: str
    acknowledged: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    waiting: dict[str, Any] | None = None
    entry: str = ""
    base: int = 0
    heard_at: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)

    async def type(self, stop: asyncio.Event) -> None:
        """Type until told to stop, at whichever server answers."""
        turn = 0
        while not stop.is_set():
            with suppress(ConnectionClosed, InvalidHandshake, OSError):
                async with self.socket(self.servers[turn % len(self.servers)]) as line:
                    while not stop.is_set():
                        await self.one(line)
            turn += 1
            await asyncio.sleep(AGAIN)

    def socket(self, server: Server) -> connect:
        """A websocket to one of the servers."""
        return connect(
            f"ws://{HOST}:{server.port}/live/sittings/{self.sitting}/",
            origin=server.origin,  # type: ignore[arg-type] # a plain string
            additional_headers={
                "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}"
            },
            open_timeout=SILENCE,
            close_timeout=AGAIN,
        )

    async def one(self, line: ClientConnection) -> None:
        """Offer what waits, or the next change; returns with its answer."""
        operation = self.waiting = self.waiting or self.next()
        await line.send(json.dumps(operation))
        answer = await self.answer(line, operation["id"])
        if answer["type"] == "ack":
            self.heard_at = time.monotonic()
            text = operation["fields"]["text"]
            self.acknowledged.setdefault(self.entry, []).append((answer["id"], text))
            self.waiting, self.base = None, answer["revision"]
        elif answer["reason"] in AGAIN_WHEN:
            await asyncio.sleep(AGAIN)
        else:
            self.wrong[answer["reason"]] += 1
            self.waiting, self.entry = None, ""

    async def answer(self, line: ClientConnection, name: str) -> dict[str, Any]:
        """The answer to an operation; a silent line is given up."""
        while True:
            try:
                frame = await asyncio.wait_for(line.recv(), SILENCE)
            except TimeoutError:
                raise ConnectionError from None
            message: dict[str, Any] = json.loads(frame)
            if message.get("id") == name:
                return message

    def next(self) -> dict[str, Any]:
        """A new entry, or the next change of the one at hand."""
        steps = len(self.acknowledged.get(self.entry, ()))
        first = not self.entry or steps >= STEPS
        if first:
            self.entry, self.base, steps = str(uuid4()), 0, 0
        fields = {"text": f"{self.entry} {steps}"}
        return {
            "type": "operation",
            "id": str(uuid4()),
            "item": self.item,
            "entry": self.entry,
            "act": "create" if first else "change",
            "base": self.base,
            "fields": fields | ({"kind": "discussion"} if first else {}),
        }


async def main() -> None:
    """All faults, then the count of what is there."""
    chance = random.Random(5)
    port = free_port()
    origin = f"http://{HOST}:{port}"
    servers = [Server(port, origin), Server(free_port(), origin)]
    with running(servers):
        scribes = await sync_to_async(hire)(servers)
        stop = asyncio.Event()
        typing = [asyncio.create_task(scribe.type(stop)) for scribe in scribes]
        await healed(scribes, time.monotonic())
        parts: list[Part] = [*servers, Postgres(), Redis()]
        heals = [
            await suffer(chance, chance.choice(parts), scribes) for _ in range(FAULTS)
        ]
        stop.set()
        await asyncio.gather(*typing)
        whole = await sync_to_async(whole_or_absent)(scribes)
        await finish(scribes)
    wrong = await sync_to_async(count)(scribes)
    for scribe in scribes:
        wrong["lost"] += sum(scribe.wrong.values())
    figure("faults", FAULTS)
    figure("acknowledged", sum(map(len, histories(scribes).values())))
    figure("lost_acknowledged", wrong["lost"])
    figure("doubled", wrong["doubled"])
    figure("reordered", wrong["reordered"])
    figure("torn", whole)
    figure("heal_max_s", max(heals))


@contextmanager
def running(servers: list[Server]) -> Iterator[None]:
    """Both servers; ended however it goes."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            if server.process:
                end(server.process)


def hire(servers: list[Server]) -> list[Scribe]:
    """Five who may write the same item."""
    first = furnish(1)[0]
    seats = [first, *(one_more(first.item, n) for n in range(1, SCRIBES))]
    connection.close()
    item, sitting = str(first.item.id), str(first.item.sitting_id)
    return [
        Scribe(item, seat.session, servers[n % 2 :] + servers[: n % 2], sitting)
        for n, seat in enumerate(seats)
    ]


def one_more(item: AgendaItem, number: int) -> Any:
    """Another scribe of the item."""
    person = models.Person.objects.create(
        name=f"書記 {number}",
        login=uuid4().hex,
        organization=item.sitting.created_by.organization,
        starts_at=clock.now(),
    )
    models.Office.objects.create(
        role=Role.SECRETARIAT, body=item.body, person=person, starts_at=clock.now()
    )
    return seated(person, Role.SECRETARIAT, item)


async def suffer(chance: random.Random, part: Part, scribes: list[Scribe]) -> float:
    """One fault; the seconds until all scribes were acknowledged again."""
    await asyncio.sleep(chance.uniform(*CALM))
    killed = chance.random() < 0.5
    signals = part.processes()
    for pid in signals:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL if killed else signal.SIGSTOP)
    if killed:
        await asyncio.to_thread(part.again)
    else:
        await asyncio.sleep(chance.uniform(*STANDSTILL))
        for pid in signals:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    over = time.monotonic()
    seconds = await healed(scribes, over)
    act = "killed" if killed else "stopped"
    say(f"faults: {type(part).__name__} {act}, all typing after {seconds:.1f} s")
    return seconds


async def healed(scribes: list[Scribe], since: float) -> float:
    """Wait until each has an acknowledgement that came after ``since``."""
    while any(scribe.heard_at <= since for scribe in scribes):
        if time.monotonic() - since > HEAL_LIMIT:
            raise BenchError("somebody does not get on")
        await asyncio.sleep(0.05)
    return max(0.0, time.monotonic() - since)


async def finish(scribes: list[Scribe]) -> None:
    """Offer what was left open once more, until it is answered."""
    for scribe in scribes:
        async with scribe.socket(scribe.servers[0]) as line:
            while scribe.waiting is not None:
                await scribe.one(line)


def histories(scribes: list[Scribe]) -> dict[str, list[tuple[str, str]]]:
    """Every entry's acknowledged operations and texts, in the order of typing."""
    return {
        key: told for scribe in scribes for key, told in scribe.acknowledged.items()
    }


def whole_or_absent(scribes: list[Scribe]) -> int:
    """How many entries hold neither their last acknowledged nor the open text."""
    expected = {key: {told[-1][1]} for key, told in histories(scribes).items()}
    for scribe in scribes:
        if (open_one := scribe.waiting) is not None:
            texts = expected.setdefault(open_one["entry"], set())
            texts.add(open_one["fields"]["text"])
    present = {str(entry.id): entry.text for entry in entries(scribes)}
    return sum(text not in expected.get(key, ()) for key, text in present.items())


def entries(scribes: list[Scribe]) -> list[Entry]:
    """What the database holds, and nothing kept open."""
    rows = list(Entry.objects.filter(item_id=UUID(scribes[0].item)))
    connection.close()
    return rows


def count(scribes: list[Scribe]) -> Counter[str]:
    """What is lost, doubled or out of order once everything is answered."""
    wrong: Counter[str] = Counter()
    told = histories(scribes)
    present = {str(entry.id): entry.text for entry in entries(scribes)}
    kept: dict[str, list[str]] = {}
    rows = EntryChange.objects.filter(entry__item_id=UUID(scribes[0].item))
    for row in rows.order_by("revision"):
        kept.setdefault(str(row.entry_id), []).append(str(row.operation))
    connection.close()
    for key, history in told.items():
        operations = [operation for operation, _ in history]
        lost = set(operations) - set(kept.get(key, ()))
        wrong["lost"] += len(lost) or present.get(key) != history[-1][1]
        wrong["doubled"] += len(set(kept.get(key, ())) - set(operations))
        wrong["reordered"] += not lost and kept[key] != operations
    wrong["doubled"] += len(present.keys() - told.keys())
    return wrong


if __name__ == "__main__":
    asyncio.run(main())
