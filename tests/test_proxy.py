"""The committed proxies before two real servers: nobody crossed, nothing forged.

``KASANE_INTERLEAVED=20000`` asks that often instead of a few hundred times.
"""

import base64
import hashlib
import json
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.urls import reverse
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from meetings.live.protocol import Act
from members.facts import Way
from members.models import Person
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests import factories, proxies
from tests.cast import Cast
from tests.journeys.installation import free_port
from tests.meetings.browsers import session_of
from tests.meetings.live import operation, wire
from tests.papers import release_to
from tests.portal.test_errors import GUARDS
from tests.proxies import NAME, ORIGIN, Line, Proxy

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
TIMES = int(os.environ.get("KASANE_INTERLEAVED", "160"))
# After so many nginx takes a new connection, unless told otherwise.
REQUESTS_PER_CONNECTION = 1000
COOKIE = "__Host-kasane_session"
FORGED = "203.0.113.77"
SECRET = "柊の枝は折れていた"
EACH_ONCE = {*GUARDS, "Content-Security-Policy", "Strict-Transport-Security"}
# Of a page without forms and scripts, that nobody signed in to.
OF_THE_PROXY = {
    "Cache-Control",
    "Content-Security-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed: the servers see it over their own connections."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture(scope="module")
def ports(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[int]]:
    """Two real server processes, for all tests here."""
    with proxies.servers(tmp_path_factory.mktemp("servers")) as ports:
        yield ports


@pytest.fixture(scope="module", params=proxies.KINDS)
def proxy(
    request: pytest.FixtureRequest,
    ports: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    with proxies.proxy(request.param, folder, ports) as running:
        yield running


@pytest.fixture
def line(proxy: Proxy) -> Iterator[Line]:
    """One connection of a browser."""
    line = proxy.line()
    yield line
    line.close()


def cookie_of(person: Person, **sign_in: Any) -> str:
    return f"{COOKIE}={session_of(factories.sign_in(person, **sign_in))}"


# What a shared cache would go by.
CONDITIONS: list[dict[str, str]] = [
    {},
    {"If_Modified_Since": "Sat, 21 Nov 2026 00:00:00 GMT"},
    {"If_None_Match": "*"},
    {"Range": "bytes=0-99"},
    {"Cache_Control": "max-stale=3600"},
]


def test_one_connection_never_gives_the_bytes_of_another_person(
    cast: Cast, line: Line
) -> None:
    """Alternately a member, somebody who may see nothing, nobody, the secretariat."""
    paper = release_to(
        cast, cast.clinic, data=SECRET.encode(), name="a.txt", way=Way.ORIGINAL
    )
    download = reverse("documents:version-download", args=[paper.id])
    case = reverse("members:case-detail", args=[cast.case.id])
    pages = [reverse("meetings:home"), case, "/static/core/css/base.css", download]
    asking: list[Person | None] = [cast.clinic, cast.colleague, None, cast.secretariat]
    cookies = {each: cookie_of(each) for each in asking if each}
    words = {each: each.name for each in (cast.clinic, cast.colleague)}
    opened, connections, kept = 0, 0, None
    for number in range(TIMES):
        who = asking[number % len(asking)]
        headers = dict(CONDITIONS[number % len(CONDITIONS)])
        if who:
            headers["Cookie"] = cookies[who]
        answer, page = line.ask("GET", pages[number // 4 % len(pages)], **headers)
        if line.sock not in {kept, None}:
            connections, kept = connections + 1, line.sock
        assert answer.status < 500, (number, answer.status)
        for other, name in words.items():
            if other is not who and who is not cast.secretariat:
                assert name not in page, (number, who)
        if cast.case.title in page or SECRET in page:
            assert who in {cast.clinic, cast.secretariat}
            opened += 1
    assert opened >= TIMES // 8
    assert connections <= 1 + TIMES // REQUESTS_PER_CONNECTION


def test_each_guard_is_there_once_and_no_version_is_told(
    cast: Cast, line: Line
) -> None:
    cookie = cookie_of(cast.secretariat)
    asked = [
        ("GET", "/", {"Cookie": cookie}),
        ("GET", "/sign-in/", {}),
        ("GET", "/nowhere/", {}),
        ("POST", "/sign-in/", {}),
        ("GET", "/metrics", {}),
        ("GET", "/health/ready", {}),
    ]
    for method, path, headers in asked:
        answer, page = line.ask(method, path, **headers)
        assert '<html lang="ja"' in page, path
        for name in EACH_ONCE:
            assert len(answer.headers.get_all(name) or []) == 1, (path, name)
        told = " ".join(answer.headers.get_all("Server") or [])
        assert not any(letter.isdigit() for letter in told), told


def test_what_a_visitor_says_of_their_own_address_does_not_count(
    cast: Cast, line: Line
) -> None:
    forged = {
        "X_Forwarded_For": FORGED,
        "X_Real_IP": FORGED,
        "Forwarded": f"for={FORGED};proto=http;host=elsewhere.example",
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Host": "elsewhere.example",
        "X_Forwarded_Port": "81",
    }
    case = reverse("members:case-detail", args=[cast.case.id])
    cookie = cookie_of(cast.secretariat)
    answer, page = line.ask("GET", case, Cookie=cookie, **forged)
    assert answer.status == 200
    assert "elsewhere.example" not in page
    addresses = set(AuditEvent.objects.values_list("address", flat=True)) - {""}
    assert addresses == {"127.0.0.1"}
    answer, _ = line.ask("GET", "/metrics", **forged)
    assert answer.status == 404


def test_a_plain_address_leads_to_the_encrypted_one(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain_port), 10) as plain:
        plain.sendall(f"GET /g/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        head = plain.recv(4096).decode()
    assert head.split()[1] in {"301", "308"}
    assert f"Location: {ORIGIN}" in head


def raw(proxy: Proxy, request: bytes) -> str:
    """All that comes back for bytes that no browser would send."""
    plain = socket.create_connection((proxies.HOST, proxy.port), 20)
    with proxy.trust.wrap_socket(plain, server_hostname=NAME) as line:
        with suppress(OSError):
            line.sendall(request)
        came = b""
        with suppress(OSError, ssl.SSLError):
            while data := line.recv(65536):
                came += data
    return came.decode("utf-8", "replace")


START = f"POST /sign-in/ HTTP/1.1\r\nHost: {NAME}\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
# A second request that a proxy and a server might not agree about.
SMUGGLED = f"GET /smuggled HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
BAD_LENGTHS = {
    "two lengths": "Content-Length: 3\r\nContent-Length: 40\r\n\r\na=1",
    "length and chunks": f"Content-Length: 5\r\n{CHUNKED}\r\n0\r\n\r\n",
    "chunks twice": f"{CHUNKED}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a length with a sign": "Content-Length: +3\r\n\r\na=1",
    "a chunk of no number": f"{CHUNKED}\r\nzz\r\n",
    "a header folded": "X: a\r\n b\r\nContent-Length: x\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_LENGTHS)
def test_bodies_about_which_servers_might_disagree_are_refused(
    proxy: Proxy, name: str
) -> None:
    """Or both read it alike: what follows the chunks is a request, and answered so."""
    came = raw(proxy, f"{START}{BAD_LENGTHS[name]}{SMUGGLED}".encode())
    statuses = [each.split()[0] for each in came.split("HTTP/1.1 ")[1:]]
    assert statuses in [["400"], ["501"], ["502"], ["403", "404"]]


def test_an_understated_length_is_the_length(proxy: Proxy) -> None:
    """What comes after it is the next request, and no body of the first."""
    came = raw(proxy, f"{START}{FORM}Content-Length: 3\r\n\r\na=1{SMUGGLED}".encode())
    first, second = came.split("HTTP/1.1 ")[1:]
    assert first.startswith("403 ")
    assert second.startswith("404 ")


@pytest.mark.parametrize("announced", [700 * 1024 * 1024, 3 * 1024 * 1024])
def test_too_much_is_refused_in_words(line: Line, announced: int) -> None:
    """The first is too long for the proxy, the second for this address."""
    headers = {"Content_Length": str(announced), "Connection": "close"}
    answer, page = line.ask("POST", "/sign-in/", **headers)
    assert answer.status == 413
    assert "大きすぎます" in page
    assert '<html lang="ja"' in page
    for name in OF_THE_PROXY:
        assert len(answer.headers.get_all(name) or []) == 1, name


def test_a_body_without_a_length_is_cut_where_it_is_too_long(proxy: Proxy) -> None:
    part = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    chunked = "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    head = f"{START}{FORM}{chunked}".encode()
    came = raw(proxy, head + part * 48 + b"0\r\n\r\n")
    assert came.startswith("HTTP/1.1 413")


@pytest.mark.parametrize("kind", proxies.KINDS)
def test_while_no_server_is_up_the_proxy_says_so(kind: str, tmp_path: Path) -> None:
    away = [free_port(), free_port()]
    with proxies.proxy(kind, tmp_path, away) as proxy:
        line = proxy.line()
        answer, page = line.ask("GET", "/")
        line.close()
    assert answer.status in {502, 503}
    assert "ただいま利用できません" in page
    for name in OF_THE_PROXY:
        assert len(answer.headers.get_all(name) or []) == 1, name
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


async def test_live_minutes_pass_and_foreign_pages_do_not(
    cast: Cast, proxy: Proxy
) -> None:
    cookie = await sync_to_async(cookie_of)(cast.secretariat)

    def live(origin: str) -> connect:
        return connect(
            f"wss://{NAME}/live/sittings/{cast.sitting.id}/",
            host=proxies.HOST,
            port=proxy.port,
            ssl=proxy.trust,
            server_hostname=NAME,
            origin=origin,  # type: ignore[arg-type] # a plain string
            additional_headers={"Cookie": cookie},
        )

    async with live(ORIGIN) as socket:
        change = operation(
            cast.shien_item, "a", Act.CREATE, kind="discussion", text="一"
        )
        await socket.send(json.dumps(wire(change)))
        answer = {"type": ""}
        while answer["type"] not in {"ack", "refused"}:
            answer = json.loads(await socket.recv())
    assert answer["type"] == "ack"
    for origin in (f"https://{NAME}.evil.example", "null", f"http://{NAME}"):
        with pytest.raises(InvalidStatus) as refused:
            async with live(origin):
                raise AssertionError("taken")
        assert refused.value.response.status_code == 403
