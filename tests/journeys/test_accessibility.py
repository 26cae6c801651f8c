"""Ways through the portal, looked at step by step, on a phone and at a desk.

Every page by itself is opened in ``tests/test_every_page.py``; here are the states in
between, which only somebody on the way meets. Each page is opened in a real browser
at 360 px and made wider to 1280 px. It never scrolls sideways, breaks no rule of WCAG
2.2 AA that axe knows, and leaves nothing in the console, under the policies that the
server really sends.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal.demo.identity import card_codes, uid
from tests.following import follow
from tests.journeys.conftest import Visitor
from tests.journeys.installation import Installation, until

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEMBER, ADDRESS = "anzai", "anzai@michishirube.example"

RECORD = f"/items/{uid('item', 'gomi-3')}/record/"
ROUND = f"/items/{uid('item', 'doublecare-2')}/record/"
FIRST = f"{ROUND}entries/{uid('entry', 'doublecare-2:1')}/correction/"
LINKED = ("会議のお知らせ", "お返事のお願い", "日程のお伺い")


def faults(page: Page) -> list[str]:
    """What is wrong with the page that stands open, at each width."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed != width:
            found.append(f"{page.url} needs {needed} of {width} px")
        broken = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        found += [
            f"{page.url} at {width} px: {rule['id']} {node['html'][:120]}"
            for rule in broken
            for node in rule["nodes"]
        ]
    return found


def turn(page: Page, link: str) -> None:
    """Follow a link until the next page is whole."""
    follow(page.get_by_role("link", name=re.compile(link)))


@pytest.fixture
def visitor(installation: Installation, browser: Browser) -> Iterator[Visitor]:
    """Somebody at a window whose size is changed."""
    with browser.new_context(base_url=installation.url) as context:
        yield Visitor(installation, context)


@pytest.fixture
def complaints(visitor: Visitor) -> list[str]:
    """What the console says, such as a breach of the content security policy."""
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text))
    visitor.page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_a_record_of_the_past_opens_as_a_paper(visitor, complaints):
    visitor.enter_as("sakaki")
    page = visitor.page
    page.goto(RECORD)
    found = faults(page)
    turn(page, r"会議録を開く\(PDF\)")
    expect(page.get_by_role("img", name=re.compile("1ページ目の画像"))).to_be_visible()
    assert found + faults(page) == []
    assert complaints == []


def test_a_correction_is_asked_for_and_answered(visitor, complaints):
    visitor.enter_as("tachibana")
    page = visitor.page
    page.goto(FIRST)
    page.get_by_label("修正してほしい内容").fill("聞いたのは別の日です。")
    follow(page.get_by_role("button", name="申し出る"))
    turn(page, "回答する")
    found = faults(page)
    # Nothing chosen: said at the field, words kept.
    follow(page.get_by_role("button", name="回答する"))
    found += faults(page)
    expect(page.get_by_label("修正後の文")).not_to_be_empty()
    page.get_by_label("直さない").check()
    page.get_by_label(re.compile("^回答")).fill("記録のとおりです。")
    follow(page.get_by_role("button", name="回答する"))
    assert found == []
    refused = [words for words in complaints if "422" not in words]
    assert refused == []


@pytest.mark.pure
@pytest.mark.parametrize("subject", LINKED)
def test_pages_behind_a_link_are_accessible(visitor, complaints, subject):
    page, code = visitor.page, card_codes(MEMBER, 3)[LINKED.index(subject)]
    mails = until(lambda: visitor.installation.mails(ADDRESS))
    visitor.open_link_in(next(mail for mail in mails if subject in mail.subject))
    found = faults(page)
    turn(page, "コードカード")
    found += faults(page)
    page.go_back()
    visitor.type_card_code(code)
    found += faults(page)
    visitor.go_on()
    page.wait_for_url(re.compile("/(sittings|calls|polls)/"))
    found += faults(page)
    if "/calls/" in page.url:
        turn(page, "提案を書く")
        found += faults(page)
    assert found == []
    assert complaints == []
