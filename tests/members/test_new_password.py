"""A password that somebody chooses: typed twice, or once and looked at."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from members.services import factors, passwords
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn, chromium
from tests.shown import POLICY, Shown, Window

OLD, NEW = "みどりの電車が三両すぎた", "あかい屋根の家が四軒ならぶ"
SLIP = "あかい屋根の家が五軒ならぶ"
EMPTIED = "空に戻った欄も入れ直して"
BOX, AGAIN = "入力した文字を表示する", "同じパスワードをもう一度"


@pytest.fixture
def beginning(cast: Cast) -> dict[str, str]:
    """What the chair types who has a card and no password yet."""
    cast.chair.login = "gicho"
    cast.chair.set_unusable_password()
    cast.chair.save()
    clerk = factories.sign_in(cast.secretariat)
    _card, codes = factors.issue_card(actor=clerk, person=cast.chair)
    return {"login": "gicho", "code": codes[0]}


def sent(client: Client, page: str, **typed: str) -> tuple[int, str]:
    answer = client.post(reverse(page), typed)
    return answer.status_code, answer.content.decode()


def test_who_does_not_look_types_a_first_password_twice(
    cast: Cast, client: Client, beginning: dict[str, str]
) -> None:
    for again, words in ((SLIP, "2つの入力が違います"), ("", AGAIN)):
        status, page = sent(client, "members:begin", **beginning, new=NEW, again=again)
        assert (status, words in page) == (422, True)
        assert EMPTIED in page
        assert "残っています" not in page
    status, _page = sent(client, "members:begin", **beginning, new=NEW, again=NEW)
    assert status == 302  # no slip cost a code
    assert passwords.prove(login="gicho", password=NEW) == cast.chair


def test_who_looks_types_a_first_password_once(
    cast: Cast, client: Client, beginning: dict[str, str]
) -> None:
    assert sent(client, "members:begin", **beginning, new=NEW)[0] == 302
    assert passwords.prove(login="gicho", password=NEW) == cast.chair


def test_a_slip_changes_no_password(cast: Cast, signed_in: SignIn) -> None:
    cast.chair.password = make_password(OLD)
    cast.chair.save()
    client, page = signed_in(cast.chair), "members:password-change"
    status, words = sent(client, page, current=OLD, new=NEW, again=SLIP)
    assert (status, "2つの入力が違います" in words) == (422, True)
    assert NEW not in words
    assert sent(client, page, current=OLD, new=NEW, again=NEW)[0] == 302


@pytest.mark.browser
@pytest.mark.pure
def test_a_box_shows_the_password_and_asks_for_it_once(
    cast: Cast, client: Client, signed_in: SignIn
) -> None:
    pages = [
        shown(client, "members:begin"),
        shown(signed_in(cast.chair), "members:password-change"),
    ]
    with chromium() as browser:
        for page in pages:
            with browser.new_context(viewport={"width": 360, "height": 800}) as context:
                window = Window(context.new_page())
                window.show(page)
                look(window.page)
            with browser.new_context(java_script_enabled=False) as context:
                window = Window(context.new_page())
                window.show(page)
                expect(window.page.get_by_label(BOX)).to_be_hidden()
                expect(window.page.get_by_label(AGAIN)).to_be_visible()


def shown(client: Client, page: str) -> Shown:
    answer = client.get(reverse(page))
    assert answer.status_code == 200
    return Shown(page, reverse(page), answer.content, answer.headers[POLICY])


def look(page: Page) -> None:
    new, again = page.locator("#id_new"), page.get_by_label(AGAIN)
    expect(new).to_have_attribute("type", "password")
    expect(again).to_be_visible()
    new.press_sequentially("abc")
    page.keyboard.press("Tab")
    box = page.get_by_label(BOX)
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(new).to_have_attribute("type", "text")
    expect(new).to_have_value("abc")
    expect(again).to_be_hidden()
    expect(again).to_be_disabled()  # it is not sent, either
    page.keyboard.press("Space")
    expect(new).to_have_attribute("type", "password")
    expect(again).to_be_enabled()
    page.keyboard.press("Space")
    page.evaluate("addEventListener('submit', event => event.preventDefault())")
    page.evaluate("document.querySelector('form[data-once]').requestSubmit()")
    expect(new).to_have_attribute("type", "password")
