"""Passkeys in a real Chromium, with a virtual authenticator behind it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import make_password
from django.db import connection
from django_otp_webauthn.models import WebAuthnCredential
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from members.models import SignIn
from members.services import factors
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.following import follow

pytestmark = pytest.mark.browser

PASSWORD = "よいパスワードは長い合言葉です"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it. The chair has a card."""
    AuditHead.objects.get_or_create(id=1)
    town = people.assemble()
    town.chair.login, town.chair.password = "gicho", make_password(PASSWORD)
    town.chair.save()
    return town


def accessible(page: Page) -> None:
    """The rules of WCAG 2.2 AA hold, and nothing sticks out at 360 px."""
    page.wait_for_load_state()
    page.set_viewport_size({"width": 360, "height": 740})
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.response["violations"] == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    page.set_viewport_size({"width": 1280, "height": 900})


def enrol(page: Page, url: str, card_code: str) -> None:
    page.goto(f"{url}/own/")
    page.get_by_label("利用者名").fill("gicho")
    page.get_by_label("パスワード").fill(PASSWORD)
    follow(page.get_by_role("button", name="次へ進む"))
    page.get_by_label("確認コード").fill(card_code)
    follow(page.get_by_role("button", name="確認する"))
    expect(page.get_by_role("heading", name="自分のサインイン")).to_be_visible()
    accessible(page)
    follow(page.get_by_role("link", name="認証アプリを登録する"))
    expect(page.locator("svg.segno")).to_be_visible()
    accessible(page)
    page.go_back()
    follow(page.get_by_role("link", name="パスキーを登録する"))
    page.get_by_label("パスキーの名前").fill("業務用のパソコン")
    accessible(page)
    follow(page.get_by_role("button", name="パスキーを作る"))
    expect(page.get_by_text("パスキーを登録しました。")).to_be_visible()
    expect(page.get_by_text("業務用のパソコン").first).to_be_visible()


def enter(page: Page) -> None:
    follow(page.get_by_role("button", name="サインアウト", exact=True))
    follow(page.get_by_role("link", name="もう一度サインインする"))
    follow(page.get_by_role("button", name="パスキーでサインインする"))
    expect(page.get_by_role("link", name="自分のサインイン")).to_be_visible()


def renew(page: Page, url: str) -> None:
    """The proof is older than five minutes by now: the same passkey renews it."""
    page.goto(f"{url}/own/password/")
    follow(page.get_by_role("button", name="パスキーで確認する"))
    expect(page.get_by_role("heading", name="パスワードを変える")).to_be_visible()


def refuse(page: Page, url: str) -> None:
    """An authenticator without our key: the page says what else there is."""
    page.goto(f"{url}/sign-in/")
    page.get_by_role("button", name="パスキーでサインインする").click()
    expect(page.get_by_text("別の方法をお使いください。")).to_be_visible()


def in_chromium(url: str, card_code: str) -> list[str]:
    """The journey up to a sign-in by passkey alone; what the browser complained of."""
    complaints: list[str] = []
    said: list[tuple[str, str]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        page = browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: said.append((line.type, line.text)))
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable", {"enableUI": False})
        device = devtools.send(
            "WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR}
        )
        enrol(page, url, card_code)
        enter(page)
        with ThreadPoolExecutor(1) as beside:  # the database is not for this thread
            beside.submit(grow_old).result()
        renew(page, url)
        devtools.send("WebAuthn.clearCredentials", device)
        refuse(page, url)
        browser.close()
    return complaints + [text for kind, text in said if kind == "error"]


def grow_old() -> None:
    SignIn.objects.update(strong_at=clock.now() - timedelta(minutes=5))
    connection.close()


def test_a_card_brings_in_a_passkey_which_then_does_alone(
    cast: Cast, live_server: LiveServer, settings: Any
) -> None:
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    actor = factories.sign_in(cast.secretariat)
    _card, codes = factors.issue_card(actor=actor, person=cast.chair)
    with ThreadPoolExecutor(1) as pool:
        complaints = pool.submit(in_chromium, live_server.url, codes[0]).result()
    assert complaints == []
    passkey = WebAuthnCredential.objects.get()
    assert (passkey.user, passkey.name) == (cast.chair, "業務用のパソコン")
    assert passkey.last_used_at is not None
    newest = SignIn.objects.filter(person=cast.chair).latest("started_at")
    assert (newest.strength, newest.link_id) == (2, None)
