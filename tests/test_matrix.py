"""Every address as every persona: the table in ``tests/matrix.txt`` holds."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from documents.models import PaperVersion
from meetings.routing import websocket_urlpatterns
from tests import cast as people
from tests import factories, matrix
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.matrix import PERSONAS, Row, sign_in_of
from tests.meetings.live import Visitor
from tests.papers import Filed

ELSEWHERE = {
    "members:sign-in": "in",
    "members:pledge": "ack",
    "members:step-up": "step",
}


def routes(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{entry.namespace}:" if entry.namespace else ""
            yield from routes(entry, space + inside)
        else:
            yield f"{space}{entry.name}", entry


ROUTES = dict(routes(get_resolver()))


def test_every_route_has_its_rows() -> None:
    """A new address comes with its GET row and its POST row in the same commit."""
    wanted = {(route, method) for route in ROUTES for method in ("GET", "POST")}
    written = [(row.route, row.method) for row in matrix.rows()]
    assert sorted(written) == sorted(wanted)


def test_every_socket_has_its_row() -> None:
    patterns = [str(entry.pattern) for entry in websocket_urlpatterns]
    assert list(matrix.sockets()) == patterns


@pytest.fixture
def things(cast: Cast, released: Filed) -> dict[str, object]:
    version: PaperVersion = released(cast.clinic)
    return matrix.things(cast, version)


@pytest.fixture
def clients(cast: Cast, signed_in: SignIn, things: object) -> dict[str, Client]:
    found = {}
    for persona in PERSONAS:
        known = sign_in_of(cast, persona)
        found[persona] = signed_in(known[0], **known[1]) if known else Client()
    return found


# What looking at a page may leave behind: that it was looked at, by which sign-in, and
# how often a calendar reads.
TRACES = {
    "core_auditevent",
    "core_audithead",
    "django_session",
    "members_signin",
    "meetings_calendarfeed",
}
WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def ask(client: Client, method: str, address: str) -> Any:
    """One request; whatever it changed is undone."""
    with transaction.atomic():
        if method == "POST":
            response = client.post(address, {"field": "of no form"})
        else:
            response = client.get(address)
        transaction.set_rollback(True)
    return response


def word(response: Any) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    target = response.headers["Location"].partition("?")[0]
    return {reverse(name): said for name, said in ELSEWHERE.items()}.get(target, "302")


def written_to(captured: CaptureQueriesContext) -> set[str]:
    """The tables that the captured statements change."""
    statements = (query["sql"] for query in captured.captured_queries)
    return {found[1] for sql in statements if (found := WRITES.match(sql))}


@pytest.mark.parametrize(
    "row", matrix.rows(), ids=lambda row: f"{row.route} {row.method}"
)
def test_every_persona_gets_what_the_table_says(
    row: Row, things: dict[str, object], clients: dict[str, Client]
) -> None:
    names = ROUTES[row.route].pattern.converters
    arguments = {name: things[name] for name in names}
    address = reverse(row.route, kwargs=arguments)
    nowhere = reverse(row.route, kwargs=matrix.unknown(arguments))
    got = {}
    for persona, client in clients.items():
        with CaptureQueriesContext(connection) as captured:
            response = ask(client, row.method, address)
        got[persona] = word(response)
        if row.method == "GET":
            assert written_to(captured) <= TRACES, persona
        if got[persona] == "404" and nowhere != address:
            unknown = ask(client, row.method, nowhere)
            assert unknown.status_code == 404, persona
            assert unknown.content == response.content, persona
        close(response)
    assert got == row.expected


@pytest.fixture
def visitors(transactional_db: None) -> dict[str, Visitor]:
    """Each persona's browser at the socket; the cast is committed, for the server."""
    town, found = people.assemble(), {}
    for persona in PERSONAS:
        known = sign_in_of(town, persona)
        person, how = known or (town.clinic, {})
        found[persona] = Visitor(factories.sign_in(person, **how), town.sitting)
        if known is None:
            found[persona].socket.scope["headers"].pop()  # the cookie
    return found


async def test_the_live_socket_opens_for_those_in_the_table(
    visitors: dict[str, Visitor],
) -> None:
    (expected,) = matrix.sockets().values()
    got = {name: await visitor.enter() for name, visitor in visitors.items()}
    for name, entered in got.items():
        if entered:
            await visitors[name].leave()
    assert got == {name: answer == "yes" for name, answer in expected.items()}
