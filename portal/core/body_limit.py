"""No request body is longer than its address may take.

Django puts a body on disk before it knows who sends it; without this anybody could
fill the disk. A large body goes to the addresses of uploads, with the cookie of a
session, and nowhere else. A body that announces itself too long is refused unread, one
that grows too long is cut there. The refusal is a page like any other, with all guards.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

# The other fields of an upload's form, and the multipart lines between them.
FORM_BYTES = 2 * 1024 * 1024
PART_BYTES = 4 * 1024 * 1024  # of a file that comes in parts
# items/<id>/papers/, papers/<id>/replace/, … (tested against the addresses); what
# comes in parts goes to uploads/<key>/ below them.
_ID = "[0-9a-f-]{36}"
_PLACES = rf"(items/{_ID}/papers|papers/{_ID}/replace|proposals/{_ID}|reply/{_ID})"
_UPLOADS = re.compile(rf"/{_PLACES}/")
_PARTS = re.compile(rf"/{_PLACES}/uploads/{_ID}/")
_TOO_LONG = "kasane.too_long"


def limited(application: Any) -> Any:
    """The ASGI application behind the limit of ``UPLOAD_MAX_BYTES``."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        limit = _limit(scope)
        body = _Body(receive, limit)
        if _announced(scope) <= limit:
            await application(scope, body.receive, send)
        if body.left < 0 or _announced(scope) > limit:
            await application({**scope, _TOO_LONG: True}, _Nothing().receive, send)

    return wrapped


def refused(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answers what ``limited`` found too long."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not getattr(request, "scope", {}).get(_TOO_LONG):
            return get_response(request)
        page = render(request, "413.html", status=413)
        page["Connection"] = "close"
        return page

    return middleware


def _limit(scope: dict[str, Any]) -> int:
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    if f"{settings.SESSION_COOKIE_NAME}=" not in cookies:
        return FORM_BYTES
    if _PARTS.fullmatch(scope["path"]):
        return PART_BYTES
    if _UPLOADS.fullmatch(scope["path"]):
        return FORM_BYTES + int(settings.UPLOAD_MAX_BYTES)
    return FORM_BYTES


class _Body:
    """The body, counted while the application reads it."""

    def __init__(self, receive: Any, limit: int) -> None:
        self._receive, self.left = receive, limit

    async def receive(self) -> dict[str, Any]:
        """The next message; for the application a too long body is a lost client."""
        message: dict[str, Any] = await self._receive()
        self.left -= len(message.get("body", b""))
        return message if self.left >= 0 else {"type": "http.disconnect"}


def _announced(scope: dict[str, Any]) -> int:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


class _Nothing:
    """In the place of a body that nobody reads."""

    def __init__(self) -> None:
        self._read = False

    async def receive(self) -> dict[str, Any]:
        """An empty body; after it nothing comes until the answer is given."""
        if self._read:
            await asyncio.get_running_loop().create_future()
        self._read = True
        return {"type": "http.request", "body": b"", "more_body": False}
