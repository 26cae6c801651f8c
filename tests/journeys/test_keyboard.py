"""Whole ways through the portal by keyboard alone.

Wherever the Tab key comes, the focus can be seen: it has its ring, and nothing lies
over it. Nobody here touches a mouse; addresses are typed only to begin.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.core import clock
from portal.demo.identity import card_codes, uid
from tests.journeys.conftest import Visitor
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.pure]

DRAFT = f"/sittings/{uid('sitting', 'representatives+01')}/"
NEXT = f"/sittings/{uid('sitting', 'north+01')}/"
ROUND = f"/items/{uid('item', 'doublecare-2')}/record/"
TODAY = f"/sittings/{uid('sitting', 'north+00')}/"
MEMBER, ADDRESS = "natsume", "natsume@mihon-soudan.example"
CODE = card_codes(MEMBER, 6)[5]
STEPS = 150
SPOKEN, DECIDED = "検針で毎月訪ねています。", "毎月の検針のときに見守る。"

# What is wrong with the focus where it stands; empty when it can be seen.
UNSEEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return "";
  const parts = ["date", "time"].includes(at.type);  // each has a ring of its own
  const shown = at.outerHTML.slice(0, 120);
  if (!parts && !at.matches(":focus-visible")) return "no ring: " + shown;
  const marked = at.closest("label, summary, a, button") || at;
  const box = marked.getBoundingClientRect();
  const spots = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
  const seen = spots.some(([x, y]) => {
    const top = document.elementFromPoint(
      box.left + box.width * x, box.top + box.height * y);
    return top && (marked.contains(top) || top.contains(marked));
  });
  return seen ? "" : "covered: " + shown;
}"""


class Keys:
    """Somebody at a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page, self.press = page, page.keyboard.press

    def to(self, selector: str, words: str = "") -> None:
        """Press Tab until what is meant has the focus; it is seen all the way."""
        for _ in range(STEPS):
            self.press("Tab")
            unseen = self.page.evaluate(UNSEEN)
            assert unseen == "", self.page.url
            if self._at(selector, words):
                return
        raise AssertionError(f"the Tab key does not come to {selector} {words}")

    def _at(self, selector: str, words: str) -> bool:
        at = "([s, w]) => { const e = document.activeElement; return e.matches(s)"
        name = "(e.getAttribute('aria-label') || e.innerText || '').includes(w) }"
        return bool(self.page.evaluate(f"{at} && {name}", [selector, words]))

    def push(self, words: str) -> None:
        """Come to a button or link and use it; the next page is whole."""
        self.to("button, a", words)
        with self.page.expect_navigation():
            self.press("Enter")

    def write(self, selector: str, text: str) -> None:
        """Come to a field and write."""
        self.to(selector)
        self.page.keyboard.insert_text(text)  # as pasting and input methods do

    def choose(self, selector: str, words: str) -> None:
        """Come to a list and go down to the one that is meant."""
        self.to(selector)
        for _ in range(STEPS):
            chosen = self.page.locator(f"{selector} option:checked").inner_text()
            if words in chosen:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{words} is not offered")


@pytest.fixture
def keys(installation: Installation, browser: Browser):
    """A browser window whose mouse is lost."""
    with browser.new_context(base_url=installation.url) as context:
        visitor = Visitor(installation, context)
        yield visitor, Keys(visitor.page)


def enter(visitor: Visitor, keys: Keys, key: str) -> None:
    """The list of the demo's people, past everything else on the page."""
    visitor.page.goto("/sign-in/")
    keys.to(f'form[action$="/demo/enter/{key}/"] button')
    with visitor.page.expect_navigation():
        keys.press("Enter")


def test_the_secretariat_prepares_a_meeting(keys):
    visitor, keys = keys
    page = visitor.page
    enter(visitor, keys, "tachibana")
    keys.press("Tab")  # the first stop leads past the head
    expect(page.locator(".skip-link")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    page.goto(DRAFT)
    titles = page.locator(".agenda__item h3")
    before = titles.all_inner_texts()
    keys.to("button[name=down]")
    keys.press("Enter")
    expect(titles.first).not_to_have_text(before[0])
    assert page.evaluate(UNSEEN) == ""  # the item has moved, and the focus with it
    keys.push("順番と時間を保存する")
    after = titles.all_inner_texts()
    assert after != before
    assert sorted(after) == sorted(before)

    page.goto(f"{DRAFT}items/new/")
    keys.push(
        "追加"
    )  # nothing is written yet: said in the summary, which is read first
    expect(page.locator(".errors-summary")).to_be_focused()
    keys.to(".errors-summary a")
    keys.press("Enter")
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()


def test_the_chair_approves_and_confirms(keys):
    visitor, keys = keys
    page = visitor.page
    enter(visitor, keys, "sakaki")
    page.goto(f"{NEXT}approve/")
    keys.push("承認")
    expect(page.get_by_text("招集済み").first).to_be_visible()
    page.goto(ROUND)
    keys.push("この内容で確認する")
    expect(page.locator(".messages")).to_be_visible()


def test_a_member_comes_in_reads_and_changes_the_answer(keys):
    visitor, keys = keys
    page = visitor.page
    visitor.open_link_in(visitor.installation.notice_of(clock.today(), ADDRESS))
    keys.push("コードカード")
    keys.write("input[autocomplete=one-time-code]", CODE)
    with page.expect_navigation():
        keys.press("Enter")
    keys.push("あとにして")
    page.wait_for_url(re.compile("/sittings/"))
    sitting = page.url
    keys.to("main a[href^='/papers/']")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.locator(".viewer__page")).to_be_visible()
    page.goto(sitting)
    answered = page.get_by_text("とお返事をいただきました")
    before = answered.inner_text()
    keys.to("summary", "お返事を変える")
    keys.press("Enter")
    keys.to("input[name=rsvp]")
    keys.press("ArrowDown")
    keys.push("この内容で答える")
    expect(answered).not_to_have_text(before)


def test_the_scribe_writes_minutes(keys):
    visitor, keys = keys
    page = visitor.page
    enter(visitor, keys, "tachibana")
    page.goto(f"{TODAY}room/")
    begin = page.get_by_role("button", name="この議題を始める")
    expect(begin).to_be_visible()
    keys.to("button", "この議題を始める")
    keys.press("Enter")
    expect(begin).to_be_hidden()
    for kind, words in (("第三者から", SPOKEN), ("決定", DECIDED)):
        expect(page.get_by_role("button", name=kind, exact=True)).to_be_visible()
        keys.to("button", kind)
        keys.press("Enter")
        expect(page.locator("textarea:focus")).to_be_visible()
        page.keyboard.insert_text(words)
        written = page.locator(".entry:has(textarea:focus)")
        expect(written.locator("[data-state=saved]")).to_be_visible()
    assert DECIDED in [box.input_value() for box in page.locator("textarea").all()]
