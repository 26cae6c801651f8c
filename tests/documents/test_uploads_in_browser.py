"""The upload's script in a real Chromium: many files, a lost line, a reload."""

import random
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Request, Route

from documents.models import Paper, PaperVersion, Upload, UploadPart
from portal.core import vault
from portal.core.body_limit import PART_BYTES
from tests.documents import files
from tests.documents.test_gate_in_browser import cast, chromium  # noqa: F401 – fixtures

pytestmark = pytest.mark.browser
LINES = random.Random(1)
LARGE = b"\n".join(b"%09d" % LINES.randrange(10**9) for _ in range(950_000))
BUTTON = "登録する"


@pytest.fixture
def place(cast, signed_in, live_server):  # noqa: F811 – the fixture
    """The page, and the cookie of a browser in which the secretariat is signed in."""
    cookie = signed_in(cast.secretariat).cookies[settings.SESSION_COOKIE_NAME]
    page = reverse("meetings:paper-upload", args=[cast.shien_item.id])
    session = {"name": cookie.key, "value": cookie.value, "url": live_server.url}
    return f"{live_server.url}{page}", session


def choose(page: Page, *chosen: Path) -> None:
    page.locator("input[type=file]").set_input_files(chosen)
    page.get_by_role("button", name=BUTTON, exact=True).click()


def test_a_large_file_goes_on_after_a_lost_line_and_a_reload(
    place,
    chromium,  # noqa: F811 – the fixture
    tmp_path,
):
    address, session = place
    large = tmp_path / "支援経過.txt"
    large.write_bytes(LARGE)

    def lose_the_line(route: Route) -> None:
        offset = route.request.headers.get("upload-offset", "0")
        if offset == "0":
            route.continue_()
        else:
            route.abort("internetdisconnected")

    def act(context: BrowserContext) -> list[str]:
        context.add_cookies([session])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.route("**/uploads/**", lose_the_line)
        page.goto(address)
        choose(page, large)
        page.get_by_text("回線が切れています").wait_for()
        page.reload()  # first: on a whole line the page would go on by itself
        page.unroute("**/uploads/**")
        offsets: list[str] = []

        def note(request: Request) -> None:
            if "upload-offset" in request.headers:
                offsets.append(request.headers["upload-offset"])

        page.on("request", note)
        with page.expect_event("load"):
            choose(page, large)
        page.get_by_role("link", name="資料1 支援経過", exact=True).wait_for()
        return offsets

    offsets = chromium.run(act)
    assert offsets == [str(PART_BYTES), str(2 * PART_BYTES)]
    assert vault.read(PaperVersion.objects.get().stored) == LARGE
    assert not UploadPart.objects.exists()


def test_many_files_at_once_and_one_that_is_refused(
    place,
    chromium,  # noqa: F811 – the fixture
    tmp_path,
):
    address, session = place
    chosen = [tmp_path / f"経過{n}.txt" for n in range(6)]
    for each in chosen:
        each.write_bytes(b"words")
    bad = tmp_path / "表.docx"
    bad.write_bytes(files.with_parts(files.docx_file(), ("word/vbaProject.bin", b"x")))

    def act(context: BrowserContext) -> tuple[str, int]:
        context.add_cookies([session])
        page = context.new_page()
        page.goto(address)
        choose(page, *chosen, bad)
        offered = page.locator("li [data-number]").evaluate_all(
            "fields => fields.map(field => field.value)"
        )
        assert offered == [f"資料{n}" for n in range(1, 8)]
        page.get_by_text("6/7件を登録しました").wait_for()
        error = page.locator("[data-error]:not([hidden])")
        error.wait_for()
        words = error.inner_text()
        page.locator("li", has=error).get_by_role("button", name="取り消す").click()
        return words, page.locator(".upload__file:not(.is-done)").count()

    words, left = chromium.run(act)
    assert "マクロ" in words
    assert left == 0
    numbers = set(Paper.objects.values_list("number", flat=True))
    assert numbers == {f"資料{n}" for n in range(1, 7)}


def test_a_cancelled_file_leaves_nothing(
    place,
    chromium,  # noqa: F811 – the fixture
    tmp_path,
):
    address, session = place
    large = tmp_path / "支援経過.txt"
    large.write_bytes(LARGE)

    def act(context: BrowserContext) -> None:
        context.add_cookies([session])
        page = context.new_page()
        page.route(
            "**/uploads/**",
            lambda route: (
                route.abort("internetdisconnected")
                if route.request.headers.get("upload-offset") == str(PART_BYTES)
                else route.continue_()
            ),
        )
        page.goto(address)
        choose(page, large)
        page.get_by_text("回線が切れています").wait_for()
        with page.expect_response(lambda answer: answer.request.method == "DELETE"):
            page.get_by_role("button", name="取り消す").click()

    chromium.run(act)
    assert not Upload.objects.exists()
