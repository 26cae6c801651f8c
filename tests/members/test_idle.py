"""A sign-in that grows idle: told before, and nothing that was typed is lost (R7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import SignIn
from members.services import sign_ins
from portal.core import clock
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs
from tests.members.test_pages import PASSWORD, code_of, staff_with_totp

TYPED = {"scope": "支援者会議の構成員 <b>", "evidence": "様式1-1への署名"}
IDLE = timedelta(minutes=31)


def send_too_late(client: Client, cast: Cast) -> str:
    """Where the browser is sent with a form that took its sender too long."""
    SignIn.objects.update(seen_at=clock.now() - IDLE)
    page = reverse("members:consent-enter", args=[cast.case.id])
    came_from = {"Referer": f"http://testserver{page}"}
    return str(client.post(page, TYPED, headers=came_from)["Location"])


def enter(client: Client, cast: Cast, page: str) -> Any:
    """Both halves of a sign-in as the chair; the answer to the second."""
    device = staff_with_totp(cast)
    login = {"login": cast.chair.login, "password": PASSWORD}
    factor = client.post(page, login)["Location"]
    token = {"device": device.persistent_id, "token": code_of(device)}
    return client.post(factor, token)


def test_a_form_that_came_too_late_waits_for_its_sender(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.chair)
    page = send_too_late(client, cast)
    assert page.startswith(reverse("members:sign-in"))
    assert TYPED["scope"] not in str(dict(client.session))
    assert "入力された内容は残っています" in client.get(page).content.decode()
    shown = enter(client, cast, page).content.decode()
    form = reverse("members:consent-enter", args=[cast.case.id])
    assert f'action="{form}"' in shown
    assert "支援者会議の構成員 &lt;b&gt;" in shown
    assert "held_form" not in client.session


def test_nobody_else_gets_the_form(cast: Cast, signed_in: SignInAs) -> None:
    client = signed_in(cast.secretariat)
    page = send_too_late(client, cast)
    answer = enter(client, cast, page)
    assert answer.status_code == 302
    assert "held_form" not in client.session


@pytest.mark.parametrize("ended", ["at the desk", "from afar"])
def test_a_sign_in_that_was_ended_keeps_nothing(
    cast: Cast, signed_in: SignInAs, ended: str
) -> None:
    client = signed_in(cast.chair)
    if ended == "at the desk":
        client.post(reverse("members:sign-out"))
    else:
        sign_ins.end_all(person=cast.chair)
    send_too_late(client, cast)
    assert "held_form" not in client.session


def test_to_stay_moves_the_idle_clock_on(cast: Cast, signed_in: SignInAs) -> None:
    client = signed_in(cast.clinic)
    before = clock.now() - timedelta(minutes=14)
    SignIn.objects.update(seen_at=before)
    assert client.post(reverse("members:stay")).status_code == 204
    assert SignIn.objects.get().seen_at > before
    page = client.get(reverse("meetings:home")).content.decode()
    assert 'data-idle="900"' in page
    assert 'data-idle="1800"' in signed_in(cast.chair).get("/").content.decode()
