"""Sign-in by the city's identity service in a real Chromium, across two sites."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from members.models import CityIdentity, SignIn
from members.services import factors
from portal.core import oidc
from portal.core.models import AuditHead
from tests import cast as people
from tests import provider as providers
from tests.cast import Cast
from tests.following import follow
from tests.members.test_sign_in_in_browser import PASSWORD, accessible
from tests.provider import Provider

pytestmark = pytest.mark.browser

NAME = "見本市職員認証"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    town = people.assemble()
    town.chair.login, town.chair.password = "gicho", make_password(PASSWORD)
    town.chair.save()
    return town


@pytest.fixture
def service(
    settings: Settings, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    monkeypatch.setattr(oidc, "_kept", {})
    with providers.running() as provider:
        settings.BASE_URL = live_server.url
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_CLIENT_ID = providers.CLIENT
        settings.OIDC_CLIENT_SECRET = providers.SECRET
        settings.OIDC_NAME = NAME
        settings.OIDC_TWO_FACTORS = ["mfa"]
        provider.proved = {"amr": ["pwd", "mfa"]}
        yield provider


def seen(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    accessible(page)


def bind(page: Page, url: str, card_code: str) -> None:
    page.goto(f"{url}/own/")
    page.get_by_label("利用者名").fill("gicho")
    page.get_by_label("パスワード").fill(PASSWORD)
    follow(page.get_by_role("button", name="次へ進む"))
    page.get_by_label("確認コード").fill(card_code)
    follow(page.get_by_role("button", name="確認する"))
    follow(page.get_by_role("link", name=f"{NAME}のIDを結び付ける"))
    seen(page, "このIDを、あなたのアカウントに結び付けますか")
    follow(page.get_by_role("button", name="結び付ける"))
    expect(page.get_by_text("結び付けました。")).to_be_visible()
    accessible(page)


def enter(page: Page) -> None:
    follow(page.get_by_role("button", name="サインアウト", exact=True))
    follow(page.get_by_role("link", name="もう一度サインインする"))
    follow(page.get_by_role("link", name=f"{NAME}でサインインする"))
    expect(page.get_by_role("link", name="自分のサインイン")).to_be_visible()


def renew_and_unbind(page: Page, url: str) -> None:
    page.goto(f"{url}/step-up/?next=/own/city/remove/")
    seen(page, "もう一度、本人確認をお願いします")
    follow(page.get_by_role("link", name=f"{NAME}で確認する"))
    seen(page, "結び付けを外しますか")
    follow(page.get_by_role("button", name="外す"))
    expect(page.get_by_text("結び付けを外しました。")).to_be_visible()


def be_refused(page: Page) -> None:
    follow(page.get_by_role("button", name="サインアウト", exact=True))
    follow(page.get_by_role("link", name="もう一度サインインする"))
    follow(page.get_by_role("link", name=f"{NAME}でサインインする"))
    seen(page, "このIDでは確認できません")
    follow(page.get_by_role("link", name="かさねの方法でサインインする"))
    seen(page, "サインイン")


def in_chromium(url: str, card_code: str) -> list[str]:
    """The whole journey; what the browser complained of."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        page = browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        bind(page, url, card_code)
        enter(page)
        renew_and_unbind(page, url)
        be_refused(page)
        browser.close()
    return complaints


def test_bound_then_entered_then_unbound(
    cast: Cast, live_server: LiveServer, service: Provider
) -> None:
    code = factors.first_card(cast.chair)[0]
    with ThreadPoolExecutor(1) as pool:
        complaints = pool.submit(in_chromium, live_server.url, code).result()
    assert complaints == []
    assert not CityIdentity.objects.exists()
    assert SignIn.objects.filter(person=cast.chair).count() == 2
    ways = {asked["redirect_uri"] for asked in service.asked}
    assert ways == {f"{live_server.url}/sign-in/city/return/"}
