"""The gallery in a real browser: narrow screens, keyboard, ``ui.js``, WCAG rules."""

import mimetypes
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.pure]

ORIGIN = "https://kasane.example"
NAMES = ["gallery", "gallery_gate", "gallery_minutes", "404"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

OpenPage = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says, such as a breach of the policy."""
    return []


@pytest.fixture
def open_page(browser, render, settings, complaints) -> Iterator[OpenPage]:
    """Opens a page of the gallery, answered without a server, under our policy."""
    contexts = []
    policy = build_policy()
    static = settings.ROOT / "portal/core/static"

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path.startswith(settings.STATIC_URL):
            file = static / path.removeprefix(settings.STATIC_URL)
            kind = mimetypes.guess_type(file.name)[0]
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.fulfill(
                body=render(f"{path.strip('/')}.html"),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": policy},
            )

    def opened(name: str, *, width: int = 1280, **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, **options
        )
        contexts.append(context)
        page: Page = context.new_page()
        page.route("**/*", answer)
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{ORIGIN}/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [360, 640, 1280])
def test_no_page_scrolls_sideways(open_page, complaints, name, width):
    page = open_page(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_breaks_a_rule_of_wcag(open_page, name, width):
    page = open_page(name, width=width, bypass_csp=True)
    found = Axe().run(page, options={"runOnly": WCAG})
    assert found.response["violations"] == []


def test_the_menu_opens_and_closes_on_a_narrow_screen(open_page):
    page = open_page("gallery", width=360)
    menu, button = (
        page.locator("#site-nav"),
        page.get_by_role("button", name="メニュー"),
    )
    expect(menu).to_be_hidden()
    button.click()
    expect(menu).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()
    expect(menu).to_be_hidden()


def test_without_script_the_menu_is_open(open_page):
    page = open_page("gallery", width=360, java_script_enabled=False)
    expect(page.locator("#site-nav")).to_be_visible()
    expect(page.locator(".menu-button")).to_be_hidden()


def test_a_dialog_opens_closes_and_gives_the_focus_back(open_page):
    page = open_page("gallery")
    opener = page.locator("[data-dialog]")
    opener.click()
    dialog = page.get_by_role("dialog", name="次第を承認しますか")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="戻る").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_form_is_sent_once_until_the_page_is_shown_again(open_page):
    page = open_page("gallery_gate")
    accepted = page.evaluate(
        """() => {
          const form = document.querySelector("form[data-once]");
          const way = {bubbles: true, cancelable: true};
          const submit = () => form.dispatchEvent(new SubmitEvent("submit", way));
          const twice = [submit(), submit()];
          window.dispatchEvent(new PageTransitionEvent("pageshow"));
          return [...twice, submit()];
        }"""
    )
    assert accepted == [True, False, True]


def test_typed_words_are_not_lost_without_asking(open_page):
    page = open_page("gallery")
    page.get_by_label("議題の名前").press_sequentially("通院")
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    # Chromium ends with a crash when its context closes under the open question;
    # a page that answers again has taken the no.
    page.evaluate("document.readyState")


def test_the_summary_of_errors_is_read_first(open_page):
    page = open_page("gallery")
    expect(page.locator(".errors-summary")).to_be_focused()


def test_every_control_on_the_way_of_the_tab_key_shows_its_focus(open_page):
    page = open_page("gallery_gate")
    for _ in range(3):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outline")
        assert outline == "rgb(0, 0, 0) solid 4px"
