"""A removed member's open page, live minutes and running download stop (P5).

The clinic's 各務 sits on the third item of today's meeting. The secretariat ends the
selection while a paper is open in one tab, the minutes are followed in another and
a download runs slowly. What the page asks afterwards is answered by a no, and the line
carries no further word. How many seconds that takes, ``make bench`` measures.
"""

import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from portal.core import clock
from portal.demo.identity import card_codes, uid
from tests.following import follow
from tests.journeys.conftest import Visitor
from tests.journeys.installation import until
from tests.journeys.test_month import add_entry, choose

pytestmark = pytest.mark.browser

SITTING = uid("sitting", "north+00")
CASE = "R7-004"
MEMBER, ADDRESS = "各務 悠", "kagami@mihon-clinic.example"
SPOKEN = "母の通院は途切れていない。"
AFTERWARDS = "この文は、選定を終えたあとに書かれた。"
BOUND_SECONDS = 2.0
LARGE = 64 * 1024 * 1024


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A text of 64 MB: far more than sockets keep on their way."""
    file = tmp_path / "通院の記録.txt"
    line = "令和8年11月21日 通院。落ち着いている。\n" * 1000
    file.write_text(line * (LARGE // len(line.encode())), encoding="utf-8")
    return file


class SlowDownload:
    """A download through a reader that takes a little and then stops reading."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        site = urlsplit(visitor.installation.url)
        cookies = "; ".join(
            f"{c['name']}={c['value']}" for c in visitor.context.cookies()
        )
        self.socket = socket.create_connection((site.hostname, site.port), timeout=30)
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {site.netloc}\r\n"
            f"Cookie: {cookies}\r\nConnection: close\r\n\r\n".encode()
        )
        self.received = self.socket.recv(65_536)
        assert b" 200 " in self.received.split(b"\r\n")[0], self.received[:200]

    def rest(self) -> int:
        """Read on to the end or the cut; how many bytes came in all."""
        count = len(self.received)
        try:
            while chunk := self.socket.recv(1 << 20):
                count += len(chunk)
        except ConnectionError:
            pass
        self.socket.close()
        return count


def file_large(clerk: Page, large: Path) -> None:
    clerk.goto(f"/items/{uid('item', 'kinrin-5')}/papers/")
    clerk.locator("input[type=file]").set_input_files(large)
    clerk.locator("[data-title]").fill("通院の記録")
    clerk.get_by_role("button", name="登録する").click()
    expect(clerk.get_by_role("link", name="通院の記録")).to_be_visible(timeout=60_000)
    follow(clerk.get_by_role("link", name="公開する相手を決める").first)
    choose(clerk, MEMBER, "通院の記録", "original")
    follow(clerk.get_by_role("button", name="確認へ進む"))
    follow(clerk.get_by_role("button", name="この内容で公開する"))


def enter(member: Visitor) -> None:
    member.open_link_in(member.installation.notice_of(clock.today(), ADDRESS))
    page = member.page
    member.type_card_code(card_codes("kagami", 1)[0])
    member.go_on()
    page.wait_for_url(f"**/sittings/{SITTING}/")


def open_item(clerk: Page) -> None:
    clerk.goto(f"/sittings/{SITTING}/room/")
    checking = clerk.get_by_role("button", name="受付をする")
    if checking.is_visible():
        follow(checking)
    clerk.locator("#items").get_by_text(CASE).click()
    row = clerk.locator(".roster__row", has_text=MEMBER)
    row.get_by_role("button", name="受付").click()
    expect(row.get_by_text("受付済み")).to_be_visible()
    clerk.get_by_role("button", name="この議題を始める").click()
    add_entry(clerk, "協議", SPOKEN)


def remove(desk: Page) -> float:
    """End the selection; the moment at which the answer came."""
    desk.goto("/cases/")
    follow(desk.get_by_role("link", name=CASE))
    row = desk.locator("tr", has_text=MEMBER)
    row.get_by_text("選定を終える", exact=True).click()
    with desk.expect_navigation(wait_until="commit"):
        row.get_by_role("button").click()
    return time.time()


def test_everything_stops_when_the_selection_ends(
    visitors: list[Visitor], large: Path
) -> None:
    clerk, member, desk = visitors
    clerk.enter_as("tachibana")
    desk.enter_as("tachibana")
    enter(member)  # an opened link is kept; the papers' notice would bring a new one
    file_large(clerk.page, large)
    open_item(clerk.page)

    room, page = member.page, member.context.new_page()
    page.goto(f"/sittings/{SITTING}/")
    paper = page.get_by_role("link", name=re.compile("通院の記録")).get_attribute(
        "href"
    )
    follow(page.get_by_role("link", name=re.compile("事例概要")))
    expect(page.locator(".viewer__page")).to_be_visible()
    room.goto(f"/sittings/{SITTING}/room/")
    spoken = room.get_by_text(SPOKEN)
    expect(spoken).to_be_visible()
    download = SlowDownload(member, f"{paper}download")

    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    since = remove(desk.page)
    expect(spoken).to_have_count(0)
    expect(page.locator(".viewer__page")).to_have_count(0)
    asked_late = [a for a in answers if a.request.timing["startTime"] > since * 1000]
    assert [a.url for a in asked_late if a.status == 204] == []
    until(lambda: time.time() > since + BOUND_SECONDS)
    assert download.rest() < LARGE / 2
    add_entry(clerk.page, "協議", AFTERWARDS)
    expect(room.locator("body")).not_to_contain_text(AFTERWARDS)
    for address in (f"{paper}download", str(paper)):
        answer = member.context.request.get(address, max_redirects=0)
        assert answer.status == 404, address
