"""The pages of convening as five people see them, on a phone and at a desk.

Each page is opened in a real browser at 360 px and made wider to 1280 px. It never
scrolls sideways, breaks no rule of WCAG 2.2 AA that axe knows, and leaves nothing in
the console, under the policies that the server really sends. A page's look does not
depend on where its rows lie, so the long walks are made on one profile.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal.demo.identity import card_codes, uid
from tests.journeys.conftest import Visitor
from tests.journeys.installation import Installation, until

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEMBER, ADDRESS = "anzai", "anzai@michishirube.example"

BODY = f"/bodies/{uid('body', 'shien_north')}"
YEAR = f"/year/{uid('body', 'shien_north')}"
TODAY = f"/sittings/{uid('sitting', 'north+00')}"
NEXT = f"/sittings/{uid('sitting', 'north+01')}"
DRAFT = f"/sittings/{uid('sitting', 'representatives+01')}"
ITEM = f"/items/{uid('item', 'representatives-next-1')}"
DONE = f"/items/{uid('item', 'kinrin-5')}"
RECORD = f"/items/{uid('item', 'gomi-3')}/record/"
COMING = f"/items/{uid('item', 'doublecare-3')}"
ROUND = f"/items/{uid('item', 'doublecare-2')}/record/"
FIRST = f"{ROUND}entries/{uid('entry', 'doublecare-2:1')}/correction/"
CASE = f"/cases/{uid('case', 'eighty')}"
POLL = f"/polls/{uid('poll', 'north+01')}"
REQUEST = f"/cooperation/{uid('request', 'water')}"

CONVENING = (
    "/",
    "/sittings/",
    "/sittings/new/",
    "/year/",
    f"{YEAR}/",
    f"{YEAR}/plan/",
    "/year/closed-days/",
    "/polls/",
    f"{POLL}/",
    f"{BODY}/polls/new/",
    "/calls/",
    "/calls/new/",
    f"{DRAFT}/",
    f"{DRAFT}/items/new/",
    f"{ITEM}/edit/",
    f"{ITEM}/people/",
    f"{BODY}/agenda/",
    f"{TODAY}/invitations/",
    f"{TODAY}/presiding/",
)
CASES = (
    f"{CASE}/emergency/",
    f"{CASE}/cooperation/",
    f"{CASE}/cooperation/new/",
    f"{REQUEST}/",
    f"{CASE}/progress/",
    f"{CASE}/timeline/",
    "/progress/",
    "/figures/",
    f"{DONE}/outcome/",
    "/gaps/",
    "/carried/",
)
BODIES = (
    "/bodies/",
    f"{BODY}/",
    f"{BODY}/rules/",
    f"{BODY}/people/",
    f"{BODY}/stand-ins/",
    "/turnovers/",
    "/turnovers/new/",
    "/rolls/new/",
    "/people/",
)
PAPERS = (
    f"{DONE}/papers/",
    f"{DONE}/papers/release/",
    f"{TODAY}/links/",
    f"{TODAY}/copies/",
    "/had/",
)
ROOM = (
    f"{COMING}/guests/",
    f"{COMING}/attendance/",
    f"{COMING}/homework/",
    f"{TODAY}/room/",
    f"{TODAY}/room/wall/",
    f"{BODY}/phrases/",
)
RECORDS = (
    f"/sittings/{uid('sitting', 'north-01')}/summary/",
    ROUND,
    f"{ROUND}changes/",
    FIRST,
    f"{RECORD}disclosure/",
    f"{BODY}/records/",
    f"{BODY}/records/template/",
    f"/tasks/{uid('entry', 'doublecare-2:10')}/",
)
WALKS = {
    "tachibana convening": CONVENING,
    "tachibana cases": CASES,
    "tachibana bodies": BODIES,
    "tachibana papers": PAPERS,
    "tachibana room": ROOM,
    "tachibana records": RECORDS,
    "sakaki": ("/", "/sittings/", f"{NEXT}/", f"{NEXT}/approve/", f"{BODY}/", "/feed/"),
    "sena": ("/",),
    "hosaka": ("/",),
}
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
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile(link)).click()


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


def walk(page: Page, paths: Sequence[str]) -> list[str]:
    """The faults of all pages; every one of them is there."""
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("h1")).to_have_count(1)
        found += faults(page)
    return found


@pytest.mark.pure
@pytest.mark.parametrize("name", WALKS)
def test_staff_pages_are_accessible(visitor, complaints, name):
    person, *_ = name.split()
    visitor.enter_as(person)
    found = walk(visitor.page, WALKS[name])
    assert found == []
    assert complaints == []


def test_a_record_of_the_past_opens_as_a_paper(visitor, complaints):
    visitor.enter_as("sakaki")
    page = visitor.page
    found = walk(page, [RECORD])
    turn(page, r"会議録を開く\(PDF\)")
    expect(page.get_by_role("img", name=re.compile("1ページ目の画像"))).to_be_visible()
    assert found + faults(page) == []
    assert complaints == []


def test_a_correction_is_asked_for_and_answered(visitor, complaints):
    visitor.enter_as("tachibana")
    page = visitor.page
    page.goto(FIRST)
    page.get_by_label("修正してほしい内容").fill("聞いたのは別の日です。")
    with page.expect_navigation():
        page.get_by_role("button", name="申し出る").click()
    turn(page, "回答する")
    found = faults(page)
    with page.expect_navigation():  # nothing chosen: said at the field, words kept
        page.get_by_role("button", name="回答する").click()
    found += faults(page)
    expect(page.get_by_label("修正後の文")).not_to_be_empty()
    page.get_by_label("直さない").check()
    page.get_by_label(re.compile("^回答")).fill("記録のとおりです。")
    with page.expect_navigation():
        page.get_by_role("button", name="回答する").click()
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
