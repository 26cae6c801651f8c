"""Every page keeps the rules of WCAG 2.2 AA, fits a narrow screen, asks no other host.

The long form, with every width, zoom and setting, is ``make bench`` (accessibility).
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, expect

from portal.core import clock
from tests.conftest import chromium
from tests.shown import Shown, Window, every_page
from tests.test_matrix import Town, town  # noqa: F401 – a fixture

pytestmark = [pytest.mark.browser, pytest.mark.pure, pytest.mark.django_db]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {
    "runOnly": [*WCAG, "best-practice"],
    "resultTypes": ["violations"],
}
NARROW, WIDE = 360, 1280


@pytest.fixture(scope="module")
def pages(town: Town) -> list[Shown]:  # noqa: F811 – the fixture
    """All pages, rendered before a browser takes the thread."""
    return list(every_page(town))


@pytest.fixture
def window(pages: list[Shown]) -> Iterator[Window]:
    with chromium() as browser, browser.new_context() as context:
        yield Window(context.new_page())


def broken(window: Window, shown: Shown) -> list[str]:
    """The rules that the page breaks as it stands there."""
    found = Axe().run(window.page, options=RULES).response["violations"]
    return [
        f"{shown.name}: {rule['id']} {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]


def test_every_page_is_accessible(window: Window, pages: list[Shown]) -> None:
    said: list[str] = []
    window.page.on("console", partial(note, said))
    found = []
    for shown in pages:
        window.page.set_viewport_size({"width": NARROW, "height": 800})
        window.show(shown)
        needed = window.page.evaluate("document.documentElement.scrollWidth")
        if needed != NARROW:
            found.append(f"{shown.name} needs {needed} of {NARROW} px")
        found += broken(window, shown)
    assert not found, "\n".join(found)
    assert said == []
    assert window.failed == []
    assert window.asked_elsewhere == []


def note(said: list[str], message: ConsoleMessage) -> None:
    """Keep what breaches the content security policy."""
    if re.search("Content Security Policy|Refused", message.text):
        said.append(message.text)


def test_a_case_number_that_leads_on_looks_like_a_link(
    window: Window, pages: list[Shown]
) -> None:
    window.show(
        next(each for each in pages if each.name.startswith("members:case-list"))
    )
    number = window.page.locator("a .case-number").first
    link = window.page.locator("a:has(.case-number)").first
    expect(number).to_have_css("text-decoration-line", "underline")
    colour = link.evaluate("link => getComputedStyle(link).color")
    expect(number).to_have_css("color", colour)


def test_a_warning_comes_before_the_sign_in_ends(
    window: Window, pages: list[Shown]
) -> None:
    home = next(each for each in pages if each.name.startswith("meetings:home"))
    page = window.page
    now = clock.now()
    page.clock.install(time=now - timedelta(hours=1))
    page.clock.pause_at(now)  # it stands unless it is put forward
    window.show(home)
    link = page.get_by_role("link", name="会議", exact=True)
    link.focus()
    page.clock.fast_forward("24:00")
    warning = page.get_by_role("dialog", name="操作がないまま")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("01:00")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("あと5分")
    page.clock.resume()  # axe waits by it
    assert broken(window, home) == []
    stay = warning.get_by_role("button", name="続ける")
    expect(stay).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(link).to_be_focused()
    page.clock.fast_forward("29:40")
    warning = page.get_by_role("dialog", name="サインアウトになりました")
    expect(warning).to_be_visible()
    page.keyboard.press("Escape")
    expect(warning).to_be_hidden()
