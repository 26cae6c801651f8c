"""``worker``: sends mail and runs queued tasks, beside the application servers."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from portal.core import worker


class Command(BaseCommand):
    """Work until stopped."""

    help = "Run queued tasks and send waiting mail."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop on SIGTERM or Ctrl-C, between two tasks."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.run(stop)
