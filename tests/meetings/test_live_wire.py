"""Frames that no browser sends, on a real server: closed with a code; the room goes on.

``KASANE_BAD_FRAMES=100000`` sends as many pieces, pings and words, not 5 % of them.
"""

import asyncio
import json
import os
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect

from meetings.live.protocol import Act, Close
from portal.asgi import application
from portal.core.management.commands.serve import (
    WEBSOCKET_FRAME_LIMIT,
    WEBSOCKET_SILENCE_SECONDS,
)
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.browsers import HOST, Town, session_of
from tests.meetings.live import operation, wire

MANY = int(os.environ.get("KASANE_BAD_FRAMES", "5000"))
DEADLINE = 20.0
TEXT, BINARY, CLOSE, PING, MORE = 1, 2, 8, 9, 0
LAST, SQUEEZED = 0x80, 0x40
PROTOCOL, NOT_TEXT, TOO_BIG = 1002, 1007, 1009


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
async def town(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    town = Town(WEBSOCKET_SILENCE_SECONDS)
    websocket = application.application_mapping["websocket"]
    monkeypatch.setattr(websocket, "origin", town.url)
    await town.start()
    yield town
    await town.stop()


@dataclass
class Peer:
    """A line on which any bytes can be sent."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, kind: int, data: bytes = b"", bits: int = LAST) -> None:
        """One frame; its mask is zeros."""
        size = len(data)
        if size < 126:
            length = bytes([LAST | size])
        elif size < 65536:
            length = bytes([LAST | 126]) + struct.pack("!H", size)
        else:
            length = bytes([LAST | 127]) + struct.pack("!Q", size)
        self.writer.write(bytes([bits | kind]) + length + bytes(4) + data)

    async def code(self) -> int:
        """The code with which the server closes."""
        while True:
            kind, data = await self.frame()
            if kind == CLOSE:
                return int.from_bytes(data[:2], "big")

    async def frame(self) -> tuple[int, bytes]:
        head = await self.reader.readexactly(2)
        size = head[1]
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return head[0] & 15, await self.reader.readexactly(size)


def squeezed(data: bytes) -> bytes:
    made = zlib.compressobj(9, wbits=-15)
    return made.compress(data) + made.flush(zlib.Z_SYNC_FLUSH)[:-4]


def pieces(peer: Peer) -> None:
    peer.send(TEXT, b"", 0)
    for _ in range(MANY):
        peer.send(MORE, b"a" * 16, 0)


def empty_pieces(peer: Peer) -> None:
    peer.send(TEXT, b'{"type":', 0)
    for _ in range(MANY):
        peer.send(MORE, b"", 0)
    peer.send(MORE, b"\xff")


def flood(peer: Peer) -> None:
    for _ in range(MANY):
        peer.send(TEXT, b'{"type":"beat"}')


def no_words(peer: Peer) -> None:
    for _ in range(20):
        peer.send(BINARY, b'{"type":"beat"}')


def unknown_words(peer: Peer) -> None:
    for number in range(20):
        peer.send(TEXT, b'{"type":"steal%d"}' % number)


# What is sent, and the code with which the server closes.
HOSTILE: dict[str, tuple[Any, int]] = {
    "a frame beyond the limit": (
        lambda peer: peer.send(TEXT, b"a" * (WEBSOCKET_FRAME_LIMIT + 1)),
        TOO_BIG,
    ),
    "pieces beyond the limit": (pieces, TOO_BIG),
    "empty pieces": (empty_pieces, NOT_TEXT),
    "a deflate bomb": (
        lambda peer: peer.send(TEXT, squeezed(bytes(50_000_000)), LAST | SQUEEZED),
        PROTOCOL,
    ),
    "no UTF-8": (lambda peer: peer.send(TEXT, b"\xed\xa0\x80\xff"), NOT_TEXT),
    "a piece of nothing": (lambda peer: peer.send(MORE, b"a"), PROTOCOL),
    "an unknown kind": (lambda peer: peer.send(5, b"a"), PROTOCOL),
    "a long ping": (lambda peer: peer.send(PING, b"a" * 126), PROTOCOL),
    "binary for text": (no_words, Close.MALFORMED),
    "unknown words": (unknown_words, Close.MALFORMED),
    "a flood": (flood, Close.FLOOD),
}


async def knock(town: Town, cast: Cast, who: str) -> Peer:
    """A line of somebody who takes part, past the handshake."""
    reader, writer = await asyncio.open_connection(HOST, town.port)
    lines = [
        f"GET {path(cast)} HTTP/1.1",
        f"Host: {HOST}:{town.port}",
        f"Origin: {town.url}",
        f"Cookie: {await cookie_of(cast, who)}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Extensions: permessage-deflate",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE)
    assert b"101 " in answer
    assert b"deflate" not in answer.lower()
    return Peer(reader, writer)


def path(cast: Cast) -> str:
    return f"/live/sittings/{cast.sitting.id}/"


async def cookie_of(cast: Cast, who: str) -> str:
    def made() -> str:
        return session_of(factories.sign_in(getattr(cast, who)))

    return f"{settings.SESSION_COOKIE_NAME}={await sync_to_async(made)()}"


async def write(socket: ClientConnection, cast: Cast, text: str) -> None:
    """Add an entry; returns with the word that it is kept."""
    change = operation(cast.shien_item, text, Act.CREATE, kind="discussion", text=text)
    await socket.send(json.dumps(wire(change)))
    while True:
        answer = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))
        if answer.get("id") == str(change.id):
            assert answer["type"] == "ack"
            return


async def test_hostile_frames_end_their_own_line_only(cast: Cast, town: Town) -> None:
    got: dict[str, int] = {}
    cookie = await cookie_of(cast, "secretariat")
    async with connect(
        f"ws://{HOST}:{town.port}{path(cast)}",
        origin=town.url,  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": cookie},
    ) as socket:
        await write(socket, cast, "始めます。")
        for name, (act, _code) in HOSTILE.items():
            peer = await knock(town, cast, "clinic")
            # Read meanwhile: what is unread is lost when the server drops the rest.
            ending = asyncio.create_task(peer.code())
            act(peer)
            await write(socket, cast, f"続けます:{name}")
            got[name] = await asyncio.wait_for(ending, DEADLINE)
            peer.writer.close()
            with suppress(OSError):
                await peer.writer.wait_closed()
    assert got == {name: code for name, (_act, code) in HOSTILE.items()}


async def test_pings_are_answered_and_disturb_nobody(cast: Cast, town: Town) -> None:
    peer = await knock(town, cast, "clinic")
    cookie = await cookie_of(cast, "secretariat")
    async with connect(
        f"ws://{HOST}:{town.port}{path(cast)}",
        origin=town.url,  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": cookie},
    ) as socket:
        for _ in range(MANY):
            peer.send(PING, b"a")
        await write(socket, cast, "続けます。")
        for _ in range(MANY):
            while (await asyncio.wait_for(peer.frame(), DEADLINE))[0] != 10:
                pass
    peer.send(CLOSE, struct.pack("!H", 1000))
    assert await asyncio.wait_for(peer.code(), DEADLINE) == 1000
    peer.writer.close()
    with suppress(OSError):
        await peer.writer.wait_closed()
