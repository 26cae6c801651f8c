"""One month, one path: convene, gate, read, minute, confirm, archive (DESIGN 2).

The people are the demo's: 橘 keeps the secretariat of the north, 榊 presides, 宇津木
of the gas company has never pledged. Everything happens in their browsers.
"""

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.core import clock
from portal.demo.identity import card_codes
from portal.demo.mailbox import Mail
from tests.following import follow
from tests.journeys.conftest import Visitor
from tests.journeys.installation import until

pytestmark = pytest.mark.browser

CASE = "体調のすぐれない母を支える中学生のいる世帯"
GAS = "utsugi@mihon-gas.example"
SPOKEN = "検針の際に、家の様子を見守ることができます。"
DECIDED = "毎月の検針時に見守り、気になることは社会福祉課へ知らせる。"
MENDED = "毎月2回の検針時に見守り、気になることは社会福祉課へ電話で知らせる。"
STARTS = "10:00"


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def convene(clerk: Page, paper: Path) -> str:
    """Make tomorrow's sitting with one item, one outside member and one paper."""
    clerk.goto("/sittings/new/")
    clerk.get_by_label("会議体").select_option(label="見本市北部支援会議(北部圏域)")
    clerk.get_by_label("開催日").fill(tomorrow().isoformat())
    clerk.get_by_label("開始").fill(STARTS)
    clerk.get_by_label("終了").fill("11:30")
    clerk.locator("#id_place").fill("市役所本庁舎 3階 301会議室")
    follow(clerk.get_by_role("button", name="会議をつくって議題へ進む"))
    clerk.wait_for_url(re.compile(r"/sittings/[0-9a-f-]{36}/"))
    sitting = re.search(r"/sittings/([0-9a-f-]{36})/", clerk.url)
    assert sitting is not None
    if "/items/new/" not in clerk.url:
        clerk.goto(f"/sittings/{sitting[1]}/items/new/")
    add_item(clerk)
    file_and_release(clerk, paper)
    clerk.goto(f"/sittings/{sitting[1]}/")
    follow(clerk.get_by_role("button", name="招集者に回す"))
    expect(clerk.get_by_text("承認待ち").first).to_be_visible()
    return sitting[1]


def add_item(clerk: Page) -> None:
    clerk.get_by_label("扱う会議体").select_option(label="見本市北部支援会議(北部圏域)")
    option = clerk.locator("#id_case option", has_text=CASE)
    clerk.locator("#id_case").select_option(value=option.get_attribute("value"))
    clerk.get_by_label("議題名").fill("見守りの分担について")
    follow(clerk.get_by_role("button", name="追加して人を選ぶ"))
    clerk.get_by_label("選ぶ理由(まとめて)").fill("検針で毎月訪ねるため")
    clerk.get_by_label("宇津木 翼さんが参加").check()
    row = clerk.locator("tr", has_text="宇津木 翼")
    row.get_by_text("会議録の確認者").click()
    follow(clerk.get_by_role("button", name="この人たちに決める"))
    clerk.wait_for_url(re.compile(r"/sittings/[0-9a-f-]{36}/$"))


def file_and_release(clerk: Page, paper: Path) -> None:
    follow(clerk.locator("a[href^='/items/'][href$='/papers/']").first)
    clerk.locator("input[type=file]").set_input_files(paper)
    clerk.locator("[data-title]").fill("事例概要")
    clerk.get_by_role("button", name="登録する").click()
    expect(clerk.get_by_role("link", name="事例概要")).to_be_visible()
    follow(clerk.get_by_role("link", name="公開する相手を決める").first)
    choose(clerk, "宇津木 翼", "事例概要", "copy")
    follow(clerk.get_by_role("button", name="確認へ進む"))
    expect(clerk.get_by_text("宇津木 翼")).to_be_visible()
    follow(clerk.get_by_role("button", name="この内容で公開する"))


def choose(clerk: Page, person: str, title: str, way: str) -> None:
    """Choose how the person gets the paper, once the mix-up guard has looked."""
    cell = clerk.get_by_label(re.compile(f"^{person} .*{title}$"))
    ends = time.monotonic() + 60
    while not cell.count():
        assert time.monotonic() < ends, "the guard never looked"
        clerk.reload()
    cell.select_option(way)


def approve(chair: Page, sitting: str) -> None:
    chair.goto(f"/sittings/{sitting}/approve/")
    follow(chair.get_by_role("button", name="承認して案内を送る"))
    expect(chair.get_by_text("招集済み").first).to_be_visible()


def pass_the_gate(member: Visitor, mail: Mail) -> None:
    """Link, a code of the paper card, the pledge."""
    assert f"{member.installation.url}/g/#" in mail.body
    member.open_link_in(mail)
    page = member.page
    member.type_card_code(card_codes("utsugi", 1)[0])
    member.go_on()
    page.wait_for_url(re.compile("/sittings/"))
    if "/pledge/" not in page.url:
        follow(page.get_by_role("link", name=re.compile("誓約")).first)
    for box in page.locator("input[name=pledge]").all():
        box.check()
    follow(page.get_by_role("button", name="誓約して進む"))


def test_a_month_from_convening_to_archive(
    visitors: list[Visitor], paper: Path
) -> None:
    clerk, member, chair = visitors
    clerk.enter_as("tachibana")
    chair.enter_as("sakaki")
    sitting = convene(clerk.page, paper)
    approve(chair.page, sitting)

    pass_the_gate(member, clerk.installation.notice_of(tomorrow(), GAS))
    member.page.goto(f"/sittings/{sitting}/")
    expect(member.page.get_by_text("見守りの分担について")).to_be_visible()
    member.page.locator("input[name=rsvp][value=present]").check()
    follow(member.page.get_by_role("button", name="この内容で答える"))
    reads(member.page)

    speak_and_follow(clerk.page, member.page, sitting)
    close_and_read_the_summary(clerk.page, member.page, sitting)
    confirm_and_archive(clerk, chair, member, sitting)


def reads(page: Page) -> None:
    follow(page.get_by_role("link", name=re.compile("事例概要")))
    picture = page.locator(".viewer__page")
    expect(picture).to_be_visible()
    assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 300
    page.go_back()


def speak_and_follow(clerk: Page, member: Page, sitting: str) -> None:
    """The clerk writes, the member follows, both see what is saved."""
    room = f"/sittings/{sitting}/room/"
    clerk.goto(room)
    follow(clerk.get_by_role("button", name="受付をする"))
    member.goto(room)
    expect(member.get_by_text("お待ちください")).to_be_visible()
    clerk.goto(room)
    row = clerk.locator(".roster__row", has_text="宇津木 翼")
    row.get_by_role("button", name="受付").click()
    expect(row.get_by_text("受付済み")).to_be_visible()
    clerk.get_by_role("button", name="この議題を始める").click()
    add_entry(clerk, "第三者から", SPOKEN)
    add_entry(clerk, "決定", DECIDED)
    expect(member.get_by_text(SPOKEN)).to_be_visible()
    expect(member.get_by_text(DECIDED)).to_be_visible()
    expect(member.locator(".entry textarea")).to_have_count(0)
    clerk.get_by_role("button", name="この議題を終える").click()
    expect(member.get_by_text(SPOKEN)).to_be_hidden()


def add_entry(clerk: Page, kind: str, text: str) -> None:
    clerk.get_by_role("button", name=kind, exact=True).click()
    clerk.locator("textarea:focus").fill(text)
    written = clerk.locator(".entry:has(textarea:focus)")
    expect(written.locator("[data-state=saved]")).to_be_visible()


def close_and_read_the_summary(clerk: Page, member: Page, sitting: str) -> None:
    """Once the meeting is closed, what was decided can be had at once."""
    follow(clerk.get_by_role("link", name="会議を終了する"))
    follow(clerk.get_by_role("button", name="会議を終了する"))
    member.goto(f"/sittings/{sitting}/")
    follow(member.get_by_role("link", name="決定のまとめを読む"))
    expect(member.get_by_text(DECIDED)).to_be_visible()
    expect(member.get_by_text(SPOKEN)).to_have_count(0)


def correct(clerk: Page, member: Page, record: str) -> None:
    """The member asks, the clerk takes new words in, both see the difference."""
    member.goto(record)
    entry = member.locator(".entry", has_text=DECIDED)
    follow(entry.get_by_role("link", name="修正を申し出る"))
    member.get_by_label("修正してほしい内容").fill("回数が違います。")
    follow(member.get_by_role("button", name="申し出る"))
    expect(member.get_by_text("申し出を受け付けました")).to_be_visible()
    clerk.goto(record)
    follow(clerk.get_by_role("link", name="回答する"))
    clerk.get_by_label("直す(新しい版になります)").check()
    clerk.get_by_label("修正後の文").fill(MENDED)
    follow(clerk.get_by_role("button", name="回答する"))
    expect(clerk.get_by_text("回答しました。申し出た方に")).to_be_visible()
    member.goto(record)
    follow(member.get_by_role("link", name="第2版で直しました"))
    expect(member.locator("ins")).not_to_have_count(0)
    expect(member.locator("del")).not_to_have_count(0)


def reopen_and_confirm_again(
    clerk: Page, chair: Page, member: Page, record: str
) -> None:
    clerk.goto(record)
    follow(clerk.get_by_role("link", name="確定した会議録を見直す"))
    clerk.get_by_label("見直す理由").fill("支援の開始日に誤りがあったため")
    follow(clerk.get_by_role("button", name="見直しを始める"))
    expect(clerk.get_by_text("見直しを始め、")).to_be_visible()
    for person in (chair, member):
        person.goto(record)
        expect(person.get_by_role("link", name="前の版を開く(PDF)")).to_be_visible()
        follow(person.get_by_role("button", name="この内容で確認する"))
    again = chair.get_by_text("再確定")
    until(lambda: chair.reload() and again.is_visible())


def confirm_and_archive(
    clerk: Visitor, chair: Visitor, member: Visitor, sitting: str
) -> None:
    clerk.page.goto(f"/sittings/{sitting}/")
    follow(clerk.page.get_by_role("link", name="会議録の案を回覧する"))
    follow(clerk.page.get_by_role("button", name="回覧する"))
    record = clerk.page.url
    correct(clerk.page, member.page, record)
    for person in (chair.page, member.page):
        person.goto(record)
        expect(person.get_by_text(MENDED)).to_be_visible()
        follow(person.get_by_role("button", name="この内容で確認する"))
    archived = chair.page.get_by_role("link", name="会議録を開く(PDF)")
    until(lambda: chair.page.reload() and archived.is_visible())
    follow(archived)
    expect(chair.page.locator(".viewer__page")).to_be_visible()
    reopen_and_confirm_again(clerk.page, chair.page, member.page, record)
