"""The clerk's month before a sitting, and a member's replies from a phone.

橘 makes the dates of next year, puts an agenda in order by dragging, and sees what
安西 answers: the dates of a poll by touch, the invitation by keyboard alone, with a
proxy who is then let in.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.core import clock
from portal.core.jp import fiscal_year
from portal.demo.identity import card_codes, uid
from tests.following import follow
from tests.journeys.conftest import Visitor
from tests.journeys.installation import until

pytestmark = pytest.mark.browser

BODY = uid("body", "shien_north")
DRAFT = uid("sitting", "representatives+01")
TODAY = uid("sitting", "north+00")
POLL = uid("poll", "north+01")
ADDRESS = "anzai@michishirube.example"
CODES = card_codes("anzai", 5)[3:]
PROXY = "戸田 美咲"
STEPS = 80


def test_a_month_of_dates_agenda_and_replies(visitors: list[Visitor]) -> None:
    clerk, member, _ = visitors
    clerk.enter_as("tachibana")
    plan_the_year(clerk.page)
    order_the_agenda(clerk.page)
    answer_the_poll(member)
    clerk.page.goto(f"/polls/{POLL}/")
    expect(clerk.page.get_by_text("7人中 6人が回答しました")).to_be_visible()
    reply_by_keyboard(member)
    let_the_proxy_in(clerk.page)


def plan_the_year(clerk: Page) -> None:
    clerk.goto(f"/year/{BODY}/plan/?year={fiscal_year(clock.today()) + 1}")
    follow(clerk.get_by_role("button", name="日を確かめる"))
    rows = clerk.locator(".year-dates tbody tr")
    expect(rows).to_have_count(12)
    rows.last.get_by_role("checkbox").check()  # no sitting in March
    follow(clerk.get_by_role("button", name="この日程で会議をつくる"))
    expect(clerk.locator("main .resource")).to_have_count(11)


def order_the_agenda(clerk: Page) -> None:
    clerk.goto(f"/sittings/{DRAFT}/")
    items = clerk.locator(".agenda__item")
    titles = items.locator("h3").all_inner_texts()
    handle = items.last.locator(".agenda__handle")
    handle.scroll_into_view_if_needed()
    held, first = handle.bounding_box(), items.first.bounding_box()
    assert held is not None
    assert first is not None
    clerk.mouse.move(held["x"] + 5, held["y"] + 5)
    clerk.mouse.down()
    clerk.mouse.move(held["x"] + 5, first["y"] + 5, steps=12)
    clerk.mouse.up()
    follow(clerk.get_by_role("button", name="順番と時間を保存する"))
    clerk.reload()
    assert items.locator("h3").all_inner_texts() == titles[::-1]


def enter_by_link(member: Visitor, words: str, code: str) -> Page:
    mails = until(
        lambda: [m for m in member.installation.mails(ADDRESS) if words in m.subject]
    )
    member.context.clear_cookies()
    member.open_link_in(mails[0])
    page = member.page
    member.type_card_code(code)
    member.go_on()
    page.wait_for_url(re.compile("/(sittings|polls)/"))
    return page


def answer_the_poll(member: Visitor) -> None:
    page = enter_by_link(member, "日程のお伺い", CODES[0])
    for yes in page.locator("input[type=radio][value=yes]").all():
        yes.check()
    follow(page.get_by_role("button", name="この内容で回答する"))
    expect(page.get_by_text("お返事をいただきました。ありがとう")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the Tab key does not come to {selector}")


def reply_by_keyboard(member: Visitor) -> None:
    page = enter_by_link(member, "会議のお知らせ", CODES[1])
    keys = page.keyboard
    tab_to(page, "input[name=rsvp]")
    keys.press("Space")
    while not page.locator("input[name=rsvp][value=proxy]").is_checked():
        keys.press("ArrowDown")
    tab_to(page, "summary:has(+ .disclosure__body [name=proxy_name])")
    keys.press("Enter")
    tab_to(page, "input[name=proxy_name]")
    keys.type(PROXY)
    tab_to(page, "button:not([disabled])[type=submit]")
    keys.press("Enter")
    expect(page.get_by_text("「代理出席」とお返事をいただきました")).to_be_visible()
    expect(page.get_by_text(f"代理の方: {PROXY}さん")).to_be_visible()


def let_the_proxy_in(clerk: Page) -> None:
    clerk.goto(f"/sittings/{TODAY}/invitations/")
    row = clerk.locator("tr", has_text="安西 美和")
    expect(row).to_contain_text(PROXY)
    follow(row.get_by_role("button", name="代理の方を受け入れる"))
    expect(row).to_contain_text(PROXY)
    expect(row.get_by_role("button", name="代理の方を受け入れる")).to_have_count(0)
