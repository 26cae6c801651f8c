"""The parts of the server profile that can be killed, stopped and started again."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

from common import ROOT, BenchError, set_up_django, wait_for_answer

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up

HEAL_LIMIT = 60.0
AGAIN = 0.5  # seconds


def services() -> Any:
    """The program that started our services, for starting one of them again."""
    path = str(ROOT / "infra" / "bin" / "services")
    spec = spec_from_loader("services", SourceFileLoader("services", path))
    if spec is None or spec.loader is None:
        raise BenchError("infra/bin/services cannot be read")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SERVICES = services()
FOLDER = settings.DATA.parent


@dataclass
class Server:
    """One server process, which comes back on its port."""

    port: int
    origin: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns once a page is answered."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=os.environ | {"KASANE_BASE_URL": self.origin},
            stdout=sys.stderr,
            start_new_session=True,
        )
        wait_for_answer(self.port, self.process)

    def processes(self) -> list[int]:
        """What to kill or to stop."""
        return [self.process.pid] if self.process else []

    def again(self) -> None:
        """Start after a kill."""
        if self.process:
            self.process.wait()
        self.start()


class Postgres:
    """The cluster of our services."""

    def processes(self) -> list[int]:
        """The postmaster and all that it started."""
        cluster = (FOLDER / "postgres").resolve()
        master = int((cluster / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [master, *map(int, children.split())]

    def again(self) -> None:
        """Start on what the disk holds."""
        cluster = (FOLDER / "postgres").resolve()
        pg_ctl = [SERVICES.postgres_program("pg_ctl"), "-D", str(cluster)]
        log = str(cluster / "server.log")
        start = SERVICES.as_postgres([*pg_ctl, "start", "-s", "-w", "-l", log])
        deadline = time.monotonic() + HEAL_LIMIT
        # What the killed postmaster started may take a moment to notice its end.
        while subprocess.run(start, cwd="/", check=False).returncode:
            if time.monotonic() > deadline:
                raise BenchError("PostgreSQL does not come back")
            time.sleep(AGAIN)


class Store:
    """The MinIO of our services, on the disk that it has."""

    def __init__(self) -> None:
        process = Path("/proc") / str(self.processes()[0])
        self._command = words_in(process / "cmdline")
        told = (each.partition("=") for each in words_in(process / "environ"))
        self._environment = {name: value for name, _, value in told}

    def processes(self) -> list[int]:
        """The one process."""
        return [int((FOLDER / "minio.pid").read_text())]

    def again(self) -> None:
        """Start as it was started first."""
        SERVICES.launch(FOLDER, "minio", self._command, **self._environment)


def words_in(file: Path) -> list[str]:
    """What Linux tells of a process, word by word."""
    return [each for each in file.read_text().split("\0") if each]


class Worker:
    """The worker, which sends mail and sweeps."""

    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to work."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal", "worker"],
            cwd=ROOT,
            stdout=sys.stderr,
            start_new_session=True,
        )

    def processes(self) -> list[int]:
        """What to kill or to stop."""
        return [self.process.pid] if self.process else []

    def again(self) -> None:
        """Start after a kill."""
        if self.process:
            self.process.wait()
        self.start()


class Redis:
    """The Redis of our services; it keeps nothing."""

    def processes(self) -> list[int]:
        """The one process."""
        return [int((FOLDER / "redis-server.pid").read_text())]

    def again(self) -> None:
        """Start empty."""
        command = ["redis-server", str(FOLDER / "redis.conf")]
        SERVICES.launch(FOLDER, "redis-server", command)


Part = Server | Worker | Postgres | Redis | Store
