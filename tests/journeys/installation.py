"""A whole installation as its own processes: database, store, server, demo data."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.demo.mailbox import Mail, read_folder

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
SERVER = os.environ.get("KASANE_DATABASE_URL", "")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """The demo municipality, served by ``python -m portal serve`` on its own data."""

    def __init__(self, folder: Path, profile: str) -> None:
        self.folder, self.profile = folder, profile
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "KASANE_PROFILE": profile,
            "KASANE_DATA": str(folder),
            "KASANE_KEY_FILE": str(folder / "keys" / "kasane-keys.json"),
            "KASANE_BASE_URL": self.url,
            "KASANE_DEMO": "on",
            "KASANE_RELEASE_UNDO_MINUTES": "0",
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        if profile == "server":
            self._name_own_parts()

    def _name_own_parts(self) -> None:
        digest = sha256(str(self.folder).encode()).hexdigest()[:12]
        self.database, self.bucket = f"journey_{digest}", f"journey-{digest}"
        own = urlsplit(SERVER)._replace(path=f"/{self.database}")
        self.environment["KASANE_DATABASE_URL"] = urlunsplit(own)
        self.environment["KASANE_S3_BUCKET"] = self.bucket

    def make_database(self, template: str = "template1") -> None:
        """A database of its own on the server, as a copy of ``template``."""
        names = map(sql.Identifier, (self.database, template))
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def manage(self, *words: str) -> str:
        """Run one operator's command to its end; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "portal", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def prepare(self) -> None:
        """Key file, tables, demo municipality."""
        if self.profile == "server":
            self.make_database()
        self.manage("keys", "create")
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--noinput", "-v0")
        self.manage("demo")

    def start(self) -> None:
        """Start the server (and the worker, where it is a process of its own)."""
        self._run("serve", "--port", str(self.port))
        if self.profile == "server":
            self._run("worker")
        self._wait()

    def one_more(self) -> int:
        """A second server process on the same data; its port."""
        port = free_port()
        self._run("serve", "--port", str(port))
        self._wait(port)
        return port

    def _run(self, *words: str) -> None:
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)

    def _wait(self, port: int = 0) -> None:
        page = f"http://127.0.0.1:{port or self.port}/sign-in/"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(page, timeout=START_SECONDS).close()
            except urllib.error.HTTPError:
                raise
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self.processes[0].wait(0.1)  # not up yet, unless it has ended
                    raise AssertionError(self.log()) from None
            else:
                return
        raise AssertionError(f"the server did not answer\n{self.log()}")

    def log(self) -> str:
        """What the server wrote."""
        return (self.folder / "serve.log").read_text(errors="replace")

    def kill(self) -> None:
        """``kill -9`` of everything, in the middle of whatever it does."""
        self._stop(signal.SIGKILL)

    def stop(self) -> None:
        """An orderly end."""
        self._stop(signal.SIGTERM)

    def _stop(self, number: signal.Signals) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, number)
        for process in self.processes:
            process.wait(timeout=60)
        self.processes.clear()

    def mails(self, to: str) -> list[Mail]:
        """The mails that reached ``to``, newest first."""
        return [mail for mail in read_folder(self.folder / "mail") if mail.to == to]

    def notice_of(self, day: date, to: str) -> Mail:
        """The notice that reaches ``to`` of the sitting on ``day``."""
        words = f"{day.month}月{day.day}日"

        def arrived() -> list[Mail]:
            # Polls, calls and requests reach people too, and tell of days.
            notices = [m for m in self.mails(to) if "会議のお知らせ" in m.subject]
            return [m for m in notices if words in m.body.partition("場所")[0]]

        return until(arrived)[0]


Found = TypeVar("Found")


def until(look: Callable[[], Found], seconds: float = 60) -> Found:
    """What ``look`` finds, as soon as it finds something; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        threading.Event().wait(0.05)
    raise AssertionError("nothing was found in time")
