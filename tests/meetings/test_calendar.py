"""The calendar entry: golden bytes, re-read by the parser, and nothing injected."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from meetings.calendar import Entry, Method, render

REQUEST = Entry(
    method=Method.REQUEST,
    uid=UUID("5f0c2f6e-7c1b-4a53-9d0e-2f6f5f2b7c11"),
    sequence=0,
    stamp=datetime(2026, 11, 21, 1, 0, tzinfo=UTC),
    starts_at=datetime(2026, 12, 15, 4, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 15, 6, 30, tzinfo=UTC),
    summary="かさね 会議のお知らせ 2026-012",
    place="市役所本庁舎 3階 301会議室(正面玄関から入って右手のエレベーター)",
    address="https://kasane.city.mihon.example/g/",
    name="上田 健",
    email="ueda@clinic.mihon.example",
    organizer="kasane@city.mihon.example",
    organizer_name="かさね",
)
UPDATE = replace(
    REQUEST,
    sequence=1,
    stamp=datetime(2026, 11, 25, 1, 0, tzinfo=UTC),
    place="保健センター 2階",
)
CANCEL = replace(UPDATE, method=Method.CANCEL, sequence=2)

ZONE = """BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19700101T000000
TZNAME:JST
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE
"""
GOLDEN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Kasane//Meeting notices//JA
CALSCALE:GREGORIAN
METHOD:{method}
UID:5f0c2f6e-7c1b-4a53-9d0e-2f6f5f2b7c11@city.mihon.example
{zone}BEGIN:VEVENT
SUMMARY:かさね 会議のお知らせ 2026-012
DTSTART;TZID=Asia/Tokyo:20261215T133000
DTEND;TZID=Asia/Tokyo:20261215T153000
DTSTAMP:{stamp}
UID:5f0c2f6e-7c1b-4a53-9d0e-2f6f5f2b7c11@city.mihon.example
SEQUENCE:{sequence}
ATTENDEE;CN="上田 健";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-
 PARTICIPANT;RSVP={rsvp}:mailto:ueda@clinic.mihon.example
CLASS:PRIVATE
DESCRIPTION:https://kasane.city.mihon.example/g/
LAST-MODIFIED:{stamp}
LOCATION:{place}
ORGANIZER;CN=かさね:mailto:kasane@city.mihon.example
STATUS:{status}
TRANSP:{transp}
URL:https://kasane.city.mihon.example/g/
END:VEVENT
END:VCALENDAR
"""
LIVE = {"rsvp": "TRUE", "status": "CONFIRMED", "transp": "OPAQUE"}
FOLDED = "市役所本庁舎 3階 301会議室(正面玄関から入って\n 右手のエレベーター)"


def golden(**words: str) -> str:
    return GOLDEN.format(zone=ZONE, **words).replace("\n", "\r\n")


def event(entry: Entry) -> Component:
    calendar = Calendar.from_ical(render(entry))
    assert [c.errors for c in calendar.walk() if c.errors] == []
    assert [c.name for c in calendar.walk()] == [
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
        "VEVENT",
    ]
    return calendar.walk("VEVENT")[0]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            REQUEST,
            golden(
                method="REQUEST",
                stamp="20261121T010000Z",
                sequence="0",
                place=FOLDED,
                **LIVE,
            ),
        ),
        (
            UPDATE,
            golden(
                method="REQUEST",
                stamp="20261125T010000Z",
                sequence="1",
                place="保健センター 2階",
                **LIVE,
            ),
        ),
        (
            CANCEL,
            golden(
                method="CANCEL",
                stamp="20261125T010000Z",
                sequence="2",
                place="保健センター 2階",
                rsvp="FALSE",
                status="CANCELLED",
                transp="TRANSPARENT",
            ),
        ),
    ],
    ids=["request", "update", "cancel"],
)
def test_the_bytes_are_these(entry: Entry, expected: str) -> None:
    assert render(entry) == expected


def test_the_parser_reads_back_what_was_meant() -> None:
    read = event(REQUEST)
    assert read.decoded("dtstart") == REQUEST.starts_at
    assert read.decoded("dtend") == REQUEST.ends_at
    assert str(read["location"]) == REQUEST.place
    assert read["attendee"].params["CN"] == REQUEST.name
    assert str(read["organizer"]) == f"mailto:{REQUEST.organizer}"


def test_every_line_is_short_and_no_letter_is_torn() -> None:
    raw = render(replace(REQUEST, place="会議室" * 40)).encode()
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode("utf-8")
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("field", ["place", "summary", "name", "organizer_name"])
@pytest.mark.parametrize(
    "break_",
    ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u2029", "\u202e"],
    ids=ascii,
)
def test_no_field_begins_a_line_of_its_own(field: str, break_: str) -> None:
    evil = f"A{break_}ATTENDEE:mailto:eve@evil.example{break_}END:VEVENT"
    entry = Entry(**{**asdict(REQUEST), field: evil})
    text = render(entry)
    assert text.count("\r\nATTENDEE") == 1
    assert text.count("\r\nEND:VEVENT") == 1
    assert break_ == "\r\n" or break_ not in text.replace("\r\n", "")
    read = event(entry)
    assert str(read["attendee"]) == "mailto:ueda@clinic.mihon.example"


@given(words=st.text(max_size=200))
def test_any_text_stays_inside_its_field(words: str) -> None:
    read = event(replace(REQUEST, place=words, name=words, summary=words))
    attendees = read["attendee"]
    assert str(attendees) == "mailto:ueda@clinic.mihon.example"
    assert str(read["uid"]).startswith(str(REQUEST.uid))
