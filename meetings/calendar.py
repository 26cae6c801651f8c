"""The calendar entry of one invitation: an iTIP message for a mail, a feed's row.

RFC 5545 for the words, RFC 5546 for REQUEST and CANCEL, RFC 6047 for the mail that
carries them. Every invitation is an event of its own, with its own UID and one
attendee: a shared entry would tell each of them who the others are (R39). A feed
names nobody at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vCalAddress,
)
from icalendar.enums import CLASS, CUTYPE, PARTSTAT, ROLE, STATUS, TRANSP

from portal.core.clock import JST
from portal.core.wording import one_line

PRODID = "-//Kasane//Meeting notices//JA"
_JAPAN_OFFSET = timedelta(hours=9)
_REFRESH = timedelta(hours=1)
_INSIDE_PARAMETERS = str.maketrans('"\\', "'/")
_OUTSIDE_ADDRESSES = str.maketrans("", "", ' "<>\\')


class Method(StrEnum):
    """What the message asks the calendar to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person's calendar learns of one sitting; all of it neutral (R39).

    ``sequence`` rises with every change of time or place and with a cancellation.
    ``stamp`` is the instant of the sending. ``organizer`` is the address the mail
    comes from: clients drop updates whose organizer is not their sender.
    """

    method: Method
    uid: UUID
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    address: str
    name: str
    email: str
    organizer: str
    organizer_name: str


def render(entry: Entry) -> str:
    """The message as text with CRLF ends; the same entry gives the same text."""
    calendar = Calendar.new(
        method=entry.method,
        prodid=PRODID,
        uid=_uid(entry),
        calscale="GREGORIAN",
        subcomponents=[_japan(), _event(entry)],
    )
    return _text(calendar)


def render_feed(feed: UUID, name: str, entries: Iterable[Entry]) -> str:
    """A calendar to subscribe to: no method, no organizer, no attendee."""
    calendar = Calendar.new(
        name=name,
        prodid=PRODID,
        uid=str(feed),
        calscale="GREGORIAN",
        refresh_interval=_REFRESH,
        subcomponents=[_japan(), *(_row(entry) for entry in entries)],
    )
    return _text(calendar)


def _text(calendar: Calendar) -> str:
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def one_word(text: str) -> str:
    """``text`` as an address: one line, and no letter that none can hold."""
    return one_line(text).translate(_OUTSIDE_ADDRESSES)


def _uid(entry: Entry) -> str:
    return f"{entry.uid}@{one_word(entry.organizer).rpartition('@')[2]}"


def _event(entry: Entry) -> Event:
    attendee = vCalAddress.new(
        one_word(entry.email),
        cn=parameter(entry.name),
        cutype=CUTYPE.INDIVIDUAL,
        role=ROLE.REQ_PARTICIPANT,
        partstat=PARTSTAT.NEEDS_ACTION,
        rsvp=entry.method is Method.REQUEST,
    )
    organizer = vCalAddress.new(
        one_word(entry.organizer), cn=parameter(entry.organizer_name)
    )
    event = _row(entry)
    event.add("organizer", organizer)
    event.add("attendee", attendee)
    return event


def _row(entry: Entry) -> Event:
    cancelled = entry.method is Method.CANCEL
    return Event.new(
        uid=_uid(entry),
        sequence=entry.sequence,
        stamp=entry.stamp,
        last_modified=entry.stamp,
        start=entry.starts_at.astimezone(JST),
        end=entry.ends_at.astimezone(JST),
        summary=one_line(entry.summary),
        location=one_line(entry.place),
        description=one_word(entry.address),
        url=one_word(entry.address),
        classification=CLASS.PRIVATE,
        status=STATUS.CANCELLED if cancelled else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT if cancelled else TRANSP.OPAQUE,
    )


def parameter(text: str) -> str:
    """``text`` as the value of a parameter.

    It cannot hold a double quote (RFC 5545 section 3.1), and readers take a
    backslash for the beginning of an escape that section does not know.
    """
    return one_line(text).translate(_INSIDE_PARAMETERS)


def _japan() -> Timezone:
    """Asia/Tokyo: one standard time without transitions, as section 3.6.5 wants it."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 # local by definition
    standard.add("tzoffsetfrom", _JAPAN_OFFSET)
    standard.add("tzoffsetto", _JAPAN_OFFSET)
    standard.add("tzname", "JST")
    zone = Timezone()
    zone.add("tzid", JST.key)
    zone.add_component(standard)
    return zone
