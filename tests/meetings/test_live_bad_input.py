"""What must not be taken, over plain HTTP or into another item: named, and left."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.live.protocol import Act, Reason
from meetings.live.store import apply
from meetings.models import Entry, EntryChange
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.live import by, name, operation, wire

ID = str(name("operation"))


@pytest.fixture
def writer(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.secretariat)


def send(client: Client, cast: Cast, body: str | bytes) -> dict[str, Any]:
    url = reverse("meetings:live-operation", args=[cast.sitting.id])
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 200
    (message,) = answer.json()["messages"]
    return dict(message)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", Reason.MALFORMED),
        ("[]", Reason.MALFORMED),
        ("[" * 30_000, Reason.MALFORMED),
        (b"\xff\xfe\x00", Reason.MALFORMED),
        ('{"id": "1"}', Reason.MALFORMED),
        ('{"type": "steal"}', Reason.MALFORMED),
        ('{"type": "operation", "type": "steal"}', Reason.MALFORMED),
        (f'{{"type": "follow", "item": "{ID}", "revision": NaN}}', Reason.MALFORMED),
        (f'{{"type": "follow", "item": "{ID}", "revision": 1e400}}', Reason.MALFORMED),
        ('{"type": "beat", "n": 1' + "0" * 5000 + "}", Reason.MALFORMED),
        ("{" + ",".join(f'"f{n}": 1' for n in range(20_000)) + "}", Reason.TOO_LONG),
        (b'{"type": "\xed\xa0\x80"}', Reason.MALFORMED),
        ('{"type": "\\ud800"}', Reason.MALFORMED),
        ('{"text": "' + "あ" * 100_000 + '"}', Reason.TOO_LONG),
    ],
)
def test_a_body_that_is_no_operation_is_answered(
    cast: Cast, writer: Client, body: str | bytes, reason: Reason
) -> None:
    answer = send(writer, cast, body)
    assert (answer["type"], answer["reason"]) == ("refused", reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "あ" * 8_001}, Reason.TOO_LONG),
        ({"text": "\ud83d"}, Reason.BAD_TEXT),
        ({"text": "\udc4d前後"}, Reason.BAD_TEXT),
        ({"text": None}, Reason.BAD_FIELD),
        ({"deleted": True}, Reason.BAD_FIELD),
        ({"created_by": ID}, Reason.BAD_FIELD),
        ({"after": "nowhere"}, Reason.MALFORMED),
    ],
)
def test_fields_that_cannot_be_taken_leave_nothing_behind(
    cast: Cast, writer: Client, fields: dict[str, Any], reason: Reason
) -> None:
    made = wire(operation(cast.shien_item, "a", Act.CREATE, kind="discussion"))
    made["fields"] |= fields
    answer = send(writer, cast, json.dumps(made))
    assert (answer["reason"], answer["id"]) == (reason, made["id"])
    assert not Entry.objects.exists()
    assert not EntryChange.objects.exists()


def test_control_characters_never_reach_the_record(cast: Cast, writer: Client) -> None:
    text = "".join(map(chr, range(32))) + "\x7f本文"
    made = operation(cast.shien_item, "a", Act.CREATE, kind="discussion", text=text)
    assert send(writer, cast, json.dumps(wire(made)))["type"] == "ack"
    assert Entry.objects.get().text == "\t\n\n本文"


@pytest.mark.parametrize(
    "act", [Act.CREATE, Act.CHANGE, Act.DELETE, Act.MOVE, Act.TAKE, Act.RELEASE]
)
def test_an_entry_of_another_item_is_hidden_from_the_one_that_is_named(
    cast: Cast, act: Act
) -> None:
    clerk = factories.sign_in(cast.secretariat)
    kind = Entry.Kind.DISCUSSION
    apply([by(clerk, operation(cast.juso_item, "j", Act.CREATE, kind=kind, text="元"))])
    foreign = operation(cast.shien_item, "j", act, base=1, kind=kind, text="横から")
    (answer,) = apply([by(clerk, foreign)]).answers
    assert (answer["type"], answer["reason"]) == ("refused", Reason.HIDDEN)
    assert Entry.objects.get().text == "元"


def test_a_stale_revision_is_kept_apart_and_spoils_nothing(
    cast: Cast, writer: Client
) -> None:
    item, kind = cast.shien_item, Entry.Kind.DISCUSSION
    for base, text in ((0, "一"), (1, "二")):
        act, fields = (Act.CHANGE, {}) if base else (Act.CREATE, {"kind": kind})
        made = operation(item, "a", act, base=base, text=text, **fields)
        assert send(writer, cast, json.dumps(wire(made)))["type"] == "ack"
    for base in (0, 1, 3, 2**62):
        late = operation(item, "a", base=base, text=f"古い{base}")
        answer = send(writer, cast, json.dumps(wire(late)))
        assert (answer["reason"], answer["kept"]) == (Reason.STALE, True)
    assert Entry.objects.get().text == "二"
    assert EntryChange.objects.exclude(displaced_text="").count() == 4
