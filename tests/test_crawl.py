"""Any method at any address: answered, guarded, and nothing done without its token."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import matrix
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.papers import Filed
from tests.portal.test_errors import GUARDS
from tests.test_matrix import ROUTES, TRACES, written_to

ACTS = ("POST", "PUT", "DELETE")
OTHERS = ("HEAD", "TRACE")
OWN = {"Cache-Control"}  # a file for the browser's own shelf, a calendar's feed
LEFT = TRACES | {"core_taking"}  # what the database noted is carried to the journal


def faults(client: Client, route: str, method: str, address: str) -> list[str]:
    """What is wrong with the answer to one request."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.generic(method, address)
    found = []
    if answer.status_code >= 500 and route != "core:ready":  # no worker runs here
        found.append(f"status {answer.status_code}")
    if method in ACTS and answer.status_code not in {403, 405}:
        found.append(f"without a token: {answer.status_code}")
    if written := written_to(captured) - LEFT:
        found.append(f"wrote {written}")
    found += unguarded(answer.headers)
    if method == "TRACE" and answer.content.find(b"kasane_session") >= 0:
        found.append("gives the cookie back")
    for cookie in answer.cookies.values():
        if not (cookie["httponly"] and cookie["samesite"]):
            found.append(f"an open cookie {cookie.key}")
    close(answer)
    return [f"{method} {address}: {each}" for each in found]


def unguarded(headers: object) -> list[str]:
    """The headers that an answer lacks."""
    got = dict(headers.items())  # type: ignore[attr-defined] # the client's answer
    missing = [
        name
        for name, value in GUARDS.items()
        if got.get(name) != value and name not in OWN
    ]
    if "no-store" not in got.get("Cache-Control", ""):
        missing.append("Cache-Control")
    if "default-src 'none'" not in got.get("Content-Security-Policy", ""):
        missing.append("Content-Security-Policy")
    return missing


def test_any_method_at_any_address_is_answered_and_guarded(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    things = matrix.things(cast, released(cast.clinic))
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies = signed_in(cast.clinic).cookies
    found = []
    for number, (route, entry) in enumerate(ROUTES.items()):
        names = entry.pattern.converters
        address = reverse(route, kwargs={each: things[each] for each in names})
        # The rarer methods meet the same doors: a share of the addresses shows it.
        for method in (*ACTS, *OTHERS) if number % 5 == 0 else ("POST", "HEAD"):
            found += faults(client, route, method, address)
    assert found == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".env",
        "admin/",
        "server-status",
        "portal/settings/base.py",
        "static/",
        "static/../portal/settings/base.py",
        "%2e%2e/%2e%2e/etc/passwd",
        "index.php",
        "__debug__/",
    ],
)
def test_addresses_that_are_probed_are_unknown(client: Client, path: str) -> None:
    """The page of an unknown address, without a word on what runs here."""
    answer = client.get(f"/{path}")
    assert answer.status_code == 404
    assert not {"Server", "X-Powered-By", "X-Django"} & {*answer.headers}
    assert str(settings.ROOT) not in answer.content.decode()
    close(answer)
