"""The portal as a real server serves it, in a thread of the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn
from django.db import connections

from portal.asgi import application

PATIENCE = 60  # seconds


class _Server(uvicorn.Server):
    """One that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listens.set()


@contextmanager
def own_server() -> Iterator[int]:
    """The port of a server that ends with the block."""
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, log_config=None, lifespan="off"
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listens.wait(PATIENCE)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        connections.close_all()
