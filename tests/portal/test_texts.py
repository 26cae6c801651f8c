"""Codes to telephones: handed over once, kept nowhere, never when they are late."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings

from portal.core import checks, clock, telephone, texts
from portal.core.models import OutgoingText
from tests.portal.telephones import TOKEN, Gateway, running

pytestmark = pytest.mark.django_db
FULL_WIDTH = "".join(chr(ord(c) + 0xFEE0) for c in "090-1234-5678")
BODY = "見本市 かさね 確認コード 1234 5678"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running() as gateway:
        yield gateway


def queued(**more: object) -> OutgoingText:
    values = {
        "person": UUID(int=7),
        "number": "+819012345678",
        "body": BODY,
        "about": "link:1",
        "until": clock.now() + timedelta(minutes=10),
        "spoken": False,
    }
    return texts.queue(**{**values, **more})  # type: ignore[arg-type]


def state(text: OutgoingText) -> str:
    text.refresh_from_db()
    return text.state


@pytest.mark.parametrize(("typed", "number"), [
    ("090-1234-5678", "+819012345678"),
    (FULL_WIDTH, "+819012345678"),
    (" 090 1234 5678 ", "+819012345678"),
    ("+81 90 1234 5678", "+819012345678"),
    ("+81(0)90-1234-5678", "+819012345678"),
    ("080ー1234ー5678", "+818012345678"),
    ("(0463)21-1234", "+81463211234"),
    ("03-1234-5678", "+81312345678"),
    ("050-1234-5678", "+815012345678"),
])  # fmt: skip
def test_a_number_is_known_however_it_is_written(typed: str, number: str) -> None:
    assert telephone.normalised(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "110", "+", "090-1234-567", "090-1234-5678 内線3", "九〇"),
        *("0120-123-456", "0570-012-345", "0800-123-4567", "0990-123-456"),
        "+1 202 555 0100",
    ],
)
def test_what_is_no_number_of_a_person_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        telephone.normalised(typed)


def test_a_text_is_handed_over_once_and_wiped(gateway: Gateway) -> None:
    text = queued()
    assert BODY.encode() not in bytes(text.sealed_body)
    texts.deliver.call(str(text.id))
    texts.deliver.call(str(text.id))
    assert gateway.asked == [
        {"id": str(text.id), "to": "+819012345678", "channel": "sms", "text": BODY}
    ]
    assert state(text) == "sent"
    assert bytes(text.sealed_body) == b""


@pytest.mark.parametrize("answer", [500, 503, 429, 0])
def test_what_did_not_arrive_is_tried_again_under_the_same_key(
    gateway: Gateway, answer: int
) -> None:
    """The gateway took it and its answer was lost: it knows the repetition."""
    gateway.answers, gateway.lost = [answer], True
    text = queued()
    texts.deliver.call(str(text.id))
    assert state(text) == "waiting"
    assert text.late
    texts.deliver.call(str(text.id))
    assert len(gateway.asked) == 1, "not before its pause is over"
    with time_machine.travel(clock.now() + timedelta(seconds=20), tick=False):
        assert texts.requeue_due() == 1
        texts.deliver.call(str(text.id))
    assert state(text) == "sent"
    assert len(gateway.asked) == 2
    assert list(gateway.delivered) == [str(text.id)]


@pytest.mark.parametrize("answer", [400, 404, 307])
def test_what_is_refused_is_not_tried_again(gateway: Gateway, answer: int) -> None:
    gateway.answers = [answer]
    text = queued()
    texts.deliver.call(str(text.id))
    assert state(text) == "failed"
    assert bytes(text.sealed_body) == b""
    assert len(gateway.asked) == 1, "a redirect is not followed"


def test_a_wrong_token_is_refused_by_the_gateway(gateway: Gateway) -> None:
    text = queued()
    with override_settings(PHONE_TOKEN="another-token-of-somebody"):
        texts.deliver.call(str(text.id))
    assert state(text) == "failed"
    assert not gateway.delivered


def test_a_gateway_that_is_slow_or_gone_is_not_waited_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephone, "PATIENCE_SECONDS", 0.1)
    gateway.answers = [-1]
    text = queued()
    texts.deliver.call(str(text.id))
    assert state(text) == "waiting"
    other = queued()
    with override_settings(PHONE_URL="http://127.0.0.1:9/send"):
        texts.deliver.call(str(other.id))
    assert state(other) == "waiting"


def test_nothing_leaves_after_it_was_revoked_or_is_late(gateway: Gateway) -> None:
    revoked, late = queued(), queued(about="link:2")
    assert texts.cancel(about="link:1") == 1
    texts.deliver.call(str(revoked.id))
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        texts.deliver.call(str(late.id))
    assert not gateway.asked
    assert (state(revoked), state(late)) == ("cancelled", "failed")
    assert bytes(revoked.sealed_body) == bytes(late.sealed_body) == b""


def test_who_died_while_handing_over_leaves_it_to_the_next(gateway: Gateway) -> None:
    text = queued()
    assert texts._claimed(str(text.id))
    texts.deliver.call(str(text.id))
    assert not gateway.asked, "claimed by another"
    with time_machine.travel(clock.now() + texts.CLAIM, tick=False):
        texts.deliver.call(str(text.id))
    assert state(text) == "sent"


def test_neither_number_nor_text_is_logged(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answers = [500]
    texts.deliver.call(str(queued().id))
    assert caplog.records
    assert "1234" not in caplog.text.replace("\n", "")


@pytest.mark.parametrize(
    ("url", "token", "found"),
    [
        ("https://sms.example/v1", TOKEN, []),
        ("http://127.0.0.1:9/v1", TOKEN, []),
        ("http://sms.example/v1", TOKEN, ["kasane.E020"]),
        ("ftp://127.0.0.1/v1", TOKEN, ["kasane.E020"]),
        ("https://sms.example/v1", "secret", ["kasane.E021"]),
        ("https://sms.example/v1", "", ["kasane.E021"]),
        ("", "", []),
    ],
)
def test_an_unsafe_gateway_stops_the_start(
    url: str, token: str, found: list[str]
) -> None:
    with override_settings(PHONE_URL=url, PHONE_TOKEN=token):
        problems = [p.id for p in checks.profile_is_safe(None)]
    assert [p for p in problems if p in {"kasane.E020", "kasane.E021"}] == found
    assert settings.PHONE_URL == ""
