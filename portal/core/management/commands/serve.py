"""``serve``: the application server, uvicorn on loopback by default."""

import os
import tempfile
import threading
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.core import objectlock, worker
from portal.core.checks import LOOPBACK, is_guarded
from portal.core.metrics import SHARED

# One frame of live minutes is far smaller; more is hostile.
WEBSOCKET_FRAME_LIMIT = 64 * 1024
# A peer that says nothing is asked after so long, and given up as long after.
WEBSOCKET_SILENCE_SECONDS = 10


class Command(BaseCommand):
    """Serve pages and websockets; the embedded profile runs its worker inside."""

    help = "Serve the portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen and in how many processes."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then serve until stopped."""
        if settings.PROFILE == "embedded" and options["workers"] > 1:
            raise CommandError("The embedded profile runs in one process.")
        if settings.DEMO and options["host"] not in LOOPBACK and not is_guarded():
            raise CommandError(
                "The demo signs anybody in: it listens on loopback only."
            )
        call_command("check", databases=["default"], fail_level="ERROR")
        objectlock.report()
        with tempfile.TemporaryDirectory(prefix="kasane-figures-") as shared:
            if options["workers"] > 1:  # they add up what each has counted
                os.environ[SHARED] = shared
            self._serve(options)

    def _serve(self, options: dict[str, Any]) -> None:
        stop = threading.Event()
        if settings.WORKER_IN_SERVER:
            threading.Thread(
                target=worker.run, args=(stop,), name="worker", daemon=True
            ).start()
        self.stdout.write(f"Serving on http://{options['host']}:{options['port']}")
        try:
            uvicorn.run(
                "portal.asgi:application",
                host=options["host"],
                port=options["port"],
                workers=options["workers"],
                ws="websockets-sansio",
                ws_max_size=WEBSOCKET_FRAME_LIMIT,
                ws_ping_interval=WEBSOCKET_SILENCE_SECONDS,
                ws_ping_timeout=WEBSOCKET_SILENCE_SECONDS,
                ws_per_message_deflate=False,
                server_header=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        finally:
            stop.set()
