"""The proxies of ``infra/deploy`` as they are committed, before two real servers.

Only ports, names of hosts and paths are put in the place of those written there.
"""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from tests.journeys.installation import free_port, until

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "infra" / "deploy"
HOST = "127.0.0.1"
NAME = "kasane.city.mihon.example"
ORIGIN = f"https://{NAME}"
# Around a site of Debian's nginx: what its own nginx.conf would hold.
AROUND = """{user}
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
CADDY_TLS = """https://{name} {{
	tls {folder}/fullchain.pem {folder}/privkey.pem
	bind 127.0.0.1"""


@dataclass(frozen=True)
class Proxy:
    """Where a proxy listens, and whom its visitors trust."""

    kind: str
    port: int
    plain_port: int
    trust: ssl.SSLContext

    def line(self) -> "Line":
        """One keep-alive connection."""
        return Line(self)


class Line(http.client.HTTPSConnection):
    """One connection of a browser, by the name of the portal, to the proxy here."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(NAME, timeout=30, context=proxy.trust)
        self.proxy = proxy

    def connect(self) -> None:
        plain = socket.create_connection((HOST, self.proxy.port), 30)
        self.sock = self.proxy.trust.wrap_socket(plain, server_hostname=NAME)

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        """The answer, read to its end; ``user_agent`` stands for User-Agent."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.request(method, path, body, named)
        answer = self.getresponse()
        return answer, answer.read().decode("utf-8", "replace")


def certificate(folder: Path) -> ssl.SSLContext:
    """Make key and certificate in ``folder``; what trusts it."""
    files = [str(folder / "privkey.pem"), str(folder / "fullchain.pem")]
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    made = ["-nodes", "-keyout", files[0], "-out", files[1], "-days", "2"]
    command = ["openssl", *new, *names, *made]
    subprocess.run(command, check=True, capture_output=True)
    return ssl.create_default_context(cafile=files[1])


def put(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of the words changed; all of them must be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, ports: list[int], servers: list[int]) -> list[str]:
    """Write its site, as committed; the command that runs it."""
    changes = {
        "server 127.0.0.1:8000;": f"server {HOST}:{servers[0]};",
        "server 127.0.0.1:8001;": f"server {HOST}:{servers[1]};",
        "listen 80;": f"listen {HOST}:{ports[1]};",
        "listen 443 ": f"listen {HOST}:{ports[0]} ",
        "/etc/kasane/tls": str(folder),
        "/opt/kasane/infra": str(ROOT / "infra"),
        "/var/log/nginx": str(folder),
    }
    site = put((DEPLOY / "nginx.conf").read_text("utf-8"), changes)
    (folder / "site.conf").write_text(site, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    around = folder / "nginx.conf"
    around.write_text(AROUND.format(user=user, folder=folder), "utf-8")
    return [program("nginx"), "-e", str(folder / "start.log"), "-c", str(around)]


def caddy(folder: Path, ports: list[int], servers: list[int]) -> list[str]:
    """The same for Caddy."""
    changes = {
        "{$KASANE_HOST} {": CADDY_TLS.format(name=NAME, folder=folder),
        "/etc/caddy/pages": str(DEPLOY / "pages"),
        "admin off": f"admin off\n\thttps_port {ports[0]}\n\thttp_port {ports[1]}",
        "reverse_proxy app:8000": f"reverse_proxy {HOST}:{servers[0]}",
    }
    file = folder / "Caddyfile"
    file.write_text(put((DEPLOY / "Caddyfile").read_text("utf-8"), changes), "utf-8")
    return [program("caddy"), "run", "--config", str(file), "--adapter", "caddyfile"]


def program(name: str) -> str:
    """Where Debian's package puts it."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"{name} is missing; run infra/bin/install-test-parts"
    return found


KINDS = {"nginx": nginx, "caddy": caddy}


@contextmanager
def proxy(kind: str, folder: Path, servers: list[int]) -> Iterator[Proxy]:
    """The proxy, before servers on these ports."""
    trust, ports = certificate(folder), [free_port(), free_port()]
    command = KINDS[kind](folder, ports, servers)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with running(command, folder / f"{kind}.log", home) as process:

        def listens() -> bool:
            assert process.poll() is None, (folder / f"{kind}.log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex((HOST, ports[0])) == 0

        until(listens)
        yield Proxy(kind, ports[0], ports[1], trust)


@contextmanager
def running(
    command: list[str], log: Path, more: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours, ended however it goes."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **more}, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def servers(folder: Path, count: int = 2) -> Iterator[list[int]]:
    """Real server processes on the test's database and store; their ports."""
    name = settings.DATABASES["default"]["NAME"]
    address = urlsplit(os.environ["KASANE_DATABASE_URL"])
    environment = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.server",
        "PYTHONPATH": str(ROOT),
        "KASANE_PROFILE": "server",
        "KASANE_DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")),
        "KASANE_S3_BUCKET": settings.VAULT_STORE["bucket"],
        "KASANE_DATA": str(folder),
        "KASANE_KEY_FILE": str(settings.KEY_FILE),
        "KASANE_BASE_URL": ORIGIN,
        "KASANE_HOSTS": NAME,
    }
    portal = [sys.executable, "-m", "portal"]
    subprocess.run(
        [*portal, "collectstatic", "--noinput", "-v0"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )
    with ExitStack() as stack:
        ports = [free_port() for _ in range(count)]
        for port in ports:
            command = [*portal, "serve", "--port", str(port)]
            stack.enter_context(running(command, folder / f"{port}.log", environment))
        for port in ports:
            until(partial(answers, port), 60)
        yield ports


def answers(port: int) -> bool:
    """Whether a server serves there."""
    line = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        line.request("GET", "/health/live", headers={"Host": NAME})
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()
