"""The feed of one's own invitations: neutral, revocable, decided at every read."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from time_machine import TimeMachineFixture

from meetings.models import CalendarFeed, Sitting
from meetings.services import feeds, sittings
from members.models import Person
from portal.core import clock
from portal.core.errors import HiddenError, StepUpError, UnavailableError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import convening
from tests.meetings.convening import clerk, convened, mails, select, when


def make(person: Person) -> str:
    """The path of a new feed."""
    address = feeds.make_feed(actor=factories.sign_in(person))
    return "/" + address.partition("://")[2].partition("/")[2]


def read(path: str) -> Calendar:
    response = Client().get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def events(path: str) -> list[Any]:
    return list(read(path).walk("VEVENT"))


def test_a_feed_shows_ones_own_invitations_in_neutral_words(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic, cast.newcomer)
    convening.draft(cast, 2)
    path = make(cast.clinic)
    shown = {str(event["uid"]).partition("@")[0]: event for event in events(path)}
    own = convening.invitation(cast.clinic, sitting)
    assert shown.keys() == {
        str(row.calendar_uid) for row in cast.clinic.invitations.all()
    }
    event = shown[str(own.calendar_uid)]
    assert str(event["location"]) == sitting.place
    assert "ATTENDEE" not in event
    text = Client().get(path).content.decode().replace("\r\n ", "")
    for word in (
        *(person.name for person in (cast.clinic, cast.newcomer, cast.chair)),
        *(cast.case.number, cast.case.title, cast.shien.name, convening.WORDS.title),
        cast.clinic.email,
    ):
        assert word not in text


def test_the_address_is_told_once_and_only_its_digest_kept(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.clinic)
    made = client.post(reverse("meetings:feed-make")).content.decode()
    secret = made.partition("/feed/")[2].partition(".ics")[0]
    assert len(secret) >= 43
    row = CalendarFeed.objects.get()
    assert secret not in str(row.__dict__)
    assert secret not in client.get(reverse("meetings:feed")).content.decode()
    events = AuditEvent.objects.filter(subject=f"feed:{row.id}")
    assert secret not in str([event.__dict__ for event in events])


def test_nothing_of_it_may_rest_in_a_cache(cast: Cast) -> None:
    response = Client().get(make(cast.clinic))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in response.headers


def test_making_it_anew_and_stopping_it_end_the_old_address(cast: Cast) -> None:
    first = make(cast.clinic)
    second = make(cast.clinic)
    assert [Client().get(p).status_code for p in (first, second)] == [404, 200]
    feeds.stop_feed(actor=factories.sign_in(cast.clinic))
    assert Client().get(second).status_code == 404
    assert Client().get("/feed/unknown.ics").status_code == 404


def test_the_404_of_an_ended_feed_is_that_of_an_unknown_one(cast: Cast) -> None:
    path = make(cast.clinic)
    feeds.stop_feed(actor=factories.sign_in(cast.clinic))
    ended, unknown = Client().get(path), Client().get("/feed/unknown.ics")
    assert ended.content == unknown.content


def end_account(cast: Cast) -> None:
    Person.objects.filter(pk=cast.clinic.pk).update(ends_at=clock.now())


def end_commissions(cast: Cast) -> None:
    cast.clinic.commissions.update(ends_at=clock.now())


@pytest.mark.parametrize("end", [end_account, end_commissions])
def test_whose_standing_ends_gets_404_at_once(cast: Cast, end: Any) -> None:
    path = make(cast.clinic)
    assert events(path)
    end(cast)
    assert Client().get(path).status_code == 404


def test_an_invitation_that_ends_leaves_the_feed(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    path = make(cast.clinic)
    before = len(events(path))
    select(cast, sitting.items.get(), cast.newcomer)
    assert len(events(path)) == before - 1


def test_the_end_of_one_bodys_commission_takes_that_bodys_sittings(cast: Cast) -> None:
    convened(cast, cast.clinic)
    path = make(cast.clinic)
    assert len(events(path)) == 2
    cast.clinic.commissions.filter(body=cast.shien).update(ends_at=clock.now())
    # The day on the cast's own agenda stays: there the clinic has an item of the other.
    assert len(events(path)) == 1


def test_a_cancelled_sitting_is_shown_as_cancelled(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    path = make(cast.clinic)
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    own = convening.invitation(cast.clinic, sitting)
    (event,) = (e for e in events(path) if str(own.calendar_uid) in str(e["uid"]))
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)


@pytest.mark.parametrize("state", [Sitting.State.DRAFT, Sitting.State.SUBMITTED])
def test_what_is_not_convened_is_not_shown_to_its_offices_either(
    cast: Cast, state: Sitting.State
) -> None:
    path = make(cast.secretariat)
    assert len(events(path)) == 1
    Sitting.objects.update(state=state)
    assert events(path) == []


def test_a_feed_is_read_in_as_many_queries_for_ten_sittings_as_for_one(
    cast: Cast,
) -> None:
    path = make(cast.clinic)
    read(path)
    with CaptureQueriesContext(connection) as few:
        assert len(events(path)) == 1
    for number in range(1, 4):
        convened(cast, cast.clinic, number=number)
    with CaptureQueriesContext(connection) as many:
        assert len(events(path)) == 4
    assert len(many) == len(few)


def test_reads_are_in_the_trail_by_the_hour_and_bounded(
    cast: Cast, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(clock.now(), tick=False)
    path = make(cast.clinic)
    secret = path.removeprefix("/feed/").removesuffix(".ics")
    for _ in range(feeds.READS_PER_HOUR):
        feeds.read_feed(secret=secret)
    with pytest.raises(UnavailableError):
        feeds.read_feed(secret=secret)
    assert Client().get(path).status_code == 503
    trail = AuditEvent.objects.filter(action="meetings.feed.read")
    assert [e.detail for e in trail] == [{"reads_before": 0}]
    time_machine.shift(timedelta(hours=1))
    feeds.read_feed(secret=secret)
    assert [e.detail for e in trail.all()][1:] == [
        {"reads_before": feeds.READS_PER_HOUR}
    ]


# The page ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_takes_part_in_nothing_has_no_such_page(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    for act in (
        lambda: feeds.make_feed(actor=actor),
        lambda: feeds.stop_feed(actor=actor),
        lambda: feeds.choose_entries(actor=actor, attach=False),
    ):
        with pytest.raises(HiddenError):
            act()


def test_a_mail_code_alone_makes_no_feed_but_stops_one(cast: Cast) -> None:
    """It reaches beyond the link's sitting, and lasts longer (R31)."""
    path = make(cast.clinic)
    scope = factories.to_sitting(cast.sitting)
    weak = factories.sign_in(cast.clinic, strength=1, scope=scope)
    with pytest.raises(StepUpError):
        feeds.make_feed(actor=weak)
    assert Client().get(path).status_code == 200
    feeds.stop_feed(actor=weak)
    assert Client().get(path).status_code == 404


def test_stopping_a_feed_is_nobody_elses(cast: Cast) -> None:
    path = make(cast.clinic)
    feeds.stop_feed(actor=factories.sign_in(cast.secretariat))
    assert Client().get(path).status_code == 200


# The choice --------------------------------------------------------------------------


def test_who_wants_no_entries_gets_none_at_all(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.clinic)
    client.post(reverse("meetings:feed-entries"), {"attach": "False"})
    sitting = convened(cast, cast.clinic, cast.newcomer)
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=when(40))
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    for mail in mails(cast.clinic):
        assert (bytes(mail.sealed_calendar), mail.calendar_method) == (b"", "")
    assert all(
        mail.sealed_calendar for mail in mails(cast.newcomer) if mail.sealed_body
    )


def test_the_choice_can_be_taken_back(cast: Cast, signed_in: SignIn) -> None:
    client, address = signed_in(cast.clinic), reverse("meetings:feed-entries")
    for said, wants in (("False", False), ("True", True), ("perhaps", True)):
        client.post(address, {"attach": said})
        assert (cast.clinic.id not in feeds.without_entries([cast.clinic])) is wants
