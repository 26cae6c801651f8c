"""Helpers for the tests of live minutes: operations, submissions, browsers."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from meetings.live.protocol import Act, Follow, Operation
from meetings.live.reading import Visit, open_items
from meetings.live.store import Submission
from meetings.models import AgendaItem, Sitting
from members.access import Actor
from members.http import SESSION_KEY
from members.models import Person
from portal.asgi import application
from tests import factories

DEADLINE = 10.0
ALL_KINDS = ("items", "snapshot", "changes", "ack", "refused", "gone", "beat")


class Closed(Exception):  # noqa: N818 – what happened, not an error
    """The server hung up."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


_NAMES = UUID("5b1b7c0e-2f0a-4c1e-9d55-6a3c8d1f0000")


def name(words: str) -> UUID:
    """A fixed id for a thing called ``words``."""
    return uuid5(_NAMES, words)


def operation(
    item: AgendaItem,
    entry: str,
    act: Act = Act.CHANGE,
    *,
    op: str = "",
    base: int = 0,
    **fields: Any,
) -> Operation:
    """An operation on the entry called ``entry``; its id follows from its content."""
    words = op or f"{item.id}/{entry}/{act}/{base}/{sorted(fields.items())}"
    return Operation(name(words), item.id, name(entry), act, base, fields)


def snapshot(item: AgendaItem, person: UUID, *, outcome_only: bool) -> dict[str, Any]:
    """The first frame that somebody signed in gets of an item."""
    sign_in = factories.sign_in(Person.objects.get(id=person)).sign_in
    assert sign_in is not None
    visit = Visit(sign_in.id, "127.0.0.1", Follow(item.id, 0), outcome_only)
    (opened,) = open_items([visit])
    frame: dict[str, Any] = json.loads(opened.frame)
    return frame


def by(actor: Actor, operation: Operation) -> Submission:
    """The operation, submitted by ``actor``."""
    assert actor.sign_in is not None
    return Submission(actor.sign_in.id, "127.0.0.1", operation)


class Visitor:
    """A person's browser at the live websocket of a sitting."""

    def __init__(self, actor: Actor, sitting: Sitting, *, origin: str = "") -> None:
        assert actor.sign_in is not None
        session = SessionStore()
        session[SESSION_KEY] = str(actor.sign_in.id)
        session.save()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        self.actor = actor
        self.socket = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": f"/live/sittings/{sitting.id}/",
                "query_string": b"",
                "client": ("127.0.0.1", 50_000),
                "subprotocols": [],
                "headers": [
                    (b"origin", (origin or settings.BASE_URL).encode()),
                    (b"cookie", cookie.encode()),
                ],
            },
        )

    async def enter(self) -> bool:
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(DEADLINE)
        return bool(answer["type"] == "websocket.accept")

    async def follow(self, item: AgendaItem, revision: int = 0) -> dict[str, Any]:
        """Ask for an item and return its first frame."""
        await self.say(type="follow", item=str(item.id), revision=revision)
        return await self.hear("snapshot", "changes", "refused")

    async def say(self, **message: Any) -> None:
        await self.send(text=json.dumps(message))

    async def send(self, *, text: str | None = None, data: bytes | None = None) -> None:
        """One raw frame."""
        await self.socket.send_input(
            {"type": "websocket.receive", "text": text, "bytes": data}
        )

    async def do(self, operation: Operation) -> dict[str, Any]:
        """Submit an operation and return its answer."""
        await self.submit(operation)
        while True:
            answer = await self.hear("ack", "refused")
            if answer["id"] == str(operation.id):
                return answer

    async def submit(self, operation: Operation) -> None:
        await self.say(**wire(operation))

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these kinds; others are passed over."""
        async with asyncio.timeout(DEADLINE):
            while True:
                output = await self.socket.receive_output(timeout=DEADLINE)
                if output["type"] == "websocket.close":
                    raise Closed(output["code"])
                frame: dict[str, Any] = json.loads(output["text"])
                if frame["type"] in kinds:
                    return frame

    async def hear_text(self, text: str) -> dict[str, Any]:
        """The frame that shows an entry with exactly this text."""
        while True:
            frame = await self.hear("snapshot", "changes")
            if any(entry.get("text") == text for entry in frame["entries"]):
                return frame

    async def heard(self) -> list[dict[str, Any]]:
        """Every frame that has arrived until the answer to a last question."""
        frames: list[dict[str, Any]] = []
        await self.say(type="leave", item=str(name("nowhere")))
        await self.say(type="follow", item=str(name("nowhere")), revision=0)
        while True:
            frame = await self.hear(*ALL_KINDS)
            if frame["type"] == "refused" and frame["id"] == "":
                return frames
            frames.append(frame)

    async def closed(self) -> int:
        """Wait until the server hangs up; the code."""
        with pytest.raises(Closed) as end:
            await self.hear("nothing")
        return end.value.code

    async def leave(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait(DEADLINE)


def wire(operation: Operation) -> dict[str, Any]:
    """An operation as the page sends it."""
    fields = {
        key: str(value) if isinstance(value, UUID | date) else value
        for key, value in operation.fields.items()
    }
    return {
        "type": "operation",
        "id": str(operation.id),
        "item": str(operation.item),
        "entry": str(operation.entry),
        "act": operation.act.value,
        "base": operation.base,
        "fields": fields,
    }
