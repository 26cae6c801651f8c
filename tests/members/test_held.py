"""A form that waits: the one that was pressed last, after the proof asked for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from members import held, http
from members.models import SignIn
from portal.core import clock
from tests.cast import Cast
from tests.clients import client_of
from tests.conftest import SignIn as SignInAs
from tests.members.test_pages import PASSWORD, code_of, staff_with_totp

TYPED = {"scope": "支援者会議の構成員", "evidence": "様式1-1への署名"}
STALE = timedelta(minutes=6)
IDLE = timedelta(minutes=31)


@pytest.fixture
def device(cast: Cast) -> TOTPDevice:
    """By which the chair proves who they are."""
    return staff_with_totp(cast)


@pytest.fixture
def chair(cast: Cast, device: TOTPDevice, signed_in: SignInAs) -> Client:
    """The chair's browser; the proof is a while ago."""
    return signed_in(cast.chair, strong_at=clock.now() - STALE)


def consent(cast: Cast) -> str:
    return reverse("members:consent-enter", args=[cast.case.id])


def press(client: Client, cast: Cast, **more: Any) -> str:
    """Send the form of a consent; where the browser is sent."""
    return str(client.post(consent(cast), TYPED, **more)["Location"])


def prove(client: Client, page: str, device: TOTPDevice) -> Any:
    token = {"device": device.persistent_id, "token": code_of(device)}
    return client.post(page, token)


def grow_idle() -> None:
    SignIn.objects.update(seen_at=clock.now() - IDLE)


def enter(client: Client, page: str, device: TOTPDevice) -> Any:
    """Both halves of the chair's sign-in; the answer to the second."""
    login = {"login": device.user.login, "password": PASSWORD}
    return prove(client, client.post(page, login)["Location"], device)


def test_a_proof_for_a_page_sends_on_no_form_that_was_given_up(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    given_up = press(chair, cast)
    page = chair.get(consent(cast))["Location"]
    assert page.startswith(reverse("members:step-up"))
    assert prove(chair, page, device)["Location"] == consent(cast)
    assert held.KEY in chair.session, "its own proof, in another tab, sends it on"
    device.throttling_failure_count, device.last_t = 0, -1
    device.save()
    shown = prove(chair, given_up, device).content.decode()
    assert f'action="{consent(cast)}"' in shown


def test_the_next_act_takes_the_place_of_the_form_that_waits(
    cast: Cast, chair: Client
) -> None:
    press(chair, cast)
    chair.post(consent(cast))  # a plain button has nothing to keep
    assert held.KEY not in chair.session


def test_who_goes_on_is_told_when_and_what(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    shown = prove(chair, press(chair, cast), device).content.decode()
    assert "に押された操作は、まだ終わっていません" in shown
    assert f"「{TYPED['scope']}」" in shown


def test_the_way_back_is_a_page_of_ours(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    page = press(chair, cast, headers={"Referer": "https://elsewhere.example/"})
    shown = prove(chair, page, device).content.decode()
    assert "elsewhere.example" not in shown


def test_a_form_of_long_ago_is_gone(
    cast: Cast, chair: Client, device: TOTPDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow_idle()
    page = press(chair, cast)
    assert held.KEY in chair.session
    monkeypatch.setattr(held, "LIFE", timedelta(0))
    assert "入力された内容は残っています" not in chair.get(page).content.decode()
    assert enter(chair, page, device).status_code == 302
    assert held.KEY not in chair.session


@pytest.mark.parametrize("by", ["page", "script", "stay"])
def test_what_else_a_browser_asks_leaves_the_form_waiting(
    cast: Cast, chair: Client, by: str
) -> None:
    grow_idle()
    press(chair, cast)
    kept = chair.session[held.KEY]
    if by == "page":
        chair.get(consent(cast))
    elif by == "script":
        chair.post(consent(cast), {"scope": "別"}, headers={"Accept": "*/*"})
    else:
        chair.post(reverse("members:stay"), headers={"Accept": "*/*"})
    assert chair.session[held.KEY] == kept


def test_an_act_of_a_script_is_not_kept(cast: Cast, chair: Client) -> None:
    press(chair, cast, headers={"Accept": "application/json"})
    assert held.KEY not in chair.session


def test_a_code_that_comes_too_late_leaves_the_text_waiting(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    """Text, the step-up page, lunch, the code: after the sign-in the text goes on."""
    referer = f"http://testserver{consent(cast)}"
    step_up = press(chair, cast, headers={"Referer": referer})
    grow_idle()
    sign_in = prove(chair, step_up, device)["Location"]
    assert sign_in.startswith(reverse("members:sign-in"))
    assert "step-up" not in sign_in, "the sign-in proves as much"
    shown = enter(chair, sign_in, device).content.decode()
    assert TYPED["scope"] in shown
    assert 'name="token"' not in shown


@pytest.mark.parametrize("too_late", ["for the proof", "for the sign-in"])
def test_passwords_do_not_wait(cast: Cast, chair: Client, too_late: str) -> None:
    if too_late == "for the sign-in":
        grow_idle()
    page = reverse("members:password-change")
    form = {"old": PASSWORD, "new": "新しい長い合言葉です", "again": "x"}
    assert chair.post(page, form).status_code == 302
    assert held.KEY not in chair.session


def test_after_ten_hours_the_form_still_waits(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    now = clock.now()
    SignIn.objects.update(started_at=now - timedelta(hours=10), seen_at=now)
    page = press(chair, cast)
    assert TYPED["scope"] in enter(chair, page, device).content.decode()
    assert settings.SESSION_COOKIE_AGE > settings.SESSION_HOURS * 3600


def test_half_a_sign_in_loses_no_form_of_another_tab(
    cast: Cast, chair: Client, device: TOTPDevice
) -> None:
    grow_idle()
    sign_in = chair.get(consent(cast))["Location"]
    login = {"login": cast.chair.login, "password": PASSWORD}
    factor = chair.post(sign_in, login)["Location"]
    press(chair, cast)
    assert TYPED["scope"] in prove(chair, factor, device).content.decode()


class Tabs:
    """A shared computer, whose browser sends the tokens of its pages."""

    def __init__(self, person: Any) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.cookies = client_of(person).cookies
        self.page = self.token()

    def token(self) -> str:
        """Of a page that is opened now."""
        return str(self.client.get(reverse("meetings:home")).context["csrf_token"])

    def post(self, url: str, token: str, form: Mapping[str, Any] | None = None) -> Any:
        return self.client.post(url, {**(form or {}), "csrfmiddlewaretoken": token})

    def status_of_the_old_page(self) -> int:
        """What answers the usual button of the page that was opened first."""
        return int(self.post(reverse("members:stay"), self.page).status_code)

    def sign_in(self, device: TOTPDevice) -> None:
        page = reverse("members:sign-in")
        token = str(self.client.get(page).context["csrf_token"])
        login = {"login": device.user.login, "password": PASSWORD}
        factor = self.post(page, token, login)["Location"]
        code = {"device": device.persistent_id, "token": code_of(device)}
        assert self.post(factor, token, code).status_code == 302
        assert http.SESSION_KEY in self.client.session


def test_an_open_page_of_one_person_does_not_act_as_another(
    cast: Cast, device: TOTPDevice
) -> None:
    tabs = Tabs(cast.secretariat)
    assert tabs.status_of_the_old_page() == 204
    grow_idle()
    tabs.sign_in(device)
    assert tabs.status_of_the_old_page() == 403
    assert tabs.post(reverse("members:stay"), tabs.token()).status_code == 204


def test_an_open_page_goes_on_for_its_own_person(
    cast: Cast, device: TOTPDevice
) -> None:
    tabs = Tabs(cast.chair)
    grow_idle()
    tabs.sign_in(device)
    assert tabs.status_of_the_old_page() == 204


def test_an_open_page_is_worth_nothing_after_the_sign_out(
    cast: Cast, device: TOTPDevice
) -> None:
    tabs = Tabs(cast.chair)
    tabs.post(reverse("members:sign-out"), tabs.page)
    assert tabs.status_of_the_old_page() == 403
    tabs.sign_in(device)
    assert tabs.status_of_the_old_page() == 403


def test_a_page_of_a_session_that_is_gone_acts_for_nobody(
    cast: Cast, device: TOTPDevice
) -> None:
    tabs = Tabs(cast.secretariat)
    del tabs.client.cookies[settings.SESSION_COOKIE_NAME]
    tabs.sign_in(device)
    assert tabs.status_of_the_old_page() == 403


def test_every_page_knows_whose_it_is_and_until_when(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.clinic)
    began = SignIn.objects.get().started_at
    end = int((began + timedelta(hours=settings.SESSION_HOURS)).timestamp())
    page = client.get(reverse("meetings:home")).content.decode()
    assert f'data-ends="{end}"' in page
    assert f'data-person="{cast.clinic.id}"' in page
    sooner = clock.now() + timedelta(hours=1)
    SignIn.objects.update(ends_at=sooner)
    page = client.get(reverse("meetings:home")).content.decode()
    assert f'data-ends="{int(sooner.timestamp())}"' in page
