"""A peer that vanished without a word: given up by the ping, and nobody else hurt."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect

from meetings.live.hub import hub
from meetings.live.protocol import Act
from portal.asgi import application
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.browsers import HOST, Town, session_of
from tests.meetings.live import operation, wire

DEADLINE = 10.0
SILENCE = 0.5
BEFORE, AFTER = "途切れる前の言葉", "途切れた後の言葉"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
async def town(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    town = Town(SILENCE)
    websocket = application.application_mapping["websocket"]
    monkeypatch.setattr(websocket, "origin", town.url)
    await town.start()
    yield town
    await town.stop()


@dataclass
class HalfOpen:
    """A line whose other end is gone: it takes what comes and answers nothing."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def everything(self) -> str:
        """All that came until the server gave up."""
        data = await asyncio.wait_for(self.reader.read(-1), DEADLINE)
        self.writer.close()
        await self.writer.wait_closed()
        return data.decode("utf-8", "replace")


async def half_open(town: Town, cast: Cast, cookie: str) -> HalfOpen:
    """A socket by hand that asks for the item and then never says a word again."""
    reader, writer = await asyncio.open_connection(HOST, town.port)
    lines = [
        f"GET {path(cast)} HTTP/1.1",
        f"Host: {HOST}:{town.port}",
        f"Origin: {town.url}",
        f"Cookie: {cookie}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE)
    writer.write(frame(json.dumps(wish(cast))))
    return HalfOpen(reader, writer)


def frame(text: str) -> bytes:
    """One masked text frame below 126 bytes; the mask is zeros."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data)]) + bytes(4) + data


def path(cast: Cast) -> str:
    return f"/live/sittings/{cast.sitting.id}/"


def wish(cast: Cast) -> dict[str, Any]:
    return {"type": "follow", "item": str(cast.shien_item.id), "revision": 0}


async def write(socket: ClientConnection, cast: Cast, text: str) -> None:
    """Add an entry and wait for the word that it is kept."""
    change = operation(cast.shien_item, text, Act.CREATE, kind="discussion", text=text)
    await socket.send(json.dumps(wire(change)))
    await heard(socket, "ack")


async def heard(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    while True:
        answer: dict[str, Any] = json.loads(
            await asyncio.wait_for(socket.recv(), DEADLINE)
        )
        assert answer["type"] != "refused", answer
        if answer["type"] in kinds:
            return answer


async def test_a_vanished_follower_is_given_up_and_hears_nothing_more(
    cast: Cast, town: Town
) -> None:
    cookies = []
    for who in ("secretariat", "clinic"):
        await sync_to_async(factories.presence)(getattr(cast, who), cast.shien_item)
        actor = await sync_to_async(factories.sign_in)(getattr(cast, who))
        key = await sync_to_async(session_of)(actor)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={key}")
    async with connect(
        f"ws://{HOST}:{town.port}{path(cast)}",
        origin=town.url,  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": cookies[0]},
    ) as socket:
        await socket.send(json.dumps(wish(cast)))
        await heard(socket, "snapshot")
        gone = await half_open(town, cast, cookies[1])
        await write(socket, cast, BEFORE)
        said = await gone.everything()
        async with asyncio.timeout(DEADLINE):
            while len(hub().sittings[cast.sitting.id]) > 1:
                await asyncio.sleep(0)  # the line ends right after the socket
        await write(socket, cast, AFTER)
    assert BEFORE in said
    assert AFTER not in said
