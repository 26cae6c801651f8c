"""Two people behind one proxy: its one connection never mixes them (SECURITY 3a-5).

``KASANE_INTERLEAVED=20000`` asks that often instead of a few hundred times.
"""

import http.client
import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import reverse

from members.models import Person
from portal.core.models import AuditHead
from tests import cast as people
from tests.cast import Cast
from tests.conftest import SignIn
from tests.own_server import own_server

TIMES = int(os.environ.get("KASANE_INTERLEAVED", "240"))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed: the server sees it over its own connections."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def proxy() -> Iterator[http.client.HTTPConnection]:
    """The one connection that a proxy keeps open to the server."""
    with own_server() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        yield connection
        connection.close()


# What a shared cache would go by.
CONDITIONS: list[dict[str, str]] = [
    {},
    {"If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"},
    {"If-None-Match": "*"},
    {"Range": "bytes=0-99"},
    {"Cache-Control": "max-stale=3600"},
]


def test_one_connection_never_gives_the_bytes_of_another_person(
    cast: Cast, proxy: http.client.HTTPConnection, signed_in: SignIn
) -> None:
    """Alternately the member, somebody who may see nothing, and nobody."""
    case = reverse("members:case-detail", args=[cast.case.id])
    pages = [reverse("meetings:home"), case, reverse("members:case-list"), case]
    asking: list[Person | None] = [cast.clinic, cast.colleague, None, cast.secretariat]
    cookies = {each: _cookie(signed_in, each) for each in asking if each}
    # Whom nobody else of these has on a page: members are told whom to ask in the city.
    words = {each: each.name for each in (cast.clinic, cast.colleague)}
    opened, kept = 0, None
    for number in range(TIMES):
        who = asking[number % len(asking)]
        headers = dict(CONDITIONS[number % len(CONDITIONS)])
        if who:
            headers["Cookie"] = cookies[who]
        proxy.request("GET", pages[number // 4 % len(pages)], headers=headers)
        answer = proxy.getresponse()
        page = answer.read().decode()
        kept = kept or proxy.sock
        assert proxy.sock is kept, "one connection for all"
        assert answer.status in {200, 302, 404}, "never 304, never a part"
        for other, name in words.items():
            if other is not who and who is not cast.secretariat:
                assert name not in page, (number, who)
        if cast.case.title in page:
            assert who in {cast.clinic, cast.secretariat}
            opened += 1
    assert opened >= TIMES // 16


def _cookie(signed_in: SignIn, person: Person) -> str:
    value = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={value}"
