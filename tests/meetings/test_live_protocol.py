"""What the wire takes, and what it refuses."""

import json
from typing import Any
from uuid import UUID

import pytest

from meetings.live.protocol import (
    Act,
    Beat,
    Follow,
    Operation,
    ProtocolError,
    Reason,
    parse,
)

ID = "6a0c1f60-0000-4000-8000-000000000001"


def frame(**message: Any) -> str:
    return json.dumps(message)


def change(**fields: Any) -> str:
    return frame(
        type="operation", id=ID, item=ID, entry=ID, act="change", base=3, fields=fields
    )


def test_messages_are_read() -> None:
    assert parse(frame(type="beat")) == Beat()
    assert parse(frame(type="follow", item=ID, revision=4)) == Follow(UUID(ID), 4)
    assert parse(change(text="あ")) == Operation(
        UUID(ID), UUID(ID), UUID(ID), Act.CHANGE, 3, {"text": "あ"}
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        "[" * 30_000,
        "9" * 30_000,
        '{"type": "steal"}',
        '{"type": ["follow"]}',
        '{"type": "follow", "item": "1"}',
        frame(type="follow", item=ID, revision=-1),
        frame(type="follow", item=ID, revision=True),
        frame(type="follow", item=ID, revision=2**63),
        frame(type="operation", id="x", item=ID, entry=ID, act="change"),
        frame(type="operation", id=ID, item=ID, entry=ID, act="burn"),
        frame(type="operation", id=ID, item=ID, entry=ID, act=["change"]),
        frame(type="operation", id=ID, item=ID, entry=ID, act="change", fields=[]),
    ],
)
def test_what_is_no_message_is_malformed(text: str) -> None:
    with pytest.raises(ProtocolError) as refusal:
        parse(text)
    assert refusal.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "あ" * 8_001}, Reason.TOO_LONG),
        ({"speaker": "あ" * 81}, Reason.TOO_LONG),
        ({"text": "\ud800"}, Reason.BAD_TEXT),
        ({"text": 5}, Reason.BAD_FIELD),
        ({"kind": "rumour"}, Reason.BAD_FIELD),
        ({"kind": []}, Reason.BAD_FIELD),
        ({"due_on": "明日"}, Reason.BAD_FIELD),
        ({"due_on": ["2026-12-01"]}, Reason.BAD_FIELD),
        ({"writer": ID}, Reason.BAD_FIELD),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_with_its_operation(
    fields: dict[str, Any], reason: Reason
) -> None:
    with pytest.raises(ProtocolError) as refusal:
        parse(change(**fields))
    assert (refusal.value.reason, refusal.value.operation) == (reason, ID)


def test_control_characters_are_dropped_and_lines_kept() -> None:
    read = parse(change(text="一\x00行\r\n二\x1b行\t", speaker="佐藤\n保健所"))
    assert isinstance(read, Operation)
    assert read.fields == {"text": "一行\n二行\t", "speaker": "佐藤 保健所"}


def test_a_text_of_the_full_length_passes() -> None:
    read = parse(change(text="𠮷" * 8_000))
    assert isinstance(read, Operation)
    assert len(read.fields["text"]) == 8_000
