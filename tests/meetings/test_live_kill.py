"""``kill -9`` of the real server in the middle of typing loses nothing acknowledged."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.journeys import prepared
from tests.journeys.installation import Installation

DEADLINE = 30.0
ROUNDS = 3
ACKNOWLEDGED_BEFORE_THE_KILL = 25
# Run inside the installation: two people who may write one item of today, signed in.
SIGN_TWO_IN = """
import json
from django.contrib.sessions.backends.db import SessionStore
from meetings.models import AgendaItem
from members.http import SESSION_KEY
from members.models import Seat, SignIn
from portal.core import clock
item = AgendaItem.objects.filter(
    sitting__state="convened", body__regime="shien"
).order_by("sitting__starts_at", "order").first()
now, sessions = clock.now(), []
for role in ("chair", "secretariat"):
    seat = Seat.objects.filter(item_id=item.id, role=role, ends_at=None).first()
    row = SignIn.objects.create(
        person=seat.person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    session = SessionStore()
    session[SESSION_KEY] = str(row.id)
    session.save()
    sessions.append(session.session_key)
print(json.dumps([str(item.sitting_id), str(item.id), sessions]))
"""


@dataclass
class Room:
    """The address of one item's live minutes, and the sessions that may write it."""

    url: str
    origin: str
    item: str
    sessions: list[str]

    def socket(self, session: str) -> connect:
        """One writer's socket."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
        return connect(
            self.url,
            origin=self.origin,  # type: ignore[arg-type] # a plain string
            additional_headers={"Cookie": cookie},
        )


@dataclass
class Typist:
    """Somebody who adds entries as fast as they are acknowledged."""

    room: Room
    session: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, Any] | None = None

    async def type(self, enough: asyncio.Event) -> None:
        """Type until the line breaks; tell when there is enough to lose."""
        with suppress(ConnectionClosed, InvalidHandshake, OSError):
            async with self.room.socket(self.session) as socket:
                first = len(self.acknowledged)
                while True:
                    await self.submit(socket, self.operation())
                    if len(self.acknowledged) - first >= ACKNOWLEDGED_BEFORE_THE_KILL:
                        enough.set()

    def operation(self) -> dict[str, Any]:
        """The next entry."""
        return {
            "type": "operation",
            "id": str(uuid4()),
            "item": self.room.item,
            "entry": str(uuid4()),
            "act": "create",
            "base": 0,
            "fields": {"kind": "discussion", "text": f"発言 {uuid4()}"},
        }

    async def submit(self, socket: ClientConnection, operation: dict[str, Any]) -> None:
        """Send and wait for the answer; what was not answered is remembered."""
        self.unanswered = operation
        await socket.send(json.dumps(operation))
        while True:
            answer = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))
            if answer.get("id") == operation["id"]:
                break
        assert answer["type"] == "ack", answer
        self.acknowledged[operation["entry"]] = operation["fields"]["text"]
        self.unanswered = None


@pytest.fixture
def installation(
    tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    installation = Installation(tmp_path, settings.PROFILE)
    prepared.copy_to(installation, request.config)
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture
def room(installation: Installation) -> Room:
    output = installation.manage("shell", "-v0", "-c", SIGN_TWO_IN)
    sitting, item, sessions = json.loads(output.splitlines()[-1])
    url = f"ws://127.0.0.1:{installation.port}/live/sittings/{sitting}/"
    return Room(url, installation.url, item, sessions)


async def shown(room: Room) -> list[dict[str, Any]]:
    """All entries of the item, as a follower gets them."""
    async with room.socket(room.sessions[0]) as socket:
        wish = {"type": "follow", "item": room.item, "revision": 0}
        await socket.send(json.dumps(wish))
        while True:
            frame = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))
            if frame["type"] == "snapshot":
                return list(frame["entries"])


async def test_kill_nine_loses_no_acknowledged_entry(
    installation: Installation, room: Room
) -> None:
    typists = [Typist(room, session) for session in room.sessions]
    for _ in range(ROUNDS):
        enough = asyncio.Event()
        typing = [asyncio.create_task(typist.type(enough)) for typist in typists]
        await asyncio.wait_for(enough.wait(), DEADLINE)
        installation.kill()
        await asyncio.wait_for(asyncio.gather(*typing), DEADLINE)
        await asyncio.to_thread(installation.start)
        entries = await shown(room)
        texts = {entry["id"]: entry["text"] for entry in entries}
        for typist in typists:
            assert typist.acknowledged.items() <= texts.items()
    for typist in typists:
        await repeat_what_was_not_answered(typist)
    written = [entry["text"] for entry in await shown(room)]
    expected = {text for typist in typists for text in typist.acknowledged.values()}
    assert expected <= set(written)
    assert len(written) == len(set(written))


async def repeat_what_was_not_answered(typist: Typist) -> None:
    """Whether or not it was committed: offered again, it is there once."""
    if typist.unanswered is not None:
        async with typist.room.socket(typist.session) as socket:
            await typist.submit(socket, typist.unanswered)
