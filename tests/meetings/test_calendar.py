"""The calendar entry: golden bytes, read by three programs, and nothing injected."""

import re
import unicodedata
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component
from pytest_django.fixtures import Settings
from time_machine import TimeMachineFixture

from meetings.calendar import (
    Entry,
    Method,
    one_word,
    parameter,
    render,
    render_feed,
)
from meetings.models import Sitting
from meetings.services import sittings
from meetings.services.sittings import When
from members.models import Person
from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.core.wording import one_line
from tests.cast import Cast
from tests.meetings import convening, readers

GOLDEN = Path(__file__).parent / "golden"
PLACE = "市役所本庁舎 3階 301会議室(正面玄関から入って右手のエレベーター)"
STARTS = datetime(2026, 12, 15, 4, 30, tzinfo=UTC)
HOURS = timedelta(hours=2)

REQUEST = Entry(
    method=Method.REQUEST,
    uid=UUID("5f0c2f6e-7c1b-4a53-9d0e-2f6f5f2b7c11"),
    sequence=0,
    stamp=datetime(2026, 11, 21, 1, 0, tzinfo=UTC),
    starts_at=STARTS,
    ends_at=STARTS + HOURS,
    summary="かさね 会議のお知らせ 2026-012",
    place=PLACE,
    address="https://kasane.city.mihon.example/g/",
    name="上田 健",
    email="ueda@clinic.mihon.example",
    organizer="kasane@city.mihon.example",
    organizer_name="かさね",
)


# The story of one sitting ------------------------------------------------------------


Story = dict[str, dict[str, str]]


BEGIN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def long_before(time_machine: TimeMachineFixture) -> None:
    """The town is there before the story begins, whatever day the tests run."""
    time_machine.move_to(BEGIN, tick=False)


@pytest.fixture
def story(
    long_before: None,
    cast: Cast,
    time_machine: TimeMachineFixture,
    settings: Settings,
) -> Story:
    """Every entry that leaves for two people, by the act, through the services.

    Called together, moved, put elsewhere, one of them taken out, called off.
    """
    settings.BASE_URL = "https://kasane.city.mihon.example"
    people = {"ueda": cast.clinic, "eguchi": cast.newcomer}
    for name, person in people.items():
        person.email = f"{name}@clinic.mihon.example"
        person.save()
    clock = BEGIN
    told: Story = {}

    def act(name: str, do: Any) -> Sitting:
        nonlocal clock
        clock += timedelta(days=1)
        time_machine.move_to(clock, tick=False)
        OutgoingMail.objects.all().delete()
        sitting: Sitting = do()
        told[name] = {who: entry(person) for who, person in people.items()}
        return sitting

    sitting = _agreed(cast, list(people.values()))
    head, clerk = convening.head, convening.clerk
    moved = When(STARTS + timedelta(days=7), STARTS + timedelta(days=7) + HOURS, PLACE)
    elsewhere = replace(moved, place="保健センター 2階")
    act("request", lambda: sittings.approve_agenda(actor=head(cast), sitting=sitting))
    act("time", lambda: _change(cast, sitting, moved))
    act("place", lambda: _change(cast, sitting, elsewhere))
    act("removed", lambda: convening.select(cast, sitting.items.get(), cast.clinic))
    act(
        "cancelled", lambda: sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    )
    return {
        name: {who: e for who, e in all_.items() if e} for name, all_ in told.items()
    }


def _agreed(cast: Cast, people: list[Person]) -> Sitting:
    when = When(STARTS, STARTS + HOURS, PLACE)
    sitting = sittings.create_sitting(
        actor=convening.clerk(cast), key=convening.key(), body=cast.shien, when=when
    )
    Sitting.objects.filter(pk=sitting.pk).update(number=12)
    convening.select(cast, convening.add(cast, sitting), *people)
    for number, person in enumerate(people):
        row = sitting.invitations.get(person=person)
        row.calendar_uid = UUID(int=REQUEST.uid.int + number)
        row.save()
    return sittings.submit_agenda(actor=convening.clerk(cast), sitting=sitting)


def _change(cast: Cast, sitting: Sitting, when: When) -> Sitting:
    actor = convening.clerk(cast)
    return sittings.change_sitting(actor=actor, sitting=sitting, when=when)


def entry(person: Person) -> str:
    """What hangs on the one mail to the person; empty without a mail."""
    found = [m for m in convening.mails(person) if m.state == "waiting"]
    if not found:
        return ""
    (mail,) = found
    parsed = message_from_bytes(outbox.compose(mail).message().as_bytes())
    (attached,) = (part for part in parsed.walk() if part.get_filename())
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


FILES = {
    "request": {"ueda": "REQUEST", "eguchi": "REQUEST"},
    "time": {"ueda": "REQUEST", "eguchi": "REQUEST"},
    "place": {"ueda": "REQUEST", "eguchi": "REQUEST"},
    "removed": {"eguchi": "CANCEL"},  # and nothing to anybody else
    "cancelled": {"ueda": "CANCEL"},
}


def test_every_entry_is_byte_for_byte_the_golden_one(story: Story) -> None:
    assert {act: told.keys() for act, told in story.items()} == {
        act: told.keys() for act, told in FILES.items()
    }
    for act, told in story.items():
        for who, text in told.items():
            golden = (GOLDEN / f"{act}-{who}.ics").read_bytes().decode()
            assert text == golden, f"{act}-{who}"


def test_sequence_rises_and_the_event_stays_the_same(story: Story) -> None:
    numbers = {
        who: [event(told[who])["sequence"] for told in story.values() if who in told]
        for who in ("ueda", "eguchi")
    }
    assert numbers == {"ueda": [0, 1, 2, 3], "eguchi": [0, 1, 2, 3]}
    uids = {str(event(t)["uid"]) for told in story.values() for t in told.values()}
    assert len(uids) == 2


GOLDEN_FILES = sorted(GOLDEN.glob("*.ics"))


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=lambda path: path.stem)
def test_libical_finds_each_entry_right_for_its_method(path: Path) -> None:
    text = path.read_bytes().decode()
    again = readers.libical(text)
    assert unfolded(again).count("ATTENDEE") == 1
    assert f"METHOD:{FILES[path.stem.split('-')[0]][path.stem.split('-')[1]]}" in again


def test_ical_js_reads_each_entry_as_it_was_meant() -> None:
    read = readers.ical_js([path.read_bytes().decode() for path in GOLDEN_FILES])
    for path, calendar in zip(GOLDEN_FILES, read, strict=True):
        act, who = path.stem.split("-")
        (one,) = calendar["events"]
        days = 0 if act == "request" else 7
        moved = STARTS + timedelta(days=days)
        gone = FILES[act][who] == "CANCEL"
        assert calendar["method"] == FILES[act][who]
        assert calendar["parts"] == ["vtimezone", "vevent"]
        assert calendar["zones"] == [["standard"]]
        assert (one["start"], one["end"]) == (
            moved.timestamp(),
            (moved + HOURS).timestamp(),
        )
        assert one["status"] == ("CANCELLED" if gone else "CONFIRMED")
        assert one["summary"] == REQUEST.summary
        assert one["place"] == (
            PLACE if act in {"request", "time"} else "保健センター 2階"
        )
        assert one["organizer"] == f"mailto:{REQUEST.organizer}"
        (attendee,) = one["attendees"]
        assert attendee["address"] == f"mailto:{who}@clinic.mihon.example"
        assert (attendee["partstat"], attendee["rsvp"]) == (
            "NEEDS-ACTION",
            "FALSE" if gone else "TRUE",
        )


# The form ----------------------------------------------------------------------------


def event(text: str) -> Component:
    calendar = Calendar.from_ical(text)
    assert [c.errors for c in calendar.walk() if c.errors] == []
    (found,) = calendar.walk("VEVENT")
    return found


def unfolded(text: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", text)


def test_japan_has_one_standard_time_and_no_remark() -> None:
    text = unfolded(render(REQUEST))
    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")]
    assert re.findall(r"BEGIN:(\w+)", zone) == ["VTIMEZONE", "STANDARD"]
    assert "TZID:Asia/Tokyo" in zone
    assert "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900" in zone
    assert "COMMENT" not in text
    assert "DTSTART;TZID=Asia/Tokyo:20261215T133000" in text


@pytest.mark.parametrize("lead", range(4))
@pytest.mark.parametrize("letter", ["会", "é", "𠮷", "か\u3099", "👩‍⚕️"], ids=ascii)
def test_lines_fold_at_75_octets_and_no_letter_is_torn(lead: int, letter: str) -> None:
    words = "x" * lead + letter * 60
    raw = render(replace(REQUEST, place=words, name=words)).encode()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) == 75
    for line in lines:
        line.decode("utf-8")
    assert str(event(raw.decode())["location"]) == one_line(words)


# Hostile words -----------------------------------------------------------------------

WORDS = {"summary": "summary", "place": "location"}
ADDRESSES = {"address": "url", "email": "attendee", "organizer": "organizer"}
NAMES = {"name": "attendee", "organizer_name": "organizer"}
FIELDS = [*WORDS, *ADDRESSES, *NAMES]

BREAKS = "\r\n\x00\x07\x0b\x0c\x1b\x7f\x85\u2028\u2029\u200b\u202e\ufeff\ud800"
ATTACKS = st.sampled_from(
    [
        "\r\nATTENDEE:mailto:eve@evil.example",
        "\nEND:VEVENT\nBEGIN:VEVENT",
        "\rMETHOD:PUBLISH",
        '";X="',
        "\\n",
        "\\",
        ";,:",
        "\r\n ",
        "^n",
    ]
)
LETTERS = st.text(st.sampled_from(BREAKS) | st.characters(), max_size=30)
hostile = st.lists(ATTACKS | LETTERS, max_size=5).map("".join)
examples = settings(max_examples=200)


def meant(field: str, words: str) -> str:
    """What a reader shall find of ``words`` in the field."""
    if field in NAMES:
        return parameter(words)
    if field in ADDRESSES:
        return one_word(words)
    return one_line(words)


def found(read: Component, field: str) -> str:
    if field in NAMES:
        return str(read[NAMES[field]].params.get("CN", ""))
    if field in ADDRESSES:
        return str(read.get(ADDRESSES[field], "")).removeprefix("mailto:")
    return str(read.get(WORDS[field], ""))


def check(entry: Entry) -> None:
    text = render(entry)
    plain = text.replace("\r\n", "")
    assert not [c for c in plain if unicodedata.category(c) in {"Cc", "Zl", "Zp"}]
    names = re.findall(r"^[A-Z-]+", unfolded(text), re.MULTILINE)
    usual = re.findall(r"^[A-Z-]+", unfolded(render(REQUEST)), re.MULTILINE)
    assert set(names) <= set(usual), "no line but ours"
    assert names.count("ATTENDEE") <= 1
    assert len(names) <= len(usual)
    read = event(text)
    for field in FIELDS:
        assert found(read, field) == meant(field, getattr(entry, field)), field


def with_words(field: str, words: str) -> Entry:
    values: dict[str, Any] = {field: words}
    return replace(REQUEST, **values)


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_begins_a_line_of_its_own(field: str) -> None:
    @examples
    @given(words=hostile)
    def holds(words: str) -> None:
        check(with_words(field, words))

    holds()


@examples
@given(words=st.fixed_dictionaries(dict.fromkeys(FIELDS, hostile)))
def test_nor_do_all_of_them_together(words: dict[str, str]) -> None:
    check(Entry(**{**asdict(REQUEST), **words}))


def test_the_other_readers_find_nothing_injected_either() -> None:
    words = '診療所\r\nATTENDEE:mailto:eve@evil.example\n\\n;X=",:^n\u2028END:VEVENT'
    texts = [render(with_words(field, words)) for field in FIELDS]
    usual, *calendars = readers.ical_js([render(REQUEST), *texts])
    assert [c["parts"] for c in calendars] == [usual["parts"]] * len(FIELDS)
    for field, text, calendar in zip(FIELDS, texts, calendars, strict=True):
        readers.libical(text)
        (one,) = calendar["events"]
        assert one["names"] == usual["events"][0]["names"]
        assert len(one["attendees"]) == 1
        if field in {"summary", "place"}:
            assert one[field] == one_line(words)


# The feed ----------------------------------------------------------------------------


def test_a_feed_asks_nothing_and_names_nobody() -> None:
    entries = [REQUEST, replace(REQUEST, method=Method.CANCEL, uid=UUID(int=2))]
    text = render_feed(UUID(int=1), "かさね", entries)
    readers.libical(text)
    (read,) = readers.ical_js([text])
    assert read["method"] is None
    assert read["parts"] == ["vtimezone", "vevent", "vevent"]
    assert [e["status"] for e in read["events"]] == ["CONFIRMED", "CANCELLED"]
    for one in read["events"]:
        assert (one["attendees"], one["organizer"]) == ([], None)
        assert one["summary"] == REQUEST.summary
    for word in (REQUEST.name, REQUEST.email, REQUEST.organizer):
        assert word not in unfolded(text)
