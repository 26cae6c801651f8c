"""The words on the wire: strict parsing of what comes in, bytes of what goes out.

The same messages travel over the websocket and over the HTTP fallback. Text is
JSON; a frame is at most 64 kB, which the server refuses before it gets here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from meetings.models import Entry

TEXT_LIMIT = 8_000  # code points
SPEAKER_LIMIT = 80
SOURCE_LIMIT = 120
# Everything below space except tab and line feed, and the delete character.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Close:
    """Close codes of the live websocket."""

    MALFORMED = 4400
    SIGNED_OUT = 4403
    TOO_SLOW = 4408
    FLOOD = 4429


class Act(StrEnum):
    """What an operation does to one entry."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"
    TAKE = "take"
    RELEASE = "release"


class Reason(StrEnum):
    """Why an operation or a message was refused; the page has words for each."""

    MALFORMED = "malformed"
    HIDDEN = "hidden"  # unknown and forbidden alike
    NEED_ACK = "need_ack"
    STEP_UP = "step_up"
    TOO_LONG = "too_long"
    BAD_TEXT = "bad_text"
    BAD_FIELD = "bad_field"
    STALE = "stale"  # somebody changed the entry since; the text is kept
    LEASE = "lease"  # somebody else is writing the entry; the text is kept
    DELETED = "deleted"
    PANE = "pane"  # an outcome stays an outcome
    RECORD_CLOSED = "record_closed"
    REPEATED_ID = "repeated_id"  # the operation id belongs to another act
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


class ProtocolError(Exception):
    """A message that cannot be taken; the reason goes back to its sender."""

    def __init__(self, reason: Reason, operation: str = "") -> None:
        self.reason, self.operation = reason, operation
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Operation:
    """One change to one entry, known by its id however often it is sent.

    ``base`` is the entry's revision that the change builds on, 0 for a new one.
    """

    id: UUID
    item: UUID
    entry: UUID
    act: Act
    base: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Follow:
    """From now on show me this item; I have it up to ``revision``."""

    item: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Stop showing me this item."""

    item: UUID


@dataclass(frozen=True, slots=True)
class Beat:
    """I am still here."""


Message = Operation | Follow | Leave | Beat


def parse(frame: str) -> Message:
    """The message in ``frame``. Raises ProtocolError for anything else."""
    try:
        raw = json.loads(frame)
    except (ValueError, RecursionError):
        raise ProtocolError(Reason.MALFORMED) from None
    if not isinstance(raw, dict):
        raise ProtocolError(Reason.MALFORMED)
    match raw.get("type"):
        case "operation":
            return parse_operation(raw)
        case "follow":
            return Follow(_uuid(raw, "item"), _number(raw, "revision"))
        case "leave":
            return Leave(_uuid(raw, "item"))
        case "beat":
            return Beat()
    raise ProtocolError(Reason.MALFORMED)


def parse_follow(value: str) -> Follow:
    """``<item>:<revision>``, as the HTTP fallback asks."""
    item, _, revision = value.partition(":")
    if not revision.isascii() or not revision.isdigit() or len(revision) > 18:
        raise ProtocolError(Reason.MALFORMED)
    return Follow(_uuid({"item": item}, "item"), int(revision))


def parse_operation(raw: Mapping[str, Any]) -> Operation:
    """An operation; a refusal names its id where it has one."""
    name = _uuid(raw, "id")
    try:
        return Operation(
            id=name,
            item=_uuid(raw, "item"),
            entry=_uuid(raw, "entry"),
            act=_act(raw.get("act")),
            base=_number(raw, "base"),
            fields=_fields(raw.get("fields", {})),
        )
    except ProtocolError as error:
        raise ProtocolError(error.reason, str(name)) from None


def _act(value: Any) -> Act:
    try:
        return Act(value)
    except ValueError:
        raise ProtocolError(Reason.MALFORMED) from None


def _uuid(raw: Mapping[str, Any], key: str) -> UUID:
    value = raw.get(key)
    if not isinstance(value, str) or len(value) != 36:
        raise ProtocolError(Reason.MALFORMED)
    try:
        return UUID(value)
    except ValueError:
        raise ProtocolError(Reason.MALFORMED) from None


def _number(raw: Mapping[str, Any], key: str) -> int:
    value = raw.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ProtocolError(Reason.MALFORMED)
    return value


def _fields(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ProtocolError(Reason.MALFORMED)
    if raw.keys() - _READERS.keys():
        raise ProtocolError(Reason.BAD_FIELD)
    return {key: _READERS[key](value) for key, value in raw.items()}


def _words(limit: int, *, lines: bool) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ProtocolError(Reason.BAD_FIELD)
        if _SURROGATE.search(value):
            raise ProtocolError(Reason.BAD_TEXT)
        words = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        if not lines:
            words = " ".join(words.split("\n"))
        if len(words) > limit:
            raise ProtocolError(Reason.TOO_LONG)
        return words

    return read


def _kind(value: Any) -> str:
    if value not in Entry.Kind.values:
        raise ProtocolError(Reason.BAD_FIELD)
    return str(value)


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ProtocolError(Reason.BAD_FIELD) from None


def _name(value: Any) -> UUID | None:
    """The id of another thing, or none."""
    return None if value is None else _uuid({"id": value}, "id")


_READERS: dict[str, Any] = {
    "text": _words(TEXT_LIMIT, lines=True),
    "speaker": _words(SPEAKER_LIMIT, lines=False),
    "source": _words(SOURCE_LIMIT, lines=False),
    "kind": _kind,
    "due_on": _day,
    "after": _name,
    "assignee": _name,
}


def encode(message: Mapping[str, Any]) -> str:
    """One outgoing frame."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def ack(operation: Operation, revision: int) -> dict[str, Any]:
    """The change is durable, in this revision of the item."""
    return {
        "type": "ack",
        "id": str(operation.id),
        "item": str(operation.item),
        "entry": str(operation.entry),
        "revision": revision,
    }


def refused(
    reason: Reason, operation: str = "", *, kept: bool = False
) -> dict[str, Any]:
    """The change is not made; ``kept`` says that its text is, as a second version."""
    return {"type": "refused", "id": operation, "reason": reason.value, "kept": kept}


def changes(
    kind: str, item: UUID, revision: int, entries: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """``snapshot`` (all there is) or ``changes`` (what is new) of one item."""
    return {
        "type": kind,
        "item": str(item),
        "revision": revision,
        "entries": list(entries),
    }


def gone(item: UUID) -> dict[str, Any]:
    """The item is no longer yours to see."""
    return {"type": "gone", "item": str(item)}
