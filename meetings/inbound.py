"""What comes back by mail, read as data: a calendar's answer, or a mail undelivered.

Anybody can write to an address of ours. Nothing here is believed: it is only read, and
what cannot be read is refused in one way. Content lines are taken one by one, so that
no time zone or recurrence rule of a stranger is ever worked out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from uuid import UUID

from icalendar import vDatetime
from icalendar.parser import Contentlines, Parameters

MAX_BYTES = 1024 * 1024
MAX_CALENDAR = 64 * 1024
_CALENDARS = {"text/calendar", "application/ics"}
_TO = ("Delivered-To", "X-Original-To", "To")
_FROM = ("From", "Sender")
# What broken or hostile content raises, here and in the libraries.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class UnreadableError(Exception):
    """Neither an answer nor a report; ``reason`` is one word for the trail."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Reply:
    """METHOD:REPLY, as one attendee's calendar sent it (RFC 5546)."""

    to: tuple[str, ...]
    senders: frozenset[str]
    uid: UUID
    attendee: str
    answer: str  # PARTSTAT
    sequence: int
    stamp: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery status notification (RFC 3464); ``failed`` is final."""

    to: tuple[str, ...]
    mails: tuple[UUID, ...]  # from the Message-IDs of what it returns
    failed: bool
    code: str


def read(raw: bytes) -> Reply | Report | None:
    """What the mail holds; None for automatic mail that holds neither.

    Raises UnreadableError for everything else.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableError("size")
    try:
        return _read(message_from_bytes(raw))
    except _BROKEN:
        raise UnreadableError("broken") from None


def _read(mail: Message) -> Reply | Report | None:
    to = tuple(_addresses(mail, _TO))
    if mail.get_content_type() == "multipart/report":
        return _report(mail, to)
    for part in mail.walk():
        if part.get_content_type() in _CALENDARS:
            return _reply(_text_of(part), to, frozenset(_addresses(mail, _FROM)))
    if str(mail.get("Auto-Submitted", "no")).strip().lower() != "no":
        return None
    raise UnreadableError("no_calendar")


def _addresses(mail: Message, headers: tuple[str, ...]) -> Iterator[str]:
    for header in headers:
        values = [str(value) for value in mail.get_all(header, [])]
        yield from (plain(address) for _, address in getaddresses(values))


def plain(address: str) -> str:
    """An address as it is compared: without scheme, space and case."""
    return address.strip().casefold().removeprefix("mailto:")


# RFC 3463: nothing else of a stranger's mail reaches the audit trail.
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


# A report --------------------------------------------------------------------------


def _report(mail: Message, to: tuple[str, ...]) -> Report:
    fields = [
        block
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.walk()
        if block.get("Action")
    ]
    if not fields:
        raise UnreadableError("no_status")
    failed = [f for f in fields if str(f["Action"]).strip().lower() == "failed"]
    status = _STATUS.match(str((failed or fields)[0].get("Status", "")).strip())
    code = status[0] if status else ""
    return Report(to, tuple(_returned(mail)), bool(failed), code)


def _returned(mail: Message) -> Iterator[UUID]:
    """The ids of the mails of ours that the report returns, whole or as headers."""
    for part in list(mail.walk())[1:]:
        found = part.get("Message-ID")
        if part.get_content_type() == "text/rfc822-headers":
            found = message_from_bytes(_bytes_of(part)).get("Message-ID")
        if found is not None:
            try:
                yield UUID(str(found).strip().strip("<>").partition("@")[0])
            except ValueError:
                continue


# An answer -------------------------------------------------------------------------


def _reply(text: str, to: tuple[str, ...], senders: frozenset[str]) -> Reply:
    event = _event(text)
    if len(event["ATTENDEE"]) != 1 or "RECURRENCE-ID" in event:
        raise UnreadableError("attendees")
    parameters, attendee = event["ATTENDEE"][0]
    _, uid = event["UID"][0]
    stamps = [value for _, value in event.get("DTSTAMP", [])]
    sequences = [value for _, value in event.get("SEQUENCE", [])]
    return Reply(
        to=to,
        senders=senders,
        uid=UUID(uid.partition("@")[0]),
        attendee=plain(str(parameters.get("EMAIL", attendee))),
        answer=str(parameters.get("PARTSTAT", "NEEDS-ACTION")).upper(),
        sequence=int(sequences[0]) if sequences else 0,
        stamp=_instant(stamps[0]) if stamps else None,
    )


_Properties = dict[str, list[tuple[Parameters, str]]]
_EVENT = ("VCALENDAR", "VEVENT")


def _event(text: str) -> _Properties:
    """The properties of the one event, by name; other components are passed over."""
    method = ""
    events: list[_Properties] = []
    for where, name, parameters, value in _lines(text):
        if (where, name) == (_EVENT, "BEGIN"):
            events.append({})
        elif where == _EVENT:
            events[-1].setdefault(name, []).append((parameters, value))
        elif (where, name) == (_EVENT[:1], "METHOD"):
            method = value.strip().upper()
    if method != "REPLY":
        raise UnreadableError("method")
    if len(events) != 1:
        raise UnreadableError("events")
    return events[0]


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str, Parameters, str]]:
    """Every content line with the components it stands in."""
    where: tuple[str, ...] = ()
    lines = Contentlines.from_ical(text)  # type: ignore[no-untyped-call] # theirs
    for line in lines:
        if not line:
            continue
        name, parameters, value = line.parts()
        if name.upper() == "BEGIN":
            where = (*where, value.upper())
        yield where, name.upper(), parameters, value
        if name.upper() == "END":
            where = where[:-1]


def _instant(value: str) -> datetime:
    moment: datetime = vDatetime.from_ical(value)  # type: ignore[no-untyped-call] # theirs
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text_of(part: Message) -> str:
    content = _bytes_of(part)
    if len(content) > MAX_CALENDAR:
        raise UnreadableError("size")
    text = content.decode(part.get_content_charset() or "utf-8", errors="replace")
    return text.removeprefix("\ufeff")


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise UnreadableError("broken")
    return content
