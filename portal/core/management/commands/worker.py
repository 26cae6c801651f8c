"""``worker``: sends mail and runs queued tasks, beside the application servers."""

import signal
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from portal.core import worker


class Command(BaseCommand):
    """Work until stopped, or until nothing waits."""

    help = "Run queued tasks and send waiting mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to end by oneself."""
        parser.add_argument(
            "--drain", action="store_true", help="do what waits now, then end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop on SIGTERM or Ctrl-C, between two tasks."""
        call_command("check", databases=["default"], fail_level="ERROR")
        if options["drain"]:
            worker.drain()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.run(stop)
