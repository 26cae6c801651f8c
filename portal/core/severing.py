"""Break a connection off at once: what waits in the server's buffers is dropped.

Ending a response normally would still deliver what was already handed to the kernel;
to a slow reader that can take long. ASGI has no word for it, so the wrapper around
the application reaches for uvicorn's transport and lets go of everything else.
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.http import HttpRequest

_KEY = "kasane.cut"
# Linger on, for no seconds: closing resets the connection and drops its buffers.
_RESET = struct.pack("ii", 1, 0)


def severable(application: Any) -> Any:
    """The ASGI application, whose requests know how to be cut."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await application({**scope, _KEY: partial(_cut, send)}, receive, send)

    return wrapped


def cut_of(request: HttpRequest) -> Callable[[], None]:
    """What cuts the connection of ``request``; nothing to cut outside a server."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    cut: Callable[[], None] = scope.get(_KEY, _nothing)
    return cut


def _nothing() -> None:
    """There is no connection: a test client."""


def _cut(send: Any) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    with suppress(OSError):
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _RESET
        )
    transport.abort()
