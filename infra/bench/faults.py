"""Scribes type and a clerk files papers while every part is killed and stopped.

Two server processes, a worker, PostgreSQL, Redis and the store; scribes on real
sockets at both servers. At seeded moments one part is ended with ``kill -9`` and
started again, or stands still for a while. A scribe does what the page does: an
operation without an answer is offered again, as it was. In the end every acknowledged
text must be there once, each entry's history in the order of its typing; what was not
answered must be there whole or not at all. For the clerk's papers see ``clerks.py``.
"""

import asyncio
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from common import HOST, BenchError, end, figure, free_port, say, set_up_django

set_up_django()

from asgiref.sync import sync_to_async  # noqa: E402 – after set-up
from clerks import Clerk, checked  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from parts import (  # noqa: E402
    AGAIN,
    HEAL_LIMIT,
    Part,
    Postgres,
    Redis,
    Server,
    Store,
    Worker,
)
from stage import furnish, seated  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402
from websockets.exceptions import ConnectionClosed, InvalidHandshake  # noqa: E402

from meetings.models import AgendaItem, Entry, EntryChange  # noqa: E402
from members import models  # noqa: E402
from members.facts import Role  # noqa: E402
from portal.core import clock  # noqa: E402

FAULTS = int(os.environ.get("KASANE_BENCH_FAULTS", "30"))
SCRIBES, STEPS = 5, 8
SILENCE = 8.0  # seconds; as the page
STANDSTILL = (0.5, 5.0)
CALM = (0.5, 2.0)
AGAIN_WHEN = {"unavailable", "busy"}


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
    worker = Worker()
    with running([*servers, worker]):
        scribes, clerk = await sync_to_async(hire)(servers)
        filing = threading.Thread(target=clerk.work)
        filing.start()
        stop = asyncio.Event()
        typing = [asyncio.create_task(scribe.type(stop)) for scribe in scribes]
        await healed(scribes, time.monotonic())
        parts: list[Part] = [*servers, worker, Postgres(), Redis(), Store()]
        heals = [
            await suffer(chance, chance.choice(parts), scribes) for _ in range(FAULTS)
        ]
        stop.set()
        clerk.stop.set()
        await asyncio.gather(*typing)
        await asyncio.to_thread(filing.join)
        whole = await sync_to_async(whole_or_absent)(scribes)
        await finish(scribes)
        for name, found in (await sync_to_async(checked)(clerk)).items():
            figure(name, found)
    wrong = await sync_to_async(count)(scribes)
    for scribe in scribes:
        wrong["lost"] += sum(scribe.wrong.values())
    figure("faults", FAULTS)
    figure("papers_filed", len(clerk.filed))
    figure("acknowledged", sum(map(len, histories(scribes).values())))
    figure("lost_acknowledged", wrong["lost"])
    figure("doubled", wrong["doubled"])
    figure("reordered", wrong["reordered"])
    figure("torn", whole)
    figure("heal_max_s", max(heals))


@contextmanager
def running(parts: Sequence[Server | Worker]) -> Iterator[None]:
    """Servers and worker; ended however it goes."""
    try:
        for part in parts:
            part.start()
        yield
    finally:
        for part in parts:
            if part.process:
                end(part.process)


def hire(servers: list[Server]) -> tuple[list[Scribe], Clerk]:
    """Five who may write the same item, the first of whom also files papers."""
    first = furnish(1)[0]
    seats = [first, *(one_more(first.item, n) for n in range(1, SCRIBES))]
    sign_in = models.SignIn.objects.filter(person=first.item.sitting.created_by).get()
    connection.close()
    item, sitting = str(first.item.id), str(first.item.sitting_id)
    scribes = [
        Scribe(item, seat.session, servers[n % 2 :] + servers[: n % 2], sitting)
        for n, seat in enumerate(seats)
    ]
    return scribes, Clerk(first.item.id, sign_in.id)


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
