"""Passkeys: who may enrol one, what a right answer opens, and every wrong one."""

import re
from base64 import b32decode
from html import escape, unescape
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp_webauthn.models import WebAuthnCredential
from time_machine import TimeMachineFixture

from members.models import SignIn
from members.services import passkeys
from portal.core import clock
from portal.core.models import AuditEvent, OutgoingMail
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs
from tests.members.authenticator import (
    HOST,
    USER_PRESENT,
    USER_VERIFIED,
    Authenticator,
    packed,
)

PASSWORD = "よいパスワードは長い合言葉です"


def ask(client: Client, occasion: str) -> Any:
    page = client.post(reverse("members:passkey-question", args=[occasion]))
    assert page.status_code == 200
    return page.json()


def enrol(client: Client, key: Authenticator, **more: Any) -> Any:
    answer = key.make(ask(client, "enrol"))
    form = {"answer": answer, "name": "業務用のパソコン", **more}
    return client.post(reverse("members:passkey-add"), form)


def sent(client: Client, page: str, answer: str) -> int:
    form = {"answer": answer}
    return client.post(reverse(f"members:{page}"), form).status_code


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


@pytest.fixture
def owned(cast: Cast, signed_in: SignInAs, key: Authenticator) -> Authenticator:
    """The chair's passkey."""
    assert enrol(signed_in(cast.chair), key).status_code == 302
    return key


def at_second_half(cast: Cast) -> Client:
    cast.chair.password = make_password(PASSWORD)
    cast.chair.save()
    client = Client()
    login = {"login": cast.chair.login, "password": PASSWORD}
    page = client.post(reverse("members:sign-in"), login)
    assert page.status_code == 302
    return client


def test_a_passkey_is_enrolled_named_told_and_on_record(
    cast: Cast, owned: Authenticator
) -> None:
    passkey = WebAuthnCredential.objects.get()
    assert (passkey.user, passkey.name) == (cast.chair, "業務用のパソコン")
    assert passkey.confirmed
    letter = OutgoingMail.objects.get(person=str(cast.chair.id))
    assert letter.subject == "かさね サインインの方法が変わりました"
    assert AuditEvent.objects.filter(action="members.passkey.enrol").count() == 1


def test_enrolling_needs_a_proof_of_a_moment_ago(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    """A browser left open, or a forwarded mail, makes nobody a new key."""
    for how in ({"strong_at": None}, {"strength": 1}):
        client = signed_in(cast.chair, **how)
        for page in ("passkey-add", "app-add", "password-change"):
            answer = client.get(reverse(f"members:{page}"))
            assert answer["Location"].startswith(reverse("members:step-up"))
        question = client.post(reverse("members:passkey-question", args=["enrol"]))
        assert question.status_code == 302
        assert "challenge" not in question.content.decode()
    assert not WebAuthnCredential.objects.exists()


def test_a_passkey_becomes_the_acting_persons_whatever_is_sent_along(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    other = cast.secretariat
    more = {"person": str(other.id), "user": str(other.id), "user_id": str(other.id)}
    assert enrol(signed_in(cast.chair), key, **more).status_code == 302
    assert WebAuthnCredential.objects.get().user == cast.chair


def test_who_takes_up_the_offer_goes_on_to_the_page_it_stood_before(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    client, page = signed_in(cast.clinic), f"{reverse('members:case-list')}?q=1&r=2"
    passkey, app = offered(client, {"next": page})
    for way in (passkey, app):
        assert f'href="{escape(page)}"' in client.get(way).content.decode()
    form = {"answer": key.make(ask(client, "enrol")), "name": "鍵"}
    assert client.post(passkey, form)["Location"] == page
    shown = client.get(app).content.decode()
    words = shown.partition('<p class="break number">')[2].partition("<")[0]
    secret = b32decode(words.replace(" ", ""))
    form = {"token": f"{totp(secret):06d}", "name": "電話"}
    assert client.post(app, form)["Location"] == page


def test_the_offer_at_the_gate_leads_home_and_never_elsewhere(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    client = signed_in(cast.clinic)
    for asked in ({}, {"next": "https://elsewhere.example/"}):
        for way in offered(client, asked):
            assert way.endswith("?next=/")
    elsewhere = f"{reverse('members:passkey-add')}?next=https://elsewhere.example/"
    form = {"answer": key.make(ask(client, "enrol")), "name": "鍵"}
    assert client.post(elsewhere, form)["Location"] == reverse("meetings:home")


def offered(client: Client, asked: dict[str, str]) -> list[str]:
    """The addresses under which the offer lets one enrol: a passkey, an app."""
    client.defaults["HTTP_HOST"] = HOST  # elsewhere no passkey is offered
    page = client.get(reverse("members:own-offer"), asked).content.decode()
    ways = [reverse(f"members:{each}") for each in ("passkey-add", "app-add")]
    return [unescape(re.findall(f'href="({way}[^"]*)"', page)[0]) for way in ways]


def test_an_answer_counts_in_the_session_that_was_asked_and_once(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    asked, other = signed_in(cast.chair), signed_in(cast.secretariat)
    answer = key.make(ask(asked, "enrol"))
    ask(other, "enrol")
    form = {"answer": answer, "name": "鍵"}
    url = reverse("members:passkey-add")
    assert other.post(url, form).status_code == 422
    assert other.post(url, form).status_code == 422  # and nothing is asked any more
    assert asked.post(url, form).status_code == 302
    assert asked.post(url, form).status_code == 422
    assert WebAuthnCredential.objects.get().user == cast.chair


def test_a_question_to_one_person_is_answered_by_nobody_else(
    cast: Cast, owned: Authenticator
) -> None:
    """Also where a browser went from one hand to another and kept what it was asked."""
    asked = passkeys.begin_proof(cast.secretariat)
    answer = owned.use(asked.options)
    assert passkeys.prove(person=cast.chair, state=asked.state, answer=answer) is None
    assert passkeys.prove(person=None, state=asked.state, answer=answer) is None
    anybody = passkeys.begin_proof(None)
    answer = owned.use(anybody.options)
    assert passkeys.prove(person=cast.chair, state=anybody.state, answer=answer) is None
    proved = passkeys.prove(person=None, state=anybody.state, answer=answer)
    assert proved == cast.chair


def test_a_question_of_one_occasion_is_no_answer_to_another(
    cast: Cast, signed_in: SignInAs, owned: Authenticator
) -> None:
    client = signed_in(cast.chair, strong_at=None)
    answer = owned.use(ask(client, "enter"))
    assert sent(client, "step-up", answer) == 422


def test_a_passkey_is_the_second_half_of_a_sign_in(
    cast: Cast, owned: Authenticator
) -> None:
    client = at_second_half(cast)
    page = client.get(reverse("members:factor"), headers={"host": "localhost"})
    assert "data-passkey" in page.content.decode()
    answer = owned.use(ask(client, "factor"))
    done = client.post(reverse("members:factor"), {"answer": answer})
    assert done.status_code == 302
    assert SignIn.objects.latest("started_at").strength == 2
    assert client.get(reverse("members:case-list")).status_code == 200


def test_a_passkey_alone_is_a_whole_sign_in_for_who_has_a_sign_in_name(
    cast: Cast, signed_in: SignInAs, owned: Authenticator
) -> None:
    client = Client()
    question = ask(client, "enter")
    assert question.get("allowCredentials", []) == []  # tells nobody who is known here
    assert question["userVerification"] == "required"
    answer = owned.use(question)
    assert (
        client.post(reverse("members:sign-in"), {"answer": answer})["Location"] == "/"
    )
    assert client.get(reverse("members:case-list")).status_code == 200

    outside = Authenticator(b"passkey-of-the-clinic")
    assert enrol(signed_in(cast.clinic), outside).status_code == 302
    client = Client()
    answer = outside.use(ask(client, "enter"))
    assert sent(client, "sign-in", answer) == 422


def test_a_passkey_renews_the_factor_of_a_sign_in_by_mail(
    cast: Cast, signed_in: SignInAs, key: Authenticator
) -> None:
    assert enrol(signed_in(cast.clinic), key).status_code == 302
    client = signed_in(cast.clinic, strength=1)
    answer = key.use(ask(client, "step-up"))
    assert sent(client, "step-up", answer) == 302
    row = SignIn.objects.get(id=client.session["sign_in"])
    assert (row.strength, row.strong_at is not None) == (2, True)


def test_somebody_elses_passkey_renews_nothing(
    cast: Cast, signed_in: SignInAs, owned: Authenticator
) -> None:
    client = signed_in(cast.secretariat, strong_at=None)
    answer = owned.use(ask(client, "step-up"))
    assert sent(client, "step-up", answer) == 422
    assert SignIn.objects.get(id=client.session["sign_in"]).strong_at is None


WRONG: dict[str, dict[str, Any]] = {
    "another challenge": {"challenge": packed(b"x" * 64)},
    "no challenge": {"challenge": ""},
    "a false page": {"origin": "https://kasane.example.net"},
    "the same host without TLS": {"origin": "http://localhost.example"},
    "another port": {"origin": "http://localhost:1"},
    "another host's key": {"host": "example.net"},
    "not verified": {"flags": USER_PRESENT},
    "not present": {"flags": USER_VERIFIED},
    "no flags": {"flags": 0},
    "made, not used": {"type": "webauthn.create"},
    "unknown type": {"type": "payment.get"},
    "another key": {"key": ec.derive_private_key(8, ec.SECP256R1())},
    "no signature": {"signature": b""},
    "torn signature": {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
    "torn data": {"data": b"\x00" * 36},
    "other data than signed": {"data": bytes(32) + b"\x05" + bytes(4)},
    "a clone that counts behind": {"count": 0},
}


def test_a_tampered_answer_opens_nothing(owned: Authenticator) -> None:
    WebAuthnCredential.objects.update(sign_count=owned.count + 1)
    owned.count += 1
    opened = []
    for what, changes in WRONG.items():
        client = Client()
        answer = owned.use(ask(client, "enter"), **changes)
        if sent(client, "sign-in", answer) != 422 or "sign_in" in client.session:
            opened.append(what)
    assert opened == []
    answer = owned.use(ask(client, "enter"))  # and the right one still does
    assert sent(client, "sign-in", answer) == 302


NONSENSE = [
    *("", "{", "null", "[]", "1", '"x"', "{}", '{"id": 1}', "x" * 30_000),
    *("[" * 15_000, '{"id": NaN}', '{"id": "\\ud800", "rawId": 1}', "1" * 6_000),
    '{"id":"a","rawId":"a"}',
    '{"id":"YQ","rawId":"YQ","type":"public-key","response":{}}',
]


def test_nonsense_is_refused_like_a_wrong_answer(
    cast: Cast, owned: Authenticator, signed_in: SignInAs
) -> None:
    outside, inside = Client(), signed_in(cast.chair)
    for answer in NONSENSE:
        ask(outside, "enter")
        assert sent(outside, "sign-in", answer) == 422, answer
        ask(inside, "enrol")
        form = {"answer": answer, "name": "鍵"}
        page = inside.post(reverse("members:passkey-add"), form)
        assert page.status_code == 422, answer
    assert WebAuthnCredential.objects.count() == 1


def test_an_answer_is_good_for_five_minutes(
    cast: Cast, owned: Authenticator, time_machine: TimeMachineFixture
) -> None:
    client, start = Client(), clock.now()
    time_machine.move_to(start, tick=False)
    answer = owned.use(ask(client, "enter"))
    time_machine.move_to(start + passkeys.LIFE, tick=False)
    page = client.post(reverse("members:sign-in"), {"answer": answer})
    assert page.status_code == 422


def test_an_ended_account_and_a_removed_passkey_open_nothing(
    cast: Cast, owned: Authenticator
) -> None:
    cast.chair.ends_at = clock.now()
    cast.chair.save()
    client = Client()
    answer = owned.use(ask(client, "enter"))
    assert sent(client, "sign-in", answer) == 422
    cast.chair.ends_at = None
    cast.chair.save()
    WebAuthnCredential.objects.all().delete()
    answer = owned.use(ask(client, "enter"))
    assert sent(client, "sign-in", answer) == 422


def test_who_signs_in_at_a_new_browser_is_told_and_at_a_known_one_not(
    cast: Cast, owned: Authenticator
) -> None:
    def enter(client: Client) -> None:
        answer = owned.use(ask(client, "enter"))
        done = client.post(reverse("members:sign-in"), {"answer": answer})
        assert done.status_code == 302

    def told() -> int:
        subject = "かさね はじめての端末からのサインイン"
        return OutgoingMail.objects.filter(subject=subject).count()

    known, other = Client(), Client()
    enter(known)
    assert told() == 1
    client = Client()
    client.cookies["kasane_device"] = known.cookies["kasane_device"].value
    enter(client)
    assert told() == 1
    enter(other)
    assert told() == 2
    assert mail.outbox == []  # they go through the outbox, like all mail
    cookie = known.cookies["kasane_device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    row = SignIn.objects.latest("started_at")
    assert cookie.value not in row.device
