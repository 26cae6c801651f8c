"""Arranging an agenda in a real Chromium: dragging, arrow keys, the running clock."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Dialog, Page, Route, expect, sync_playwright

from meetings.models import AgendaItem, Sitting
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import add, draft

pytestmark = pytest.mark.browser
Found = TypeVar("Found")
ORIGIN = "http://kasane.test"


@dataclass
class Desk:
    """The page of a draft as the portal made it, in a browser of its own."""

    html: str
    sent: list[dict[str, list[str]]] = field(default_factory=list)

    def work(self, act: Callable[[Page], Found], width: int = 1280) -> Found:
        """Let ``act`` use the page; what it sends is kept in ``sent``."""
        with ThreadPoolExecutor(1) as pool:  # the ORM stays in the test's thread
            return pool.submit(self._work, act, width).result()

    def _work(self, act: Callable[[Page], Found], width: int) -> Found:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-quic"],
            )
            page = chromium.new_page(viewport={"width": width, "height": 2400})
            page.route("**/*", self._answer)
            page.goto(f"{ORIGIN}/")
            return act(page)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.method == "POST":
            self.sent.append(parse_qs(route.request.post_data or ""))
            route.fulfill(body="", content_type="text/html")
        elif path == "/":
            route.fulfill(body=self.html, content_type="text/html")
        elif found := finders.find(path.removeprefix("/static/")):
            route.fulfill(path=str(found))
        else:
            route.fulfill(status=404)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """A draft with three items of thirty minutes, in two hours."""
    sitting = draft(cast)
    for number, body in enumerate((cast.shien, cast.juso, cast.shien), 101):
        item = add(cast, sitting, body, number)
        AgendaItem.objects.filter(pk=item.pk).update(title=f"件名{number}")
    return sitting


@pytest.fixture
def client(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.secretariat)


@pytest.fixture
def desk(client: Client, sitting: Sitting) -> Desk:
    page = client.get(reverse("meetings:sitting-detail", args=[sitting.id]))
    return Desk(page.content.decode())


def titles(page: Page) -> list[str]:
    return page.locator(".agenda__item h3").all_inner_texts()


def times(page: Page) -> list[str]:
    return page.locator(".agenda__item [data-part=times]").all_inner_texts()


def left(page: Page) -> str:
    return page.locator("#arrange [data-part=left]").inner_text()


def handle(page: Page, title: str) -> str:
    return f'.agenda__item:has(h3:text-is("{title}")) .agenda__handle'


def test_arrow_keys_move_an_item_and_keep_the_focus(desk: Desk) -> None:
    def act(page: Page) -> tuple[list[str], str, str]:
        page.focus(handle(page, "件名101"))
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        focused = page.evaluate("document.activeElement.ariaLabel")
        return titles(page), focused, left(page)

    order, focused, said = desk.work(act)
    assert order == ["件名102", "件名103", "件名101"]
    assert focused.startswith("件名101")
    assert said == "議題3に移しました"


@pytest.mark.parametrize("width", [1280, 360])
def test_an_item_is_dragged_to_its_place(desk: Desk, width: int) -> None:
    def act(page: Page) -> list[str]:
        start = page.locator(handle(page, "件名103"))
        start.scroll_into_view_if_needed()
        held = start.bounding_box()
        first = page.locator(".agenda__item").first.bounding_box()
        assert held
        assert first
        page.mouse.move(held["x"] + 10, held["y"] + 10)
        page.mouse.down()
        page.mouse.move(held["x"] + 10, first["y"] + 10, steps=5)
        page.mouse.up()
        return titles(page)

    assert desk.work(act, width) == ["件名103", "件名101", "件名102"]


def test_the_clock_runs_with_the_minutes(desk: Desk) -> None:
    def act(page: Page) -> tuple[list[str], str, str]:
        page.locator("input[type=number]").nth(1).fill("60")
        fits = left(page)
        page.locator("input[type=number]").nth(0).fill("45")
        return times(page), fits, left(page)

    shown, fits, over = desk.work(act)
    assert shown == ["13:35–14:20", "14:20–15:20", "15:20–15:50"]
    assert fits == "会議の時間を10分超えています"
    assert over == "会議の時間を25分超えています"


def test_what_the_page_sends_is_saved(
    desk: Desk, client: Client, sitting: Sitting
) -> None:
    def act(page: Page) -> None:
        page.locator("input[type=number]").nth(2).fill("20")
        page.focus(handle(page, "件名103"))
        page.keyboard.press("ArrowUp")
        page.click("#arrange button")
        page.wait_for_url("**/arrange/")

    desk.work(act)
    (form,) = desk.sent
    client.post(reverse("meetings:agenda-arrange", args=[sitting.id]), form)
    assert list(sitting.items.values_list("title", "minutes_allotted")) == [
        ("件名101", 30),
        ("件名103", 20),
        ("件名102", 30),
    ]


def test_the_buttons_move_without_leaving_the_page(desk: Desk) -> None:
    def act(page: Page) -> tuple[list[str], bool, bool]:
        page.locator('[name="down"]').first.click()
        buttons = page.locator('[name="up"]')
        return titles(page), buttons.nth(0).is_visible(), buttons.nth(1).is_visible()

    assert desk.work(act) == (["件名102", "件名101", "件名103"], False, True)
    assert desk.sent == []


def test_only_what_has_changed_is_guarded(desk: Desk) -> None:
    def act(page: Page) -> list[str]:
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", answer)
        page.goto(f"{ORIGIN}/?again")
        page.focus(handle(page, "件名101"))
        page.keyboard.press("ArrowDown")
        page.goto(f"{ORIGIN}/?lost")
        return asked

    assert desk.work(act) == ["beforeunload"]


def test_a_role_chooses_its_person_while_the_list_is_narrowed(
    cast: Cast, client: Client, sitting: Sitting
) -> None:
    item = sitting.items.get(title="件名101")
    page = client.get(reverse("meetings:item-people", args=[item.id]))
    desk, name = Desk(page.content.decode()), cast.clinic.name

    def act(page: Page) -> None:
        row = page.get_by_role("row").filter(has_text=name)
        part, role = row.get_by_label("参加"), row.get_by_label("会議録の確認者")
        expect(page.get_by_role("status")).to_contain_text("選択 0人")
        page.get_by_label("名前・機関でしぼりこむ").fill(name)
        expect(page.get_by_role("status")).to_contain_text("表示 1人")
        role.check()
        expect(part).to_be_checked()
        expect(page.get_by_role("status")).to_contain_text("選択 1人")
        part.uncheck()
        expect(role).not_to_be_checked()

    desk.work(act)
