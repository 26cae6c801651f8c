"""A gateway for telephones that behaves as the guide asks of a real one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import override_settings

TOKEN = "a-token-of-the-tests-0123456789"


@dataclass
class Gateway:
    """What it was given, what it delivered, and how it is to behave next.

    ``answers`` are the statuses of the next requests: 0 hangs up without an answer,
    -1 waits until ``go_on`` is set. ``lost`` of them take the text all the same.
    """

    answers: list[int] = field(default_factory=list)
    lost: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    delivered: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: dict[str, str], body: dict[str, Any]) -> int:
        self.asked.append(body)
        self.headers.append(headers)
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401
        status = self.answers.pop(0) if self.answers else 202
        if status == 202 or self.lost:
            self.delivered.setdefault(headers["Idempotency-Key"], body)
        return status


@contextmanager
def running() -> Iterator[Gateway]:
    """The gateway at a port of this machine, and the portal told of it."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            status = gateway.take(dict(self.headers), body)
            if status == -1:
                gateway.go_on.wait(5)
                return
            if status == 0:
                return
            self.send_response(status)
            if status == 307:
                self.send_header("Location", f"http://127.0.0.1:{port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            with override_settings(
                PHONE_URL=f"http://127.0.0.1:{port}/send", PHONE_TOKEN=TOKEN
            ):
                yield gateway
        finally:
            gateway.go_on.set()
            server.shutdown()
            thread.join()
