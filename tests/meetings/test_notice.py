"""The mail of a notice: its words, its parts, and what never appears in it (R39)."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from django.conf import settings
from icalendar import Calendar

from meetings import notices
from meetings.notices import Facts, Occasion, compose
from meetings.services import sittings
from members.models import Person
from portal.core import outbox
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.meetings import convening
from tests.meetings.convening import clerk, convened, mails, select, when

FACTS = Facts(
    serial="2026-012",
    starts_at=datetime(2026, 12, 15, 4, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 15, 6, 30, tzinfo=UTC),
    place="市役所本庁舎 3階 301会議室",
    name="上田 健",
    email="ueda@clinic.mihon.example",
    uid=UUID(int=7),
    sequence=0,
    stamp=datetime(2026, 11, 21, 1, 0, tzinfo=UTC),
    address="https://kasane.city.mihon.example/g/",
    link="https://kasane.city.mihon.example/g/#secret",
    link_until=datetime(2026, 12, 22, 6, 30, tzinfo=UTC),
)

INVITED = """上田 健 様

会議のお知らせ(2026-012)です。

日時  令和8年(2026年)12月15日(火)午後1時30分から午後3時30分まで
場所  市役所本庁舎 3階 301会議室

出欠のお返事と当日のご案内は、次のページでお願いします。
https://kasane.city.mihon.example/g/#secret

このリンクは上田 健様だけのものです。ほかの方に転送しないでください。
開くときに、確認コード(数字8けた)の入力をお願いします。
令和8年(2026年)12月22日(火)午後3時30分まで使えます。

かさね(このメールは送信専用です)
"""


def message(mail: OutgoingMail) -> EmailMessage:
    raw = outbox.compose(mail).message().as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def everything(mail: OutgoingMail) -> str:
    """All that leaves: headers, text, and both calendar parts unfolded."""
    parts = [str(message(mail).items())]
    for part in message(mail).walk():
        if not part.is_multipart():
            content = part.get_content()
            text = content if isinstance(content, str) else content.decode()
            parts += [str(part.items()), text.replace("\r\n ", "")]
    return "\n".join(parts)


def test_the_words_of_an_invitation() -> None:
    notice = compose(Occasion.INVITED, FACTS)
    assert notice.subject == "かさね 会議のお知らせ 2026-012"
    assert notice.body == INVITED
    assert "secret" not in notice.calendar


@pytest.mark.parametrize(
    ("occasion", "subject", "method"),
    [
        (Occasion.CHANGED, "【変更】かさね 会議のお知らせ 2026-012", "REQUEST"),
        (Occasion.CANCELLED, "【中止】かさね 会議のお知らせ 2026-012", "CANCEL"),
        (Occasion.WITHDRAWN, "【取消し】かさね 会議のお知らせ 2026-012", "CANCEL"),
    ],
)
def test_every_occasion_has_its_subject(
    occasion: Occasion, subject: str, method: str
) -> None:
    notice = compose(occasion, FACTS)
    assert (notice.subject, notice.method) == (subject, method)
    assert f"METHOD:{method}" in notice.calendar


def test_a_cancellation_holds_no_link() -> None:
    for occasion in (Occasion.CANCELLED, Occasion.WITHDRAWN):
        assert "secret" not in compose(occasion, FACTS).body


def test_the_serial_counts_in_the_fiscal_year() -> None:
    assert (
        notices.serial_of(datetime(2027, 3, 31, 14, 59, tzinfo=UTC), 12) == "2026-012"
    )
    assert notices.serial_of(datetime(2027, 3, 31, 15, 0, tzinfo=UTC), 1) == "2027-001"


def test_calendar_programs_find_the_entry_in_both_places(cast: Cast) -> None:
    convened(cast, cast.clinic)
    mail = message(mails(cast.clinic)[0])
    assert mail.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    inline, attached = list(mail.walk())[3:]
    assert inline["Content-Type"].params["method"] == "REQUEST"
    assert inline["Content-Type"].params["charset"] == "utf-8"
    assert attached.get_filename() == "invite.ics"
    entry = Calendar.from_ical(attached.get_content())
    assert Calendar.from_ical(inline.get_content()).to_ical() == entry.to_ical()
    assert str(entry.walk("VEVENT")[0]["organizer"]) == (
        f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    )
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL


def test_each_gets_a_mail_of_their_own(cast: Cast) -> None:
    convened(cast, cast.clinic, cast.newcomer)
    seen: set[str] = set()
    for person in (cast.clinic, cast.newcomer, cast.chair, cast.secretariat):
        mail = message(mails(person)[0])
        assert mail["To"] == person.email
        assert mail["Cc"] is None
        event = Calendar.from_ical(list(mail.walk())[4].get_content()).walk("VEVENT")[0]
        assert str(event["attendee"]) == f"mailto:{person.email}"
        seen.add(str(event["uid"]))
    assert len(seen) == 4


def test_nothing_of_the_case_leaves_the_house(cast: Cast) -> None:
    """Canaries: every word that would tell of the case, its items or its people."""
    sitting = convened(cast, cast.clinic, cast.newcomer)
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=when(44))
    select(cast, sitting.items.get(), cast.newcomer)
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    household = [m.name for m in cast.case.household.all()]
    labels = [m.label for m in cast.case.household.all()]
    canaries = [
        cast.case.number,
        cast.case.title,
        convening.WORDS.title,
        cast.shien.name,
        cast.juso.name,
        cast.clinic.organization.name,
        str(cast.case.id),
        str(sitting.items.get().id),
        *household,
        *labels,
    ]
    everybody: list[Person] = [
        cast.clinic,
        cast.newcomer,
        cast.chair,
        cast.secretariat,
    ]
    sent = 0
    for person in everybody:
        others = [other.name for other in everybody if other != person]
        for mail in mails(person):
            if mail.state == OutgoingMail.State.CANCELLED:
                continue
            sent += 1
            text = everything(mail)
            for word in (*canaries, *others):
                assert word not in text, (word, mail.subject)
    assert sent == 8


def test_a_hostile_name_or_place_stays_one_line(cast: Cast) -> None:
    cast.clinic.name = "上田\r\nBcc: eve@evil.example"
    cast.clinic.save()
    sitting = convening.draft(cast)
    sitting.place = "部屋\r\n\r\nhttps://evil.example/"
    sitting.save()
    select(cast, convening.add(cast, sitting), cast.clinic)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    sittings.approve_agenda(actor=convening.head(cast), sitting=sitting)
    mail = message(mails(cast.clinic)[0])
    assert mail["Bcc"] is None
    text = list(mail.walk())[2].get_content()
    assert "上田 Bcc: eve@evil.example 様" in text
    assert "\nhttps://evil.example/" not in text


def test_stopping_a_link_stops_the_mail_that_has_not_left(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    select(cast, sitting.items.get())
    first, second = mails(cast.clinic)
    assert first.state == OutgoingMail.State.CANCELLED
    assert (second.state, second.calendar_method) == ("waiting", "CANCEL")


def test_the_sequence_rises_with_each_change(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    for days in (40, 41):
        sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=when(days))
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    events = [
        Calendar.from_ical(list(message(mail).walk())[4].get_content()).walk("VEVENT")[
            0
        ]
        for mail in mails(cast.chair)
    ]
    assert [event.decoded("sequence") for event in events] == [0, 1, 2, 3]
    assert len({str(event["uid"]) for event in events}) == 1
    assert events[0].decoded("dtstamp") > factories.LONG_AGO
