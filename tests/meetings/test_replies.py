"""Replies of calendars and bounces: hints only, and strangers refused."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from meetings import inbound
from meetings.models import Invitation, Sitting
from meetings.services import invitations, replies, sittings
from meetings.services.replies import Outcome
from members.models import Person
from portal.core import clock, outbox
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings import convening, mailbox
from tests.meetings.convening import clerk, mails, when
from tests.meetings.mailbox import (
    EXCHANGE,
    PLAIN,
    SAMPLE,
    carried,
    hint,
    reasons,
    reply,
)

Rsvp = Invitation.Rsvp


pytestmark = pytest.mark.usefixtures("morning")


# What is taken as a hint ------------------------------------------------------------


@pytest.mark.parametrize("style", [PLAIN, EXCHANGE], ids=["plain", "exchange"])
@pytest.mark.parametrize(
    ("partstat", "meant"),
    [
        ("ACCEPTED", Rsvp.PRESENT),
        ("DECLINED", Rsvp.ABSENT),
        ("TENTATIVE", Rsvp.UNDECIDED),
        ("DELEGATED", Rsvp.PROXY),
    ],
)
def test_an_answer_is_kept_as_a_hint_and_answers_nothing(
    asked: Invitation, style: str, partstat: str, meant: Rsvp
) -> None:
    assert replies.receive(raw=reply(asked, style, partstat=partstat)) == "hinted"
    kept = hint(asked)
    assert kept is not None
    assert kept.answer == meant
    asked.refresh_from_db()
    assert (asked.rsvp, asked.rsvp_at) == (Rsvp.WAITING, None)
    event = AuditEvent.objects.get(action="meetings.reply.hint")
    assert (event.actor, event.detail["answer"]) == ("", meant)


VARIANTS: dict[str, dict[str, Any]] = {
    "scheme and address in capitals": {"attendee": "{email_upper}"},
    "no sequence is the first": {"sequence": ""},
    "another host in the UID": {"uid": "{uid}@elsewhere.example"},
    "no host in the UID": {"uid": "{uid}"},
    "a clock that runs ahead": {"stamp": "20991231T235959Z"},
    "a local stamp": {"stamp": "20261122T120000"},
    "method in small letters": {"method": "reply"},
    "a sequence that the client raised": {"sequence": 7},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_calendars_differ_and_are_understood(asked: Invitation, name: str) -> None:
    words = {
        "email_upper": asked.person.email.upper(),
        "uid": str(asked.calendar_uid),
    }
    changes = {
        key: value.format(**words) if isinstance(value, str) else value
        for key, value in VARIANTS[name].items()
    }
    raw = reply(asked, **changes)
    if not changes.get("sequence", "given"):
        raw = raw.replace(b"SEQUENCE:\n", b"")
    assert replies.receive(raw=raw) == Outcome.HINTED
    kept = hint(asked)
    assert kept is not None
    assert kept.stamp <= clock.now()


def test_an_account_address_counts_where_the_attendee_is_a_path(
    asked: Invitation,
) -> None:
    raw = reply(asked, partstat=f"ACCEPTED;EMAIL={asked.person.email}", attendee="/12/")
    assert replies.receive(raw=raw) == Outcome.HINTED


def test_the_reply_address_stands_for_the_person(asked: Invitation) -> None:
    """Some answer from an address that we do not know."""
    own = outbox.reply_address(mails(asked.person)[0].id)
    raw = reply(asked, sender="ueda.takeshi@group.example", to=own)
    assert replies.receive(raw=raw) == Outcome.HINTED


def test_the_notice_names_the_address_to_answer_to(asked: Invitation) -> None:
    mail = mails(asked.person)[0]
    message = outbox.compose(mail)
    own = outbox.reply_address(mail.id)
    assert message.message()["Reply-To"] == message.from_email == own
    assert message.message()["From"] == "kasane@city.mihon.example"
    assert len(own.partition("@")[0]) <= 64
    assert outbox.mail_behind(own.upper()) == mail


def test_without_a_domain_there_is_no_such_address(
    asked: Invitation, settings: Settings
) -> None:
    settings.REPLY_DOMAIN = ""
    message = outbox.compose(mails(asked.person)[0])
    assert message.message()["Reply-To"] is None
    assert message.from_email == "kasane@city.mihon.example"


# Later answers, later entries --------------------------------------------------------


def test_the_newest_answer_counts_in_whatever_order_mails_arrive(
    asked: Invitation,
) -> None:
    old = reply(asked, partstat="ACCEPTED", stamp="20261121T013000Z")
    new = reply(asked, partstat="DECLINED", stamp="20261121T020000Z")
    took = [replies.receive(raw=raw) for raw in (old, new, old, new)]
    assert took == ["hinted", "hinted", "outdated", "outdated"]
    kept = hint(asked)
    assert kept is not None
    assert kept.answer == Rsvp.ABSENT


def test_an_answer_to_an_older_entry_is_passed_over(
    cast: Cast, asked: Invitation
) -> None:
    assert replies.receive(raw=reply(asked)) == Outcome.HINTED
    late = reply(asked, stamp="20261121T023000Z")
    sittings.change_sitting(
        actor=clerk(cast), sitting=asked.sitting, when=when(place="保健センター")
    )
    assert hint(asked) is None, "it was about another place"
    assert replies.receive(raw=late) == Outcome.OUTDATED
    asked.refresh_from_db()
    anew = reply(asked, partstat="DECLINED", stamp="20261121T013000Z")
    assert replies.receive(raw=anew) == Outcome.HINTED


def test_what_the_person_says_on_the_page_ends_the_hint(asked: Invitation) -> None:
    replies.receive(raw=reply(asked))
    invitations.answer_invitation(
        actor=factories.sign_in(asked.person), invitation=asked, rsvp=Rsvp.ABSENT
    )
    assert hint(asked) is None
    Invitation.objects.filter(pk=asked.pk).update(
        rsvp_at=clock.now() - timedelta(hours=1)
    )
    assert hint(asked) is not None, "a newer word of the calendar"


# What is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("uid", {"uid": "00000000-0000-4000-8000-000000000000@city.mihon.example"}),
        ("attendee", {"attendee": "eve@evil.example"}),
        ("sender", {"sender": "eve@evil.example"}),
        ("answer", {"partstat": "NEEDS-ACTION"}),
        ("answer", {"partstat": "X-MAYBE"}),
    ],
)
def test_a_stranger_is_refused_and_written_down(
    asked: Invitation, reason: str, changes: dict[str, str]
) -> None:
    before = Invitation.objects.count()
    assert replies.receive(raw=reply(asked, **changes)) == Outcome.REFUSED
    assert (reasons(), hint(asked)) == ([reason], None)
    assert Invitation.objects.count() == before, "an uninvited guest stays one"


def test_a_colleague_to_whom_the_entry_was_forwarded_is_refused(
    cast: Cast, asked: Invitation
) -> None:
    """Also with our own address to answer to, and though invited herself."""
    own = outbox.reply_address(mails(asked.person)[0].id)
    email = cast.newcomer.email
    for changes in ({"attendee": email}, {"attendee": email, "to": own}):
        raw = reply(asked, sender=email, **changes)
        assert replies.receive(raw=raw) == Outcome.REFUSED
    assert reasons() == ["attendee", "attendee"]


def test_one_persons_address_does_not_speak_for_another(
    cast: Cast, asked: Invitation
) -> None:
    theirs = outbox.reply_address(mails(cast.newcomer)[0].id)
    raw = reply(asked, sender="eve@evil.example", to=theirs)
    assert replies.receive(raw=raw) == Outcome.REFUSED
    assert reasons() == ["sender"]


def test_a_made_up_address_is_nobodys(asked: Invitation) -> None:
    own = outbox.reply_address(mails(asked.person)[0].id)
    other = "b" if own[40] == "a" else "a"
    wrong = own.replace("@", "a@"), own[:40] + "@x.example", own.replace(own[40], other)
    assert [outbox.mail_behind(address) for address in wrong] == [None] * 3
    assert outbox.mail_behind("kasane@city.mihon.example") is None


def withdraw(cast: Cast, asked: Invitation) -> None:
    convening.select(cast, asked.sitting.items.get(), cast.newcomer)


def cancel(cast: Cast, asked: Invitation) -> None:
    sittings.cancel_sitting(actor=clerk(cast), sitting=asked.sitting)


def end_commission(cast: Cast, asked: Invitation) -> None:
    asked.person.commissions.update(ends_at=clock.now())


def end_account(cast: Cast, asked: Invitation) -> None:
    Person.objects.filter(pk=asked.person_id).update(ends_at=clock.now())


def pass_by(cast: Cast, asked: Invitation) -> None:
    now = clock.now()
    Sitting.objects.filter(pk=asked.sitting_id).update(
        starts_at=now - timedelta(hours=2), ends_at=now
    )


@pytest.mark.parametrize(
    "happen", [withdraw, cancel, end_commission, end_account, pass_by]
)
def test_nobody_answers_who_is_not_asked_any_more(
    cast: Cast, asked: Invitation, happen: Any
) -> None:
    happen(cast, asked)
    raw = reply(asked, sequence=9)
    assert replies.receive(raw=raw) == Outcome.REFUSED
    assert (reasons(), hint(asked)) == (["over"], None)


BROKEN: dict[str, tuple[str, bytes]] = {
    "not a mail": ("no_calendar", b"\x00\xff\r\n"),
    "empty": ("no_calendar", b""),
    "a letter": ("no_calendar", b"From: a@b.example\n\nHello\n"),
    "huge": ("size", b"A" * (inbound.MAX_BYTES + 1)),
    "a deep pile of parts": (
        "broken",
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n)
            for n in range(5000)
        ),
    ),
}
CALENDARS: dict[str, tuple[str, str, str]] = {
    "a request": ("method", "METHOD:REPLY", "METHOD:REQUEST"),
    "a counter": ("method", "METHOD:REPLY", "METHOD:COUNTER"),
    "no method": ("method", "METHOD:REPLY", "X-METHOD:REPLY"),
    "a task": ("events", "VEVENT", "VTODO"),
    "no attendee": ("broken", "ATTENDEE;", "CONTACT;"),
    "no UID": ("broken", "UID:", "X-UID:"),
    "a UID of somebody else": ("broken", "UID:", "UID:cal-"),
    "a word for a number": ("broken", "SEQUENCE:0", "SEQUENCE:zero"),
    "a word for a time": ("broken", "DTSTAMP:2026", "DTSTAMP:soon"),
    "an occurrence": ("attendees", "CLASS:", "RECURRENCE-ID:20261215T043000Z\r\nA:"),
    "a large one": ("size", "SUMMARY", "SUMMARY;X=" + "x" * inbound.MAX_CALENDAR),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused(db: None, name: str) -> None:
    reason, raw = BROKEN[name]
    assert replies.receive(raw=raw) == Outcome.UNREADABLE
    assert reasons() == [reason]


@pytest.mark.parametrize("name", CALENDARS)
def test_calendars_that_are_no_answer_are_refused(asked: Invitation, name: str) -> None:
    reason, old, new = CALENDARS[name]
    text = mailbox.answer(asked, EXCHANGE)
    assert old in text
    raw = carried(text.replace(old, new), sender=asked.person.email)
    assert replies.receive(raw=raw) == Outcome.UNREADABLE
    assert (reasons(), hint(asked)) == ([reason], None)


def test_two_people_in_one_answer_are_refused(asked: Invitation) -> None:
    line = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{asked.person.email}\r\n"
    text = mailbox.answer(asked).replace("SEQUENCE", f"{line}SEQUENCE")
    raw = carried(text, sender=asked.person.email)
    assert replies.receive(raw=raw) == Outcome.UNREADABLE
    assert reasons() == ["attendees"]


BOMB = "RRULE:FREQ=SECONDLY;UNTIL=99991231T235959Z\r\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TZOFFSETFROM", f"{BOMB}TZOFFSETFROM"),
        ("SEQUENCE", f"{BOMB}RDATE:{'20261215T043000Z,' * 900}\r\nSEQUENCE"),
        ("SEQUENCE", "DTSTART;TZID=../../etc/passwd:20261215T133000\r\nSEQUENCE"),
    ],
    ids=["rule of a zone", "rule of the event", "unknown zone"],
)
def test_hostile_times_are_never_worked_out(
    asked: Invitation, old: str, new: str
) -> None:
    text = mailbox.answer(asked, EXCHANGE).replace(old, new)
    raw = carried(text, sender=asked.person.email)
    assert replies.receive(raw=raw) == Outcome.HINTED


def test_an_absence_note_is_passed_over(db: None) -> None:
    raw = b"From: a@b.example\nAuto-Submitted: auto-replied\n\nI am away.\n"
    assert replies.receive(raw=raw) == Outcome.IGNORED
    assert reasons() == []


@examples(max_examples=300)
@given(
    cuts=st.lists(
        st.tuples(
            st.integers(0, len(SAMPLE)), st.integers(0, 40), st.binary(max_size=12)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_torn_mail_is_read_or_refused_and_nothing_else(
    cuts: list[tuple[int, int, bytes]],
) -> None:
    raw = SAMPLE
    for start, length, put in cuts:
        raw = raw[:start] + put + raw[start + length :]
    try:
        read = inbound.read(raw)
    except inbound.UnreadableError:
        return
    assert read is None or isinstance(read, inbound.Reply | inbound.Report)
