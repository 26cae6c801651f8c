"""A websocket opens for the portal's own pages and for nobody else's."""

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from portal.origin import SameOriginValidator

OWN = settings.BASE_URL.encode()


async def accepting(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Takes whatever reaches it."""
    await receive()
    await send({"type": "websocket.accept"})


async def opens(*origins: bytes) -> bool:
    headers = [(b"host", b"127.0.0.1:8000"), *((b"origin", o) for o in origins)]
    scope = {"type": "websocket", "path": "/live/", "headers": headers}
    caller = ApplicationCommunicator(SameOriginValidator(accepting), scope)
    await caller.send_input({"type": "websocket.connect"})
    answer = await caller.receive_output()
    await caller.wait()
    return bool(answer["type"] == "websocket.accept")


async def test_our_own_page_opens_a_socket() -> None:
    assert OWN == b"http://127.0.0.1:8000"
    assert await opens(OWN)


@pytest.mark.parametrize(
    "origins",
    [
        [],
        [b""],
        [b"null"],
        [b"http://127.0.0.1"],
        [b"http://127.0.0.1:8001"],
        [b"https://127.0.0.1:8000"],
        [b"http://localhost:8000"],
        [b"http://127.0.0.1:8000.elsewhere.example"],
        [b"http://elsewhere.example"],
        [b"http://127.0.0.1:8000@elsewhere.example"],
        [OWN + b"/"],
        [OWN + b" " + OWN],
        [OWN, OWN],
        [OWN, b"http://elsewhere.example"],
        [OWN.upper()],
        [b"\xff\xfe"],
    ],
)
async def test_any_other_origin_is_refused(origins: list[bytes]) -> None:
    assert not await opens(*origins)
