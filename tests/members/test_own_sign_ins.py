"""自分のサインイン: one's devices and sessions, app and password, and nobody else's."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from members import devices, password_rules
from members.models import Person, SignIn
from members.services import factors, sign_ins
from members.services.people import NewPerson, enter_person
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)
NO_PASSWORD = "パスワードは登録されていません。"
BY_LINK = "ご案内のリンクと、確認コードやパスキーでお入りください。"
OLD, NEW = "むかしの合言葉です", "みどりの電車は三時に着く"


def code_of(key: str) -> str:
    return f"{totp(bytes.fromhex(key)):06d}"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Windows の Microsoft Edge"),
        (IPHONE, "iPhone の Safari"),
        ("curl/8", "不明な端末"),
        ("", "不明な端末"),
    ],
)
def test_a_device_is_named_in_plain_words(user_agent: str, words: str) -> None:
    assert devices.words(user_agent) == words


def test_one_sees_ones_own_sign_ins_and_ends_them(
    cast: Cast, signed_in: SignInAs
) -> None:
    here = signed_in(cast.chair)
    there = sign_ins.start(
        person=cast.chair, strength=2, address="198.51.100.7", user_agent=IPHONE
    )
    other = sign_ins.start(person=cast.secretariat, strength=2, user_agent=WINDOWS)
    page = here.get(reverse("members:own")).content.decode()
    assert "iPhone の Safari" in page
    assert "198.51.100.7" in page
    assert "この端末" in page
    assert str(other.id) not in page
    end = reverse("members:sign-in-end", args=[other.id])
    assert here.post(end).status_code == 404
    assert here.post(reverse("members:sign-in-end", args=[there.id])).status_code == 302
    there.refresh_from_db()
    other.refresh_from_db()
    assert there.ends_at is not None
    assert other.ends_at is None
    assert here.get(reverse("members:own")).status_code == 200


def test_all_other_sign_ins_end_at_once(cast: Cast, signed_in: SignInAs) -> None:
    here, there = signed_in(cast.chair), signed_in(cast.chair)
    stranger = signed_in(cast.secretariat)
    here.post(reverse("members:sign-ins-end"))
    assert here.get(reverse("members:own")).status_code == 200
    assert there.get(reverse("members:own")).status_code == 302
    assert stranger.get(reverse("members:own")).status_code == 200
    event = AuditEvent.objects.get(action="members.sign_in.end_others")
    assert event.detail == {"ended": 1}


def test_an_app_is_enrolled_by_its_first_code_which_opens_nothing_more(
    cast: Cast, signed_in: SignInAs
) -> None:
    client, url = signed_in(cast.chair), reverse("members:app-add")
    page = client.get(url).content.decode()
    assert "<svg" in page
    words = page.split('<p class="break number">')[1].split("</p>")[0]
    assert client.get(url).content.decode().count(words) == 1  # the key stays
    wrong = {"token": "000000", "name": "電話"}
    assert client.post(url, wrong).status_code == 422
    assert not TOTPDevice.objects.exists()
    actor = factories.sign_in(cast.chair)
    key = factors.new_app_key(actor=actor)
    app = factors.enrol_app(actor=actor, key=key, token=code_of(key), name="電話")
    assert app.user == cast.chair
    proof = {"person": cast.chair, "device_id": app.persistent_id}
    assert not factors.verify(**proof, token=code_of(key))
    subject = "かさね サインインの方法が変わりました"
    assert OutgoingMail.objects.filter(subject=subject).count() == 1


def test_the_key_of_an_app_stands_sealed_in_the_session_of_who_asked(
    cast: Cast, signed_in: SignInAs
) -> None:
    asked, other = signed_in(cast.chair), signed_in(cast.secretariat)
    url = reverse("members:app-add")
    asked.get(url)
    sealed = asked.session["new_app"]
    session = other.session
    session["new_app"] = sealed
    session.save()
    other.raise_request_exception = False
    assert other.get(url).status_code == 500


def test_the_last_way_to_prove_oneself_stays_and_nobody_elses_is_removed(
    cast: Cast,
) -> None:
    actor = factories.sign_in(cast.chair)
    app = TOTPDevice.objects.create(user=cast.chair, name="電話")
    with pytest.raises(RefusedError, match="入る方法がなくなります"):
        factors.remove(actor=actor, kind="app", factor_id=app.pk)
    spare = TOTPDevice.objects.create(user=cast.chair, name="予備")
    for kind, stranger in (("app", cast.secretariat), ("card", cast.chair)):
        with pytest.raises(HiddenError):
            factors.remove(
                actor=factories.sign_in(stranger), kind=kind, factor_id=app.pk
            )
    stale = factories.sign_in(cast.chair, strong_at=clock.now() - timedelta(minutes=5))
    with pytest.raises(StepUpError):
        factors.remove(actor=stale, kind="app", factor_id=app.pk)
    factors.remove(actor=actor, kind="app", factor_id=app.pk)
    assert [d.pk for d in factors.usable_devices(cast.chair)] == [spare.pk]


def test_a_new_password_ends_what_the_old_one_opened_elsewhere(
    cast: Cast, signed_in: SignInAs
) -> None:
    cast.chair.password = make_password(OLD)
    cast.chair.save()
    here, there = signed_in(cast.chair), signed_in(cast.chair)
    url = reverse("members:password-change")
    page = here.post(url, {"current": "違います", "new": NEW})
    assert "今のパスワードが違います。" in page.content.decode()
    assert here.post(url, {"current": OLD, "new": NEW}).status_code == 302
    assert there.get(reverse("members:own")).status_code == 302
    stored = Person.objects.get(id=cast.chair.id).password
    assert check_password(NEW, stored)
    assert NEW not in str(list(AuditEvent.objects.values_list("detail")))


def test_who_comes_by_links_is_offered_no_password_to_change(
    cast: Cast, signed_in: SignInAs
) -> None:
    entry = NewPerson(cast.clinic.organization, "川名 美咲")
    member = enter_person(
        actor=factories.sign_in(cast.secretariat), body=cast.shien, entry=entry
    )
    browser, url = signed_in(member), reverse("members:password-change")
    assert url not in browser.get(reverse("members:own")).content.decode()
    SignIn.objects.update(strong_at=clock.now() - timedelta(minutes=6))
    page = browser.get(url)  # not by way of a proof that costs a code of the card
    assert page.status_code == 409
    assert f"{NO_PASSWORD}{BY_LINK}" in page.content.decode()
    assert browser.post(url, {"current": OLD, "new": NEW}).status_code == 409
    assert url in signed_in(cast.chair).get(reverse("members:own")).content.decode()


def test_staff_without_a_password_are_not_sent_to_a_link(
    cast: Cast, signed_in: SignInAs
) -> None:
    """They come by the city's identity service or by a passkey."""
    cast.chair.set_unusable_password()
    cast.chair.save()
    page = signed_in(cast.chair).get(reverse("members:password-change"))
    words = page.content.decode()
    assert (page.status_code, NO_PASSWORD in words) == (409, True)
    assert BY_LINK not in words


def test_a_password_is_the_same_however_the_keyboard_wrote_it(
    cast: Cast, client: Client
) -> None:
    cast.chair.password = make_password("Midori no densha ガ")
    cast.chair.save()
    TOTPDevice.objects.create(user=cast.chair)
    login = {"login": cast.chair.login, "password": "Ｍｉｄｏｒｉ no densha ｶﾞ"}
    assert client.post(reverse("members:sign-in"), login).status_code == 302


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("みじかい", "8文字以上"),
        ("password", "漏れたことのある"),
        ("Password2026!", "漏れたことのある"),
        ("iloveyou123", "漏れたことのある"),
        ("11111111111", "漏れたことのある"),
        ("かさかさかさかさ", "漏れたことのある"),
        ("abcdefghijklmno", "漏れたことのある"),
        ("9876543210", "漏れたことのある"),
        ("見本市かさね2026", "別の言葉を加えて"),
        ("見本 太郎0401!", "別の言葉を加えて"),
        ("あ" * 257, "256文字以内"),
    ],
)
def test_what_is_short_known_or_about_us_is_no_password(
    cast: Cast, password: str, words: str
) -> None:
    cast.chair.name = "見本 太郎"
    with pytest.raises(InvalidError, match=words):
        password_rules.require_good(password, cast.chair)


@pytest.mark.parametrize(
    "password",
    [
        "みどりの電車は三時に着く",
        "correct horse battery",
        "見本市の坂で会う約束",
        "x7$kq9Lm",
    ],
)
def test_any_kind_of_letters_will_do(cast: Cast, password: str) -> None:
    password_rules.require_good(password, cast.chair)


def test_the_page_asks_no_more_of_the_database_with_more_sign_ins(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.chair)
    url = reverse("members:own")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(5):
        sign_ins.start(person=cast.chair, strength=2)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    assert SignIn.objects.filter(person=cast.chair).count() == 6
