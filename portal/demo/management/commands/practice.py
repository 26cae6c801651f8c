"""``practice``: the portal for practice, filled, served, and made anew each night."""

import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import practice

LOOK_SECONDS = 1
STOP_SECONDS = 15


class Command(BaseCommand):
    """Keeps one server on a folder of its own; while it is filled nobody is served."""

    help = "Serve the portal for practice beside the real one."
    requires_system_checks = ()  # ``serve`` asks for them, once there is something

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8100)

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill and serve until told to stop."""
        if not practice.is_own(settings.DATA):
            raise CommandError(
                f"{settings.DATA} holds something else: give the practice a folder"
                " of its own in KASANE_DATA."
            )
        self.stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        way = ("--host", options["host"], "--port", str(options["port"]))
        while not self.stop.is_set():
            if practice.is_due(settings.DATA):
                self._fill()
            self._serve(way)

    def _fill(self) -> None:
        practice.wipe(settings.DATA)
        steps = [["migrate"], ["demo"]]
        if settings.STATIC_ROOT.is_relative_to(settings.DATA):  # an image has its own
            steps.append(["collectstatic", "--no-input"])
        for words in steps:
            subprocess.run(self._command(*words, "-v", "0"), check=True)  # noqa: S603
        practice.note_filled(settings.DATA)

    def _serve(self, way: tuple[str, ...]) -> None:
        """Until it is told to stop, dies, or everything is to be made anew."""
        with subprocess.Popen(self._command("serve", *way)) as server:  # noqa: S603
            while not self.stop.wait(LOOK_SECONDS) and server.poll() is None:
                if practice.is_due(settings.DATA):
                    break
            server.terminate()
            try:
                status = server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                status = server.wait()
        ended = not self.stop.is_set() and not practice.is_due(settings.DATA)
        if ended:
            raise CommandError(f"The server ended with status {status}.")

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, "-m", "portal", *words]
