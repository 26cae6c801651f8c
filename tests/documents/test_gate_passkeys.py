"""A passkey at the gate of a link, and the devices at which links were used."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

from documents.evidence.link_devices import devices_of
from members.models import SignIn
from portal.core.models import AuditEvent, OutgoingMail
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs
from tests.documents.gate import ask, enter, issue, mailed_code, typed
from tests.factories import to_sitting
from tests.members.authenticator import Authenticator

NOTICE = reverse("documents:gate-notice")
PASSKEY = reverse("documents:gate-passkey")
QUESTION = reverse("documents:gate-passkey-question")
HERE = {"host": "localhost"}


@pytest.fixture
def key(cast: Cast, signed_in: SignInAs) -> Authenticator:
    """The clinic's passkey."""
    key, client = Authenticator(), signed_in(cast.clinic)
    asked = client.post(reverse("members:passkey-question", args=["enrol"])).json()
    form = {"answer": key.make(asked), "name": "電話"}
    assert client.post(reverse("members:passkey-add"), form).status_code == 302
    return key


def at_gate(cast: Cast, **more: Any) -> Client:
    return enter(issue(cast, **more), Client(headers=HERE))


def answered(client: Client, key: Authenticator, **changes: Any) -> Any:
    answer = key.use(client.post(QUESTION).json(), **changes)
    return client.post(PASSKEY, {"answer": answer}, follow=False)


def test_a_passkey_opens_the_link_as_a_personal_factor(
    cast: Cast, key: Authenticator
) -> None:
    client = at_gate(cast)
    page = client.get(NOTICE).content.decode()
    assert page.index("by-passkey") < page.index("by-mail"), "offered first"
    assert answered(client, key).status_code == 302
    row = SignIn.objects.exclude(link_id=None).get()
    assert (row.strength, row.scope) == (2, to_sitting(cast.sitting))
    event = AuditEvent.objects.filter(action="documents.link.open").get()
    assert event.detail["way"] == "passkey"
    assert client.get(reverse("members:own")).status_code == 200


def test_a_wrong_answer_opens_nothing_and_locks_nobody_out(
    cast: Cast, key: Authenticator
) -> None:
    client = at_gate(cast)
    answer = key.use(client.post(QUESTION).json())
    for _again in range(6):
        assert client.post(PASSKEY, {"answer": "{}"}).status_code == 302
    assert client.post(PASSKEY, {"answer": answer}).status_code == 302, "asked before"
    assert not SignIn.objects.exclude(link_id=None).exists()
    assert "パスキーで確認できませんでした" in client.get(NOTICE).content.decode()
    answered(client, key)
    assert SignIn.objects.exclude(link_id=None).exists()


def test_somebody_elses_passkey_opens_nothing(cast: Cast, key: Authenticator) -> None:
    client = at_gate(cast, person=cast.newcomer)
    assert client.post(QUESTION).status_code == 404, "the newcomer has none"
    own = at_gate(cast)
    answer = key.use(own.post(QUESTION).json())
    client.post(PASSKEY, {"answer": answer})
    assert not SignIn.objects.exclude(link_id=None).exists()


def test_no_way_by_passkey_without_a_handle_or_at_another_host(
    cast: Cast, key: Authenticator
) -> None:
    assert Client(headers=HERE).post(QUESTION).status_code == 404
    assert Client(headers=HERE).post(PASSKEY, {"answer": "{}"}).status_code == 404
    elsewhere = enter(issue(cast), Client())
    assert "by-passkey" not in elsewhere.get(NOTICE).content.decode()
    WebAuthnCredential.objects.all().delete()
    assert "by-passkey" not in at_gate(cast).get(NOTICE).content.decode()


def test_a_second_device_is_told_once_and_seen(cast: Cast, signed_in: SignInAs) -> None:
    issued = issue(cast)
    first, second = enter(issued), enter(issued)

    def told() -> int:
        return OutgoingMail.objects.filter(subject__contains="はじめての端末").count()

    ask(first)
    typed(first, mailed_code())
    assert told() == 0, "the code went to the very mailbox"
    issued.link.codes.all().delete()
    ask(second)
    typed(second, mailed_code())
    assert told() == 1
    letter = OutgoingMail.objects.filter(subject__contains="はじめての端末").get()
    assert letter.address == cast.clinic.email
    assert settings.DEVICE_COOKIE_NAME in second.cookies
    second.cookies.pop(settings.SESSION_COOKIE_NAME)
    issued.link.codes.all().delete()
    ask(enter(issued, second))
    typed(second, mailed_code())
    assert told() == 1, "once for each device"
    uses = devices_of(cast.sitting.id, cast.clinic)
    assert len(uses) == 2
    assert all(use.live for use in uses)
