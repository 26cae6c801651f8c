"""The pictures of the manuals: each declared once, here.

``infra/bin/pictures`` takes them for docs/pictures, and a browser test takes them of
what the pages are now. A picture that stands in a numbered step of a manual shows the
page on which the words are that the step sets in 「」; one of them may be pointed out.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from portal.core import clock, jp
from portal.demo.identity import card_codes, uid
from tests.following import follow
from tests.journeys.conftest import Visitor
from tests.journeys.installation import Installation, until

DESK, PHONE = (1024, 720), (360, 640)
COLOURS = 64
RING = """e => {
    e.scrollIntoView({block: 'center'});
    Object.assign(e.style, {outline: '4px solid #c00', outlineOffset: '4px'});
}"""
SITTING = f"/sittings/{uid('sitting', 'north+00')}"
NEXT = f"/sittings/{uid('sitting', 'north+01')}"
DRAFT = f"/sittings/{uid('sitting', 'representatives+01')}"
BODY = uid("body", "shien_north")
CASE = f"/cases/{uid('case', 'eighty')}"
ITEM = f"/items/{uid('item', 'kinrin-5')}"
COMING = f"/items/{uid('item', 'representatives-next-1')}"
# Who comes by the link of a mail, and where that arrived.
LINKED = {
    "kagami": "kagami@mihon-clinic.example",
    "anzai": "anzai@michishirube.example",
}

Act = Callable[[Visitor], None]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture by its file's name: who sees which page, after doing what.

    The pictures of one person are taken in their order, in one window.
    """

    name: str
    who: str  # of the demo: staff sign in, others come by their link
    path: str = ""  # empty: where the person stands
    before: Act | None = None
    point: str = ""  # the words of the control that gets a ring

    @property
    def phone(self) -> bool:
        """Whether it is a telephone's picture."""
        return self.name.endswith("-phone")


def press(words: str) -> Act:
    """Press the button, and wait for the next page."""

    def act(visitor: Visitor) -> None:
        follow(visitor.page.get_by_role("button", name=words).first)

    return act


def turn(words: str) -> Act:
    """Follow the link, and wait for the next page."""

    def act(visitor: Visitor) -> None:
        follow(visitor.page.get_by_role("link", name=re.compile(words)).first)

    return act


def open_link(person: str, subject: str) -> Act:
    """Open the link of the mail with this subject."""

    def act(visitor: Visitor) -> None:
        demo = visitor.installation
        mails = until(lambda: demo.mails(LINKED[person]))
        visitor.open_link_in(next(mail for mail in mails if subject in mail.subject))

    return act


def enter(person: str, number: int = 0) -> Act:
    """From the field for a code of the paper card to where the link leads."""

    def act(visitor: Visitor) -> None:
        page = visitor.page
        code = card_codes(person, number + 1)[number]
        page.locator("input[autocomplete=one-time-code]").fill(code)
        follow(page.get_by_role("button", name="次へ進む"))
        if "/own/offer/" in page.url:
            turn("あとにして")(visitor)

    return act


def answer_all(visitor: Visitor) -> None:
    """Choose the first answer to each question of the page."""
    for answer in visitor.page.locator("input:is([value=present], [value=yes])").all():
        answer.check()


def in_turn(*acts: Act) -> Act:
    """One after the other."""

    def act(visitor: Visitor) -> None:
        for each in acts:
            each(visitor)

    return act


def turn_pages(visitor: Visitor) -> None:
    """Open the case's summary, and wait for its first page."""
    turn("事例概要")(visitor)
    visitor.page.locator(".viewer__page").first.evaluate("picture => picture.decode()")


def start(visitor: Visitor) -> None:
    """Check in and begin the first item of today's meeting."""
    press("受付をする")(visitor)
    visitor.page.get_by_role("button", name="この議題を始める").click()
    expect(visitor.page.locator("textarea").first).to_be_visible()


PICTURES = (
    Picture(name="home-chair", who="sakaki", path="/", point="次第を見て承認する"),
    Picture(
        name="sitting-approve",
        who="sakaki",
        path=f"{NEXT}/approve/",
        point="承認して案内を送る",
    ),
    Picture(
        name="record",
        who="sakaki",
        path=f"/items/{uid('item', 'eighty-3')}/record/",
    ),
    Picture(name="home-secretariat", who="tachibana", path="/"),
    Picture(name="case", who="tachibana", path=f"{CASE}/", point="同意を登録する"),
    Picture(
        name="year-plan",
        who="tachibana",
        path=f"/year/{BODY}/plan/?year={jp.fiscal_year(clock.today()) + 1}",
        before=press("日を確かめる"),
        point="この日程で会議をつくる",
    ),
    Picture(name="agenda", who="tachibana", path=f"{DRAFT}/", point="議題を追加する"),
    Picture(name="item-people", who="tachibana", path=f"{COMING}/people/"),
    Picture(name="paper-release", who="tachibana", path=f"{ITEM}/papers/release/"),
    Picture(name="invitation-board", who="tachibana", path=f"{SITTING}/invitations/"),
    Picture(name="link-board", who="tachibana", path=f"{SITTING}/links/"),
    Picture(name="progress-board", who="tachibana", path="/progress/"),
    Picture(name="body-rules", who="tachibana", path=f"/bodies/{BODY}/"),
    Picture(name="people", who="tachibana", path="/people/", point="人を登録する"),
    Picture(
        name="card-issue",
        who="tachibana",
        path="/people/",
        before=turn("コードカード"),
        point="本人確認の作り直しを依頼する",
    ),
    Picture(name="room", who="tachibana", path=f"{SITTING}/room/", before=start),
    Picture(name="home-administrator", who="sena", path="/"),
    Picture(name="set-up", who="sena", path="/set-up/"),
    Picture(name="accounts", who="sena", path="/administration/"),
    Picture(name="relaxation", who="sena", path="/administration/relaxations/new/"),
    Picture(name="home-auditor", who="hosaka", path="/"),
    Picture(name="had-find", who="hosaka", path="/had/", point="記録を調べる"),
    Picture(name="heads", who="hosaka", path="/had/heads/"),
    Picture(
        name="gate-phone",
        who="kagami",
        before=open_link("kagami", "会議のお知らせ"),
        point="紙のコードカードを使う",
    ),
    Picture(
        name="code-phone",
        who="kagami",
        before=turn("紙のコードカードを使う"),
        point="次へ進む",
    ),
    Picture(name="member-sitting-phone", who="kagami", before=enter("kagami")),
    Picture(name="viewer-phone", who="kagami", before=turn_pages),
    Picture(
        name="reply-phone",
        who="anzai",
        before=in_turn(
            open_link("anzai", "会議のお知らせ"),
            turn("紙のコードカードを使う"),
            enter("anzai"),
            answer_all,
        ),
        point="この内容で答える",
    ),
    Picture(
        name="poll-answer-phone",
        who="anzai",
        before=in_turn(
            open_link("anzai", "日程のお伺い"),
            turn("紙のコードカードを使う"),
            enter("anzai", 1),
            answer_all,
        ),
        point="この内容で回答する",
    ),
)


def shown(browser: Browser, demo: Installation) -> Iterator[tuple[Picture, Page]]:
    """Each picture with its page, ready to be taken."""
    for (who, phone), pictures in groupby(PICTURES, lambda p: (p.who, p.phone)):
        width, height = PHONE if phone else DESK
        with browser.new_context(
            base_url=demo.url,
            viewport={"width": width, "height": height},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
        ) as context:
            visitor = Visitor(demo, context)
            if who not in LINKED:
                visitor.enter_as(who)
            for picture in pictures:
                _stand(visitor, picture)
                yield picture, visitor.page


def _stand(visitor: Visitor, picture: Picture) -> None:
    page = visitor.page
    if picture.path:
        answer = page.goto(picture.path)
        assert answer is not None
        assert answer.status == 200, picture
    if picture.before:
        picture.before(visitor)
    if picture.point:
        control = page.locator("a, button", has_text=picture.point)
        control.first.evaluate(RING)


def keep(page: Page, picture: Picture, folder: Path) -> None:
    """Take the picture, with few colours, so that a manual stays light."""
    taken = Image.open(BytesIO(page.screenshot()))
    small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(folder / f"{picture.name}.png", optimize=True)
