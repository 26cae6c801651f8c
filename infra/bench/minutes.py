"""Live minutes: from sending a change to its arrival at the last follower.

Every change is committed before anybody sees it. Two shapes: one meeting with 30
followers, and 20 meetings with 30 each; every meeting has one writer who makes ten
changes a second. The followers are real websockets in one process beside the server.
"""

import asyncio
import json
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import uvloop
from common import (
    HOST,
    BenchError,
    figure,
    percentile,
    portal,
    profile,
    say,
    serving,
    set_up_django,
)
from websockets.asyncio.client import ClientConnection, connect

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from meetings.models import AgendaItem, Invitation, Presence, Sitting  # noqa: E402
from members import models  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from portal.core import clock, keys  # noqa: E402

FOLLOWERS = 30
CHANGES_PER_SECOND = 10
WARM_UP_CHANGES = 20
SECONDS = 15
SENTENCE = "長男の受診歴は確認できていない。訪問看護の利用について、本人の希望を聞く。"


@dataclass(frozen=True)
class Seat:
    """Somebody who will connect: the item and the cookie that opens it."""

    sitting: UUID
    item: UUID
    session: str


@dataclass
class Ear:
    """What one socket has received: revisions, rising, and when each came."""

    revisions: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def hear(self, revision: int) -> None:
        """Note a frame."""
        self.revisions.append(revision)
        self.times.append(time.perf_counter())

    def had(self, revision: int) -> float:
        """When this socket had everything up to ``revision``."""
        place = bisect_left(self.revisions, revision)
        if place == len(self.revisions):
            raise BenchError(f"revision {revision} never reached a follower")
        return self.times[place]


def main() -> None:
    """Print the figures of both shapes."""
    portal("migrate", "--verbosity", "0")
    portal("collectstatic", "--no-input", "--verbosity", "0")
    processes = "2" if profile() == "server" else "1"
    prefix = "minutes" if profile() == "server" else "minutes_embedded"
    measure(prefix, 1, processes)
    measure(f"{prefix}_s2", 20, processes)


def measure(name: str, meetings: int, processes: str) -> None:
    """One shape, on a server of its own."""
    rooms = [furnish(number) for number in range(meetings)]
    with serving("--workers", processes) as port:
        seconds = uvloop.run(run(rooms, port))
    say(f"{name}: {len(seconds)} changes, median {percentile(seconds, 0.5) * 1e3:.2f}")
    figure(f"{name}_p95_ms", percentile(seconds, 0.95) * 1000)


def furnish(number: int) -> list[Seat]:
    """A sitting of a new body with one open item; the clerk first, then members."""
    if not settings.KEY_FILE.exists():
        keys.create(settings.KEY_FILE)
    now, word = clock.now(), uuid4().hex[:8]
    before = now - timedelta(days=30)
    unit = models.Unit.objects.create(name=f"測定{word}")
    body = models.Body.objects.create(unit=unit, name="支援会議", regime=Regime.SHIEN)
    models.LegalBasis.objects.create(body=body, ground="act_106_6", starts_at=before)
    office = models.Organization.objects.create(name=f"測定課{word}", internal=True)
    people = models.Person.objects.bulk_create(
        models.Person(
            name=f"測定 {n}", login=f"{word}-{n}", organization=office, starts_at=before
        )
        for n in range(FOLLOWERS + 1)
    )
    case = models.Case.objects.create(
        number=f"B-{word}", unit=unit, body=body, title="測定", opened_on=before.date()
    )
    sitting = Sitting.objects.create(
        body=body,
        number=number + 1,
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        place="測定室",
        state=Sitting.State.CONVENED,
        created_by=people[0],
    )
    item = AgendaItem.objects.create(
        sitting=sitting,
        order=1,
        kind=AgendaItem.Kind.DELIBERATION,
        body=body,
        law=Regime.SHIEN,
        ground="act_106_6",
        case=case,
        title="測定",
        state=AgendaItem.State.OPEN,
        opened_at=now,
    )
    seats = []
    for person in people:
        clerk = person is people[0]
        role = Role.SECRETARIAT if clerk else Role.INTERNAL
        since = {"person": person, "starts_at": before}
        if clerk:
            models.Office.objects.create(role=role, body=body, **since)
        models.Commission.objects.create(form="appointment", body=body, **since)
        models.Membership.objects.create(case=case, role=role, **since)
        models.Seat.objects.create(item_id=item.id, role=role, **since)
        for pledge in models.PledgeText.objects.all():
            models.Acknowledgement.objects.create(person=person, pledge=pledge, at=now)
        Invitation.objects.create(sitting=sitting, person=person, checked_in_at=now)
        Presence.objects.create(item=item, person=person, starts_at=now)
        sign_in = models.SignIn.objects.create(
            person=person, started_at=now, seen_at=now, strength=2, strong_at=now
        )
        session = SessionStore()
        session[SESSION_KEY] = str(sign_in.id)
        session.save()
        seats.append(Seat(sitting.id, item.id, str(session.session_key)))
    return seats


async def run(rooms: list[list[Seat]], port: int) -> list[float]:
    """All meetings at once; the seconds of every measured change."""
    start = asyncio.Event()
    meetings = [
        asyncio.create_task(meeting(room, port, start, place / len(rooms)))
        for place, room in enumerate(rooms)
    ]
    gathered = asyncio.gather(*meetings)
    await asyncio.sleep(0.5 + 0.35 * len(rooms))  # until all have come in
    start.set()
    return [second for seconds in await gathered for second in seconds]


async def meeting(
    seats: list[Seat], port: int, start: asyncio.Event, phase: float
) -> list[float]:
    """One meeting: its sockets, its writer, and how long each change took."""
    sockets = [await enter(seat, port) for seat in seats]
    ears = [Ear() for _ in seats]
    answers: asyncio.Queue[int] = asyncio.Queue()
    listening = [
        asyncio.create_task(listen(socket, ear, answers))
        for socket, ear in zip(sockets, ears, strict=True)
    ]
    await start.wait()
    await asyncio.sleep(phase / CHANGES_PER_SECOND)
    sent = await write(sockets[0], seats[0].item, answers)
    await asyncio.sleep(1)  # the last change reaches the last follower
    for task in listening:
        task.cancel()
    for socket in sockets:
        await socket.close()
    measured = sent[WARM_UP_CHANGES:]
    return [max(e.had(revision) for e in ears) - at for revision, at in measured]


async def enter(seat: Seat, port: int) -> ClientConnection:
    """Open the socket and follow the item."""
    socket = await connect(
        f"ws://{HOST}:{port}/live/sittings/{seat.sitting}/",
        origin=f"http://{HOST}:{port}",  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={seat.session}"},
        compression=None,
        ping_interval=None,
    )
    await socket.send(follow(seat.item))
    while not str(await socket.recv()).startswith('{"type":"snapshot"'):
        pass
    return socket


def follow(item: UUID) -> str:
    """The wish to see an item from its beginning."""
    return f'{{"type":"follow","item":"{item}","revision":0}}'


async def listen(
    socket: ClientConnection, ear: Ear, answers: "asyncio.Queue[int]"
) -> None:
    """Note every change that arrives; only the writer is answered."""
    async for frame in socket:
        text = str(frame)
        if text.startswith('{"type":"changes"'):
            ear.hear(number_after(text, '"revision":'))
        elif text.startswith('{"type":"ack"'):
            answers.put_nowait(number_after(text, '"revision":'))
        elif text.startswith('{"type":"refused"'):
            raise BenchError(text)


def number_after(text: str, mark: str) -> int:
    """The number behind the first ``mark``."""
    start = text.index(mark) + len(mark)
    end = start
    while text[end].isdigit():
        end += 1
    return int(text[start:end])


async def write(
    socket: ClientConnection, item: UUID, answers: "asyncio.Queue[int]"
) -> list[tuple[int, float]]:
    """Type into one entry, ten changes a second; revision and moment of each."""
    entry, sent, base = uuid4(), [], 0
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number in range(WARM_UP_CHANGES + SECONDS * CHANGES_PER_SECOND):
        await asyncio.sleep(due - loop.time())
        due += 1 / CHANGES_PER_SECOND
        frame = operation(item, entry, base, number)
        at = time.perf_counter()
        await socket.send(frame)
        base = await asyncio.wait_for(answers.get(), 10)
        sent.append((base, at))
    return sent


def operation(item: UUID, entry: UUID, base: int, number: int) -> str:
    """The next state of the entry, as the page sends it."""
    fields: dict[str, Any] = {"text": f"{SENTENCE}{number}"}
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


if __name__ == "__main__":
    main()
