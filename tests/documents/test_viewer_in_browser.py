"""The viewer in a real Chromium: keys, pages fetched ahead, phones, no script, a no."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Request, Response, sync_playwright

from documents.models import PaperVersion
from members.models import Membership
from portal.core import clock
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files
from tests.following import follow
from tests.papers import Filed

pytestmark = pytest.mark.browser
Found = TypeVar("Found")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LAST = 5


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def version(released: Filed) -> PaperVersion:
    return released(data=files.pdf_file(LAST, "Visit"))


@pytest.fixture
def visit(cast: Cast, signed_in: SignIn, live_server: Any) -> Callable[..., Any]:
    """Let the clinic's member act in a browser of their own, in another thread."""
    client = signed_in(cast.clinic)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def work(act: Callable[[BrowserContext], Found], options: dict[str, Any]) -> Found:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-quic"],
            )
            context = chromium.new_context(base_url=live_server.url, **options)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
            context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]
            return act(context)

    def run(act: Callable[[BrowserContext], Found], **options: Any) -> Found:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(work, act, options).result()

    return run


def address(version: PaperVersion, name: str = "version-view") -> str:
    return reverse(f"documents:{name}", args=[version.id])


def on_page(page: Page, number: int) -> None:
    """Wait until that page is shown, its picture drawn."""
    place = page.locator(f'.viewer__page[data-page="{number}"]')
    place.wait_for()
    place.evaluate("picture => picture.decode()")


def test_keys_turn_pages_whose_every_picture_is_on_record_and_a_no_ends_it(
    cast: Cast, version: PaperVersion, visit: Callable[..., Any]
) -> None:
    asked: list[str] = []
    served: list[str] = []

    def ask(request: Request) -> None:
        if "/image" in request.url or "/thumbnail" in request.url:
            asked.append(request.url)

    def keep(response: Response) -> None:
        if response.ok and ("/image" in response.url or "/thumbnail" in response.url):
            served.append(response.url)

    def act(context: BrowserContext) -> tuple[str, int]:
        page = context.new_page()
        page.on("request", ask)
        page.on("response", keep)
        page.goto(address(version))
        on_page(page, 1)
        page.keyboard.press("ArrowRight")
        on_page(page, 2)
        page.wait_for_url("**/2/")
        said = page.locator("[data-said]").inner_text()
        page.keyboard.press("End")
        on_page(page, LAST)
        page.keyboard.press("ArrowRight")  # there is none: nothing happens
        page.keyboard.press("Home")
        on_page(page, 1)
        page.keyboard.press("+")
        page.locator('.viewer__page[data-zoom="2"]').wait_for()
        page.keyboard.press("-")
        page.locator('.viewer__page[data-zoom="1"]').wait_for()
        page.get_by_label("ページ番号").fill("3")
        page.keyboard.press("Enter")
        on_page(page, 3)
        page.get_by_role("link", name="4ページ目").click()
        on_page(page, 4)
        page.go_back()
        on_page(page, 3)
        with ThreadPoolExecutor(1) as pool:  # the ORM stays out of this thread
            pool.submit(end_membership).result()
        page.keyboard.press("ArrowRight")
        page.locator(".viewer").wait_for(state="detached")
        return said, page.locator("img.viewer__page").count()

    def end_membership() -> None:
        Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
        from django.db import connection

        connection.close()

    said, left = visit(act, viewport={"width": 1280, "height": 900})
    assert said == f"{LAST}ページ中2ページ目の画像"
    assert left == 0
    read = AuditEvent.objects.filter(action="documents.page.read")
    # What was on its way when the no came may be on record and not have arrived.
    assert len(served) <= read.count() <= len(asked)
    pages = [url.split("/")[-2] for url in served if url.endswith("/image")]
    # What was fetched ahead is not fetched twice.
    assert sorted(pages) == [str(page) for page in range(1, LAST + 1)]


def test_on_a_phone_without_script_every_page_is_reached(
    version: PaperVersion, visit: Callable[..., Any]
) -> None:
    def act(context: BrowserContext) -> list[object]:
        page = context.new_page()
        page.goto(address(version))
        found: list[object] = [page.evaluate("document.documentElement.scrollWidth")]
        follow(page.get_by_role("link", name="次へ"))
        found.append(page.url.split("#")[0][-3:])
        follow(page.get_by_role("link", name="拡大"))
        found.append(page.locator(".viewer__page").get_attribute("data-zoom"))
        page.get_by_label("ページ番号").fill("5")
        page.keyboard.press("Enter")
        page.wait_for_url("**/5/**")
        follow(page.get_by_role("link", name="一覧"))
        found.append(page.locator(".viewer-pages__page").count())
        found.append(page.evaluate("document.documentElement.scrollWidth"))
        follow(page.get_by_role("link", name="4ページ"))
        found.append(page.locator(".viewer__page").get_attribute("data-page"))
        return found

    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    assert visit(act, **phone) == [360, "/2/", "2", LAST, 360, "4"]


def test_the_viewer_is_accessible_and_its_buttons_are_large_enough(
    version: PaperVersion, visit: Callable[..., Any]
) -> None:
    def act(context: BrowserContext) -> tuple[list[str], list[str]]:
        page = context.new_page()
        page.goto(address(version))
        on_page(page, 1)
        options = {"runOnly": {"type": "tag", "values": WCAG}}
        report = Axe().run(page, options=options).response
        broken = [rule["id"] for rule in report["violations"]]
        small = page.eval_on_selector_all(
            ".viewer a, .viewer button",
            "all => all.filter(one => one.offsetParent && one.offsetHeight < 44)"
            ".map(one => one.textContent)",
        )
        return broken, small

    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
    assert visit(act, **phone) == ([], [])
