"""お知らせメール: as each likes it, never twice, never a word too much (R39)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from meetings.models import CalendarDay, Invitation
from meetings.services import digests
from members.models import DigestChoice, Person
from members.services.digests import Wish, choose
from portal.core import clock, outbox
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import convened

TUESDAY = date(2026, 12, 1)
SUBJECT = "かさね ご確認いただくことがあります"


@pytest.fixture
def waiting(cast: Cast) -> Cast:
    """The clinic is asked to come and has not answered."""
    with at(TUESDAY, -24):
        convened(cast, cast.clinic)
    return cast


def at(day: date, hour: float) -> time_machine.travel:
    moment = clock.day_start(day) + timedelta(hours=hour)
    return time_machine.travel(moment, tick=False)


def wish(person: Person, rhythm: str = "daily", **more: int) -> None:
    DigestChoice.objects.create(person=person, rhythm=rhythm, **more)


def sent() -> int:
    return OutgoingMail.objects.filter(subject=SUBJECT).count()


def test_who_never_chose_gets_nothing(waiting: Cast) -> None:
    with at(TUESDAY, 9):
        assert digests.send_due() == 0


def test_a_day_brings_one_mail_after_its_hour(waiting: Cast) -> None:
    wish(waiting.clinic, hour=8)
    for day, hour, count in [
        (TUESDAY, 7.99, 0),
        (TUESDAY, 8, 1),
        (TUESDAY, 8.1, 1),
        (TUESDAY - timedelta(days=1), 9, 1),  # the clock jumps back
        (TUESDAY, 12, 1),
        (TUESDAY + timedelta(days=1), 8, 2),
    ]:
        with at(day, hour):
            digests.send_due()
        assert sent() == count


def test_nothing_is_sent_when_nothing_waits_or_nobody_is_there(waiting: Cast) -> None:
    Invitation.objects.filter(person=waiting.clinic).update(rsvp="present")
    for person in (waiting.clinic, waiting.colleague, waiting.auditor):
        wish(person)
    with at(TUESDAY, 9):
        assert digests.send_due() == 0
    with at(TUESDAY + timedelta(days=1), 9):
        Invitation.objects.filter(person=waiting.clinic).update(rsvp="waiting")
        Person.objects.filter(pk=waiting.clinic.pk).update(ends_at=clock.now())
        assert digests.send_due() == 0


def test_weekends_and_closed_days_are_left_alone(waiting: Cast) -> None:
    wish(waiting.clinic)
    CalendarDay.objects.create(
        day=TUESDAY,
        name="庁舎の停電",
        decided_by="見本市長",
        decided_on=TUESDAY,
        entered_by=waiting.secretariat,
        entered_at=clock.now(),
    )
    for day in (TUESDAY, date(2026, 12, 5), date(2026, 12, 6)):
        with at(day, 9):
            assert digests.send_due() == 0


def test_a_week_brings_one_mail_on_its_day_or_the_next_that_works(
    waiting: Cast,
) -> None:
    wish(waiting.clinic, "weekly", weekday=0)
    Invitation.objects.update(rsvp="waiting")
    # 23 November 2026 is a holiday, and a Monday.
    counts = {date(2026, 11, 23): 0, date(2026, 11, 24): 1, date(2026, 11, 25): 1}
    counts |= {TUESDAY - timedelta(days=1): 2, TUESDAY: 2}
    DigestChoice.objects.update(settled_on=date(2026, 11, 20))
    for day, count in counts.items():
        with at(day, 9):
            digests.send_due()
        assert sent() == count


def test_a_new_wish_begins_with_its_next_hour_and_adds_no_second_mail(
    waiting: Cast,
) -> None:
    actor = factories.sign_in(waiting.clinic)
    for hour, chosen, count in [(9, 10, 0), (10, None, 1), (11, 12, 1)]:
        with at(TUESDAY, hour):
            if chosen:
                choose(actor=actor, wish=Wish("daily", 0, chosen))
            digests.send_due()
        assert sent() == count
    with at(TUESDAY, 13):
        assert digests.send_due() == 0
    with at(TUESDAY + timedelta(days=1), 9):
        choose(actor=actor, wish=Wish("daily", 0, 8))
        assert digests.send_due() == 0


def test_the_mail_says_no_more_than_that_something_waits(waiting: Cast) -> None:
    Person.objects.filter(pk=waiting.secretariat.pk).update(login="ishikawa")
    for person in (waiting.clinic, waiting.secretariat):
        wish(person)
    with at(TUESDAY, 9):
        assert digests.send_due() == 2
        for row in OutgoingMail.objects.filter(subject=SUBJECT):
            outbox.deliver.call(str(row.id))
    home, gate = reverse("meetings:home"), reverse("documents:gate")
    by_name = {m.to[0]: m for m in mail.outbox if m.subject == SUBJECT}
    clerk = by_name[waiting.secretariat.email].body
    guest = by_name[waiting.clinic.email].body
    assert f"http://127.0.0.1:8000{home}\n" in clerk
    assert gate in guest
    for body in (clerk, guest):
        assert reverse("members:digest") in body
        for words in ("件", "会議", waiting.shien.name, waiting.case.number):
            assert words not in body


def test_everybody_chooses_for_themselves_also_by_a_link(cast: Cast, signed_in) -> None:
    page = reverse("members:digest")
    client = signed_in(cast.clinic, strength=1)
    assert "受け取らない" in client.get(page).content.decode()
    wrong = {"rhythm": "weekly", "weekday": 6, "hour": 3}
    assert client.post(page, wrong).status_code == 422
    right = {"rhythm": "weekly", "weekday": 2, "hour": 18}
    assert client.post(page, right).status_code == 302
    row = DigestChoice.objects.get()
    assert (row.person, row.rhythm, row.weekday, row.hour) == (
        cast.clinic,
        "weekly",
        2,
        18,
    )
    assert client.post(page, {**right, "rhythm": "none"}).status_code == 302
    with at(TUESDAY, 20):
        assert digests.send_due() == 0
