"""What the measurements share: the portal to measure, a browser, the lines printed.

A measurement is a program of its own. It finds its profile, database and data
folder in the environment, prints ``name=value`` on standard output and everything
else on standard error.
"""

import http.client
import math
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 20
PATIENCE_SECONDS = 60


class BenchError(Exception):
    """Something cannot be measured; the message says what and why."""


def figure(name: str, value: float) -> None:
    """Print one figure; counts whole, times and ratios with two decimals."""
    words = f"{value}" if isinstance(value, int) else f"{value:.2f}"
    print(f"{name}={words}", flush=True)


def say(text: str) -> None:
    """Tell the reader what goes on, beside the figures."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * share) - 1]


def profile() -> str:
    """The profile of this process: embedded unless the environment says server."""
    return os.environ.get("KASANE_PROFILE", "embedded")


def set_up_django() -> None:
    """Open the portal's models and services to this process."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"portal.settings.{profile()}"
    import django  # noqa: PLC0415 – not every measurement needs it

    django.setup()


def portal(*arguments: str, env: Mapping[str, str] | None = None) -> None:
    """Run one command of the portal to its end; its output goes beside the figures."""
    command = [sys.executable, "-m", "portal", *arguments]
    subprocess.run(command, cwd=ROOT, env=env, stdout=sys.stderr, check=True)


def allow_many_sockets() -> None:
    """As many open files as the system lets us and those whom we start have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*arguments: str) -> Iterator[int]:
    """``python -m portal serve`` in a process of its own; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "portal", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | {"KASANE_BASE_URL": f"http://{HOST}:{port}"},
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_for_answer(port, process)
        yield port
    finally:
        end(process)


def wait_for_answer(
    port: int,
    process: subprocess.Popen[bytes],
    path: str = "/sign-in/",
    seconds: float = START_SECONDS,
) -> None:
    """Return once the page at ``path`` answers 200."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchError(f"the portal ended by itself ({process.returncode})")
        try:
            if Browser(port).get(path, follow=True).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise BenchError(f"{path} does not answer after {seconds:.0f} s")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its own group, and the group with it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Answer(NamedTuple):
    """One response, read to its end; ``seconds`` from sending to the last byte."""

    status: int
    path: str
    location: str
    body: bytes
    seconds: float


class Browser:
    """One keep-alive connection with its cookies, one request after the other."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self._origin = f"http://{HOST}:{port}"
        self._connection = http.client.HTTPConnection(
            HOST, port, timeout=PATIENCE_SECONDS
        )
        self.cookies = dict(cookies or {})

    def twin(self, port: int) -> "Browser":
        """Another connection of this browser, perhaps to another process."""
        twin = Browser(port, self.cookies)
        twin._token = self._token
        return twin

    def get(self, path: str, *, follow: bool = False) -> Answer:
        """Get a page; with ``follow`` also the pages it redirects to, timed as one."""
        return self._asked("GET", path, None, follow=follow)

    def post(self, path: str, form: Mapping[str, str], *, follow: bool) -> Answer:
        """Send a form with the token of the page last read."""
        token = {"csrfmiddlewaretoken": self._token}
        return self._asked("POST", path, urlencode({**form, **token}), follow=follow)

    def _asked(
        self, method: str, path: str, body: str | None, *, follow: bool
    ) -> Answer:
        answer = self._once(method, path, body)
        seconds = answer.seconds
        while follow and answer.status in {302, 303}:
            answer = self._once("GET", answer.location, None)
            seconds += answer.seconds
        return answer._replace(seconds=seconds)

    def _once(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Origin": self._origin, "Accept-Language": "ja"}
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers["Cookie"] = "; ".join(pairs)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        page = response.read()
        seconds = time.perf_counter() - start
        self._keep(response, page)
        return Answer(
            response.status, path, response.headers.get("Location", ""), page, seconds
        )

    def _keep(self, response: http.client.HTTPResponse, page: bytes) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found:
            self._token = found.group(1).decode()
