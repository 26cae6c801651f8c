"""The live websocket: a thin skin around a line of the hub."""

import asyncio
from time import monotonic
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from meetings.live.authorisation import Asked
from meetings.live.hub import Hub, hub
from meetings.live.line import Line
from meetings.live.protocol import (
    Beat,
    Close,
    Follow,
    Leave,
    Message,
    Operation,
    ProtocolError,
    encode,
    parse,
    refused,
)
from members.http import SESSION_KEY
from portal.core import clock

BEAT_SECONDS = 4.0
MESSAGES_PER_SECOND = 200
BURST = 400
MALFORMED_LIMIT = 10


class LiveConsumer(AsyncWebsocketConsumer):
    """One browser's socket to the room of one sitting."""

    channel_layer_alias = "none"  # sockets need no channel of their own

    line: Line | None = None
    hub: Hub

    async def connect(self) -> None:
        """Accept a live sign-in that may see the sitting; refuse any other alike."""
        sign_in = await database_sync_to_async(self.scope["session"].get)(SESSION_KEY)
        if sign_in is None:
            await self.close()
            return
        sitting = self.scope["url_route"]["kwargs"]["sitting_id"]
        self.hub = hub()
        line = Line(
            asked=Asked(UUID(sign_in), sitting, self.scope["query_string"] == b"wall"),
            address=str((self.scope.get("client") or ("",))[0]),
            send=self._send_text,
            hang_up=self.close,
        )
        self.allowance, self.heard_at, self.malformed = float(BURST), monotonic(), 0
        if not await self.hub.join(line):
            await self.close()
            return
        self.line = line
        await self.accept()
        self.tasks = [
            asyncio.create_task(line.run()),
            asyncio.create_task(self._beat()),
        ]

    async def disconnect(self, code: int) -> None:
        """Let go of everything."""
        if self.line is not None:
            for task in self.tasks:
                task.cancel()
            await self.hub.leave(self.line)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        """Take one frame; whatever is wrong with it is answered, never raised."""
        if self.line is None or self.line.closing is not None:
            return
        if not self._within_allowance():
            self.line.close(Close.FLOOD)
            return
        try:
            message = parse(text_data or "")
        except ProtocolError as error:
            self.malformed += not error.operation
            if self.malformed > MALFORMED_LIMIT:
                self.line.close(Close.MALFORMED)
            self.line.say(encode(refused(error.reason, error.operation)))
            return
        await self._take(self.line, message)

    async def _take(self, line: Line, message: Message) -> None:
        match message:
            case Operation():
                self.hub.submit(line, message)
            case Follow():
                self.hub.follow(line, message)
            case Leave():
                self.hub.unfollow(line, message.item)
            case Beat():
                pass  # that it came is all it says

    def _within_allowance(self) -> bool:
        now = monotonic()
        self.allowance += (now - self.heard_at) * MESSAGES_PER_SECOND
        self.allowance = min(self.allowance, float(BURST)) - 1
        self.heard_at = now
        return self.allowance >= 0

    async def _beat(self) -> None:
        """Say regularly how far this socket was sent, and what time it is."""
        assert self.line is not None  # noqa: S101 – started with it
        while True:
            heads = {str(k): f.sent for k, f in self.line.following.items()}
            now = clock.now().isoformat()
            self.line.say(encode({"type": "beat", "heads": heads, "now": now}))
            await asyncio.sleep(BEAT_SECONDS)

    async def _send_text(self, frame: str) -> None:
        await self.base_send({"type": "websocket.send", "text": frame, "bytes": None})
