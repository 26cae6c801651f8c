"""The warning before a sign-in ends, in a real Chromium whose clock is put forward."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Person, SignIn
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests.cast import Cast
from tests.clients import client_of
from tests.conftest import chromium

pytestmark = pytest.mark.browser

HEARD = """() => {
  window.heard = []
  new BroadcastChannel('kasane-idle').onmessage = ({ data }) => heard.push(data.person)
}"""
SOON = "操作がないまま時間がたちました"
LAST = "まもなくサインアウトになります"
SAVED = "saved"
OVER = "サインアウトになりました"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """A thread for the browser, so that the test may ask the database."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def key_of(person: Person) -> str:
    """What the cookie of a browser says in which the person is signed in."""
    return client_of(person).cookies[settings.SESSION_COOKIE_NAME].value


def home(context: BrowserContext, url: str, key: str) -> Page:
    """A new window of the one computer, for whoever is signed in there now.

    Its clock stands, however long the test takes, until it is put forward.
    """
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}
    context.add_cookies([cookie])  # type: ignore[list-item] # a TypedDict of its own
    page = context.new_page()
    now = clock.now()
    page.clock.install(time=now - timedelta(hours=1))
    page.clock.pause_at(now)
    page.goto(url)
    return page


def headed(page: Page, words: str) -> Locator:
    return page.get_by_role("dialog", name=words)


def test_who_closes_the_warning_writes_on_until_the_last_minute(
    cast: Cast, live_server: LiveServer, beside: ThreadPoolExecutor
) -> None:
    key = key_of(cast.chair)

    def at_the_desk() -> None:
        with chromium() as browser:
            page = home(browser.new_context(), live_server.url, key)
            page.clock.fast_forward("26:00")
            expect(headed(page, SOON)).to_be_visible()
            page.keyboard.press("Escape")
            page.clock.run_for("01:00")
            expect(page.get_by_role("dialog")).to_have_count(0)
            page.clock.fast_forward("01:50")
            expect(headed(page, SOON)).to_be_visible()
            page.keyboard.press("Escape")
            page.clock.fast_forward("01:00")
            expect(headed(page, OVER)).to_be_visible()
            page.get_by_role("button", name="画面に戻る").click()
            page.clock.run_for("01:00")
            expect(page.get_by_role("dialog")).to_have_count(0)

    beside.submit(at_the_desk).result()


def test_at_a_shared_computer_nobody_stays_for_somebody_else(
    cast: Cast, live_server: LiveServer, beside: ThreadPoolExecutor
) -> None:
    chair, clerk = key_of(cast.chair), key_of(cast.secretariat)

    def at_the_desk() -> None:
        with chromium() as browser:
            context = browser.new_context()
            page = home(context, live_server.url, chair)
            page.evaluate(HEARD)
            page.clock.fast_forward("31:00")
            home(context, live_server.url, clerk)
            page.wait_for_function("heard.length == 1")
            expect(headed(page, OVER)).to_be_visible()
            home(context, live_server.url, chair)
            expect(headed(page, OVER)).to_be_hidden()

    beside.submit(at_the_desk).result()


def test_a_room_ends_when_somebody_else_signs_in_beside_it(
    cast: Cast, live_server: LiveServer, beside: ThreadPoolExecutor
) -> None:
    chair, clerk = key_of(cast.chair), key_of(cast.secretariat)
    room = live_server.url + reverse("meetings:room", args=[cast.sitting.id])

    def at_the_desk() -> None:
        with chromium() as browser:
            context = browser.new_context()
            page = home(context, live_server.url, chair)
            page.clock.resume()  # the room asks by its clock
            page.goto(room)
            expect(page.locator("#now-state")).to_have_attribute("data-state", SAVED)
            page.evaluate(HEARD)
            home(context, live_server.url, chair)
            page.wait_for_function("heard.length == 1")
            expect(page.locator("#ended")).to_be_hidden()
            home(context, live_server.url, clerk)
            expect(page.locator("#ended")).to_be_visible()

    beside.submit(at_the_desk).result()


def test_nobody_is_offered_to_stay_beyond_the_end(
    cast: Cast, live_server: LiveServer, beside: ThreadPoolExecutor
) -> None:
    key = key_of(cast.chair)
    hours = timedelta(hours=settings.SESSION_HOURS)
    SignIn.objects.update(started_at=clock.now() - hours + timedelta(minutes=10))

    def at_the_desk() -> None:
        with chromium() as browser:
            page = home(browser.new_context(), live_server.url, key)
            page.clock.fast_forward("06:00")
            dialog = headed(page, LAST)
            expect(dialog.get_by_role("button")).to_have_text("画面に戻る")
            dialog.get_by_role("button").click()
            expect(page.get_by_role("dialog")).to_have_count(0)
            page.clock.fast_forward("04:10")
            expect(headed(page, OVER)).to_be_visible()

    beside.submit(at_the_desk).result()
