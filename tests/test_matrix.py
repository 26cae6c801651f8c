"""Every address as every persona: the table in ``tests/matrix.txt`` holds.

The town sings (``tests/canary.py``): with no answer does a word of a case leave.
"""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from members.models import SignIn
from portal.core import clock
from tests import cast as people
from tests import matrix
from tests.canary import leaks, singing
from tests.clients import client_of, close
from tests.matrix import PERSONAS, Row, sign_in_of
from tests.outside import outside_of, text_of
from tests.papers import release_to

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


@dataclass
class Town:
    """What the addresses name, and everybody's browser."""

    things: dict[str, object]
    clients: dict[str, Client]

    def renew(self) -> None:
        """Everybody signed in a moment ago, however long the rows before took."""
        now = clock.now()
        SignIn.objects.update(started_at=now, seen_at=now)
        SignIn.objects.filter(strength=2).update(strong_at=now)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """One town for all rows: each request is undone, so no row sees another's."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = people.assemble()
        things = matrix.things(cast, release_to(cast))
        with singing(*cast.rows):
            clients = {each: _browser(cast, each) for each in PERSONAS}
            case = reverse("members:case-detail", args=[cast.case.id])
            assert leaks(text_of(clients["secretariat"].get(case))), (
                "within it is heard"
            )
            yield Town(things, clients)
        transaction.set_rollback(True)


def _browser(cast: people.Cast, persona: str) -> Client:
    known = sign_in_of(cast, persona)
    return client_of(known[0], **known[1]) if known else Client()


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
    """One request; whatever it changed is undone, also in the browser."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        if method == "POST":
            response = client.post(address, {"field": "of no form"})
        else:
            response = client.get(address)
        transaction.set_rollback(True)
    client.cookies = cookies
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", matrix.rows(), ids=lambda row: f"{row.route} {row.method}"
)
def test_every_persona_gets_what_the_table_says(
    row: Row, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    town.renew()
    names = ROUTES[row.route].pattern.converters
    arguments = {name: town.things[name] for name in names}
    address = reverse(row.route, kwargs=arguments)
    nowhere = reverse(row.route, kwargs=matrix.unknown(arguments))
    got = {}
    for persona, client in town.clients.items():
        with CaptureQueriesContext(connection) as captured:
            response = ask(client, row.method, address)
        got[persona] = word(response)
        shown = text_of(response) if persona == "anonymous" else ""
        assert leaks(outside_of(response) + shown) == set(), persona
        if row.method == "GET":
            assert written_to(captured) <= TRACES, persona
        if got[persona] == "404" and nowhere != address:
            unknown = ask(client, row.method, nowhere)
            assert unknown.status_code == 404, persona
            assert unknown.content == response.content, persona
        close(response)
    assert got == row.expected
    assert leaks(caplog.text) == set()
