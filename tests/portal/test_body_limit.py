"""A body longer than any upload is refused before it fills the disk."""

from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from portal.asgi import Pages
from portal.core.body_limit import FORM_BYTES, PART_BYTES, limited
from tests.portal.test_errors import GUARDS

LIMIT = 1000 + FORM_BYTES
pytestmark = pytest.mark.asyncio


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body and answers how long it was, as Django would.

    What is too long for it is answered by Django.
    """
    if "kasane.too_long" in scope:
        await Pages()(scope, receive, send)
        return
    count, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        count += len(message["body"])
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(count).encode()})


NOBODY = UUID(int=0)
UPLOADS = [
    reverse("meetings:paper-upload", args=[NOBODY]),
    reverse("meetings:paper-replace", args=[NOBODY]),
    reverse("meetings:proposal-detail", args=[NOBODY]),
    reverse("documents:reply", args=[NOBODY]),
]
PARTS = [
    reverse(name, args=[NOBODY, NOBODY])
    for name in (
        "meetings:paper-part",
        "meetings:replacement-part",
        "meetings:proposal-part",
        "documents:reply-part",
    )
]
SESSION = f"{settings.SESSION_COOKIE_NAME}=abc".encode()


async def ask(
    parts: list[bytes],
    announced: int | None = None,
    path: str = UPLOADS[0],
    cookie: bytes = SESSION,
) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []
    waiting = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    asked = iter(waiting)

    async def receive() -> dict[str, Any]:
        return next(asked)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"cookie", cookie)]
    if announced is not None:
        headers.append((b"content-length", b"%d" % announced))
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    with override_settings(UPLOAD_MAX_BYTES=1000):
        await limited(application)(scope, receive, send)
    assert sum(part["type"] == "http.response.start" for part in sent) == 1
    if sent[0]["status"] == 413:
        got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        assert {name: got.get(name) for name in GUARDS} == GUARDS
        assert "default-src 'none'" in got["Content-Security-Policy"]
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize("path", UPLOADS)
async def test_an_upload_up_to_the_limit_passes(path):
    assert await ask([b"x" * LIMIT], LIMIT, path) == (200, str(LIMIT).encode())


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_is_as_long_as_a_part(path):
    assert (await ask([b"x" * PART_BYTES], None, path))[0] == 200
    assert (await ask([b"x" * PART_BYTES, b"x"], 10, path))[0] == 413
    assert (await ask([b"x" * PART_BYTES], None, path, b"other=abc"))[0] == 413


@pytest.mark.parametrize(
    ("path", "cookie"),
    [("/g/", SESSION), (f"/x{UPLOADS[0]}", SESSION), (UPLOADS[0], b"other=abc")],
)
async def test_elsewhere_and_from_strangers_only_a_form_passes(path, cookie):
    assert (await ask([b"x" * FORM_BYTES], None, path, cookie))[0] == 200
    assert (await ask([b"x" * FORM_BYTES, b"x"], None, path, cookie))[0] == 413


async def test_an_announced_length_beyond_it_is_refused_unread():
    status, page = await ask([], LIMIT + 1)
    assert status == 413
    assert "大き" in page.decode()


@pytest.mark.parametrize("announced", [None, 10])
async def test_a_body_that_grows_beyond_it_is_cut(announced):
    status, _ = await ask([b"x" * LIMIT, b"x", b"x" * LIMIT], announced)
    assert status == 413


async def test_no_body_is_no_matter():
    assert await ask([]) == (200, b"0")
