"""Every page of the portal as somebody is shown it, and a browser that opens them.

The pages come from the matrix, so that a new address cannot be forgotten: each GET
row, as the desk sees it and, where that is another page, as people from outside do.
They are rendered once; the browser then gets their bytes without a server, under the
policy that was sent with them.
"""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import Error, Page, Route

from tests import matrix
from tests.clients import close
from tests.test_matrix import ROUTES, Town, ask

ORIGIN = "https://kasane.example"
POLICY = "Content-Security-Policy"


@dataclass(frozen=True, slots=True)
class Shown:
    """One page as one persona is shown it."""

    name: str
    address: str
    body: bytes
    policy: str


def every_page(town: Town) -> Iterator[Shown]:
    """The pages of all GET rows."""
    for row in matrix.rows():
        if row.method != "GET" or "200" not in row.expected.values():
            continue
        town.renew()
        names = ROUTES[row.route].pattern.converters
        address = reverse(row.route, kwargs={each: town.things[each] for each in names})
        yield from _kinds(town, row, address)


def _kinds(town: Town, row: matrix.Row, address: str) -> Iterator[Shown]:
    found: dict[str, Shown] = {}
    for persona in _seeing(row):
        answer = ask(town.clients[persona], "GET", address)
        if answer.headers["Content-Type"].startswith("text/html"):
            name, policy = f"{row.route} as {persona}", answer.headers[POLICY]
            page = Shown(name, address, answer.content, policy)
            kind = answer.templates[0].name
            found.setdefault(kind, page)
        close(answer)
    yield from found.values()


def _seeing(row: matrix.Row) -> list[str]:
    """Who looks at it: the first who may, and the clinic if it may too."""
    may = [each for each in matrix.PERSONAS if row.expected[each] == "200"]
    return list(dict.fromkeys([may[0], *({"clinic"} & set(may))]))


class Window:
    """A browser's window to which pages are handed.

    It notes whom else it asks, and errors that no script of the page caught.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked_elsewhere: list[str] = []
        self.failed: list[str] = []
        self._shown: Shown | None = None
        page.route("**/*", self._answer)
        page.on("pageerror", self._fail)

    def show(self, shown: Shown) -> None:
        """Open the page."""
        self._shown = shown
        self.page.goto(ORIGIN + shown.address)

    def _fail(self, error: Error) -> None:
        name = self._shown.name if self._shown else ""
        self.failed.append(f"{name}: {error}")

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        shown = self._shown
        assert shown is not None
        if f"{url.scheme}://{url.netloc}" != ORIGIN:
            self.asked_elsewhere.append(f"{shown.name}: {route.request.url}")
            route.abort()
        elif url.path.startswith("/static/"):
            _static(route, url.path.removeprefix("/static/"))
        elif route.request.method == "HEAD":
            route.fulfill(status=503)  # what is waited for is not ready yet
        elif route.request.is_navigation_request() or url.path == shown.address:
            kind = "text/html; charset=utf-8"
            head = {POLICY: shown.policy}
            route.fulfill(body=shown.body, content_type=kind, headers=head)
        else:  # what a page asks by itself: nothing new
            route.fulfill(status=204)


def _static(route: Route, name: str) -> None:
    found = finders.find(name)
    assert found is not None, name
    file = Path(found)
    kind = mimetypes.guess_type(file.name)[0]
    route.fulfill(body=file.read_bytes(), content_type=kind)
