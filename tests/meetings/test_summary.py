"""決定のまとめ: at once, own items only; and what is late after a sitting."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.models import AgendaItem, Entry, Minutes, Presence, Sitting
from meetings.notices import serial_of
from meetings.selectors.home import home_of
from meetings.selectors.late import After, after_sitting
from meetings.selectors.sittings import open_sitting
from meetings.selectors.summary import Summary, summary_of
from meetings.services import room
from meetings.summary_rendering import summary_pdf
from members.access import Actor
from members.facts import Role
from members.models import Charter, Consent, Person, Recusal
from portal.core import clock
from portal.core.errors import DomainError, HiddenError, StepUpError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import to_sitting

pytestmark = pytest.mark.django_db

SECRET = "長男の受診歴を聞き取った。"


def write(cast: Cast, item: AgendaItem, kind: str, text: str, **more: object) -> Entry:
    now = clock.now()
    return Entry.objects.create(
        item=item,
        order=item.entries.count() + 1,
        kind=kind,
        text=text,
        revision=1,
        created_by=cast.secretariat,
        created_at=now,
        changed_at=now,
        **more,
    )


@pytest.fixture
def held(cast: Cast) -> Sitting:
    """A closed sitting: the clinic was in for the second item alone."""
    now = clock.now()
    for item in cast.items:
        item.state, item.closed_at = AgendaItem.State.CLOSED, now
        item.save()
        people = [cast.chair, cast.secretariat]
        people += [cast.clinic] if item == cast.juso_item else []
        for person in people:
            factories.presence(person, item)
        write(cast, item, "discussion", SECRET)
    write(cast, cast.shien_item, "decision", "見守りを週1回にする。")
    day = clock.today() + timedelta(days=30)
    write(cast, cast.juso_item, "decision", "訪問を始める。", due_on=day)
    write(cast, cast.juso_item, "task", "初回の訪問をする。", speaker="見本クリニック")
    Presence.objects.update(ends_at=now)
    room.close_sitting(actor=factories.sign_in(cast.chair), sitting=cast.sitting)
    cast.sitting.refresh_from_db()
    return cast.sitting


def summary(person: Person, sitting: Sitting) -> Summary:
    return summary_of(factories.sign_in(person), sitting.id)


def test_each_reads_the_items_attended_numbered_by_themselves(
    cast: Cast, held: Sitting
) -> None:
    whole = summary(cast.chair, held).document
    assert len(whole.items) == 2
    own = summary(cast.clinic, held).document
    (item,) = own.items
    assert item.decisions == ("訪問を始める。",)
    assert [(d.who, d.what) for d in item.duties] == [
        ("見本クリニック", "初回の訪問をする。")
    ]
    assert item.present == 3
    assert item.next_monitoring == clock.today() + timedelta(days=30)


def test_who_came_is_told_once_in_neutral_words(cast: Cast, held: Sitting) -> None:
    room.close_sitting(actor=factories.sign_in(cast.chair), sitting=held)
    told = {cast.secretariat, cast.clinic}
    events = AuditEvent.objects.filter(action="meetings.summary.tell")
    assert sorted(event.subject for event in events) == sorted(
        f"person:{person.id}" for person in told
    )
    mails = list(OutgoingMail.objects.all())
    assert {mail.address for mail in mails} == {person.email for person in told}
    serial = serial_of(held.starts_at, held.number)
    words = f"【会議のまとめ】かさね 会議のお知らせ {serial}"
    assert {mail.subject for mail in mails} == {words}


def test_who_may_no_longer_read_is_not_told(cast: Cast) -> None:
    for item in cast.items:
        factories.presence(cast.clinic, item)
    cast.clinic.memberships.update(ends_at=clock.now())
    AgendaItem.objects.update(state=AgendaItem.State.CLOSED, closed_at=clock.now())
    room.close_sitting(actor=factories.sign_in(cast.chair), sitting=cast.sitting)
    assert not OutgoingMail.objects.exists()


def test_page_and_paper_hold_nothing_of_other_items(
    cast: Cast, held: Sitting, signed_in: SignIn
) -> None:
    browser = signed_in(cast.clinic)
    page = browser.get(reverse("meetings:sitting-summary", args=[held.id]))
    words = page.content.decode()
    assert "訪問を始める。" in words
    assert "議題1" in words
    for secret in ("見守りを週1回", "議題2", SECRET, cast.secretariat.name):
        assert secret not in words
    paper = browser.get(reverse("meetings:summary-print", args=[held.id]))
    assert paper.content.startswith(b"%PDF")
    name = f"kasane-{held.starts_at:%Y%m%d}-summary.pdf"
    assert paper["Content-Disposition"] == f'attachment; filename="{name}"'
    read = AuditEvent.objects.filter(action="meetings.summary.read")
    assert {event.detail["items"] for event in read} == {str(cast.juso_item.id)}


def test_the_same_summary_gives_the_same_paper(cast: Cast, held: Sitting) -> None:
    document = summary(cast.chair, held).document
    assert summary_pdf(document) == summary_pdf(document)


@pytest.mark.parametrize(
    "name",
    [
        "newcomer",
        "leaver",
        "colleague",
        "stranger",
        "recused",
        "administrator",
        "auditor",
    ],
)
def test_who_attended_nothing_gets_no_summary(
    cast: Cast, held: Sitting, name: str
) -> None:
    with pytest.raises(HiddenError):
        summary(getattr(cast, name), held)


def test_before_the_end_there_is_none(cast: Cast, held: Sitting) -> None:
    Sitting.objects.update(state=Sitting.State.CONVENED)
    for person in (cast.chair, cast.clinic):
        with pytest.raises(HiddenError):
            summary(person, held)


def test_an_item_that_was_carried_over_has_none(cast: Cast, held: Sitting) -> None:
    AgendaItem.objects.filter(pk=cast.juso_item.pk).update(state="carried")
    with pytest.raises(HiddenError):
        summary(cast.clinic, held)


def test_withdrawn_consent_closes_the_item(cast: Cast, held: Sitting) -> None:
    Consent.objects.update(withdrawn_at=clock.now())
    with pytest.raises(HiddenError):
        summary(cast.clinic, held)
    assert len(summary(cast.chair, held).items) == 1


def test_a_recused_attendee_loses_it(cast: Cast, held: Sitting) -> None:
    factories.presence(cast.recused, cast.juso_item)
    with pytest.raises(HiddenError):
        summary(cast.recused, held)


def test_after_the_days_of_reading_it_is_closed(cast: Cast, held: Sitting) -> None:
    over = clock.now() - timedelta(days=8)
    Sitting.objects.update(
        starts_at=over - timedelta(hours=2), ends_at=over, closed_at=over
    )
    with pytest.raises(DomainError):
        summary(cast.clinic, held)
    assert len(summary(cast.chair, held).items) == 2


def test_a_link_with_the_code_by_mail_asks_for_more(cast: Cast, held: Sitting) -> None:
    weak = factories.sign_in(cast.clinic, strength=1, scope=to_sitting(held))
    with pytest.raises(StepUpError):
        summary_of(weak, held.id)


def test_the_page_of_the_sitting_leads_to_it(
    cast: Cast, held: Sitting, signed_in: SignIn
) -> None:
    address = reverse("meetings:sitting-summary", args=[held.id])
    detail = reverse("meetings:sitting-detail", args=[held.id])
    for person in (cast.chair, cast.clinic):
        assert address in signed_in(person).get(detail).content.decode()
    Presence.objects.filter(person=cast.clinic).delete()
    assert address not in signed_in(cast.clinic).get(detail).content.decode()


def late_on_home(actor: Actor) -> list[After]:
    desk = home_of(actor).desk
    assert desk is not None
    return desk.late


def long_ago(sitting: Sitting, days: int, state: str = "closed") -> None:
    start = clock.now() - timedelta(days=days)
    Sitting.objects.filter(pk=sitting.pk).update(
        starts_at=start, ends_at=start + timedelta(hours=1), state=state
    )


def test_a_sitting_not_closed_is_late_after_two_days(cast: Cast) -> None:
    clerk = factories.sign_in(cast.secretariat)
    long_ago(cast.sitting, 2, "convened")
    assert late_on_home(clerk) == []
    long_ago(cast.sitting, 3, "convened")
    (row,) = late_on_home(clerk)
    assert (row.summary_late, row.minutes_late) == (True, False)


def test_records_are_late_after_the_days_of_the_body(cast: Cast, held: Sitting) -> None:
    rules = Charter.usual(cast.shien)
    rules.starts_at, rules.minutes_days = factories.LONG_AGO, 10
    rules.decided_by, rules.decided_on = "市長決裁", clock.today()
    rules.save()
    clerk = factories.sign_in(cast.secretariat)
    long_ago(held, 10)
    assert late_on_home(clerk) == []
    long_ago(held, 11)
    (row,) = late_on_home(clerk)
    assert (row.summary_late, row.open_records) == (False, 2)
    Minutes.objects.create(item=cast.shien_item, state=Minutes.State.FINAL)
    (row,) = late_on_home(clerk)
    assert row.open_records == 1
    Minutes.objects.create(item=cast.juso_item, state=Minutes.State.FINAL)
    assert late_on_home(clerk) == []


def test_what_is_late_is_shown_with_the_next_step(
    cast: Cast, held: Sitting, signed_in: SignIn
) -> None:
    long_ago(held, 50)
    browser = signed_in(cast.secretariat)
    home = browser.get(reverse("meetings:home")).content.decode()
    assert "会議の後の期限" in home
    page = browser.get(reverse("meetings:sitting-detail", args=[held.id]))
    assert "2件の会議録が確定していません" in page.content.decode()


def test_a_custodian_kept_away_hears_of_no_late_record(
    cast: Cast, held: Sitting
) -> None:
    long_ago(held, 50)
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        reason="親族が当事者のため",
        entered_by=cast.chair,
    )
    clerk = factories.sign_in(cast.secretariat)
    assert late_on_home(clerk) == []
    shown = after_sitting(open_sitting(clerk, held.id))
    assert shown is not None
    assert shown.open_records == 0


def test_members_and_strangers_hear_of_nothing_late(cast: Cast, held: Sitting) -> None:
    long_ago(held, 50)
    assert home_of(factories.sign_in(cast.clinic)).desk is None
    assert late_on_home(factories.sign_in(cast.stranger)) == []


def test_a_guest_of_one_item_takes_nothing_home(cast: Cast, held: Sitting) -> None:
    cast.clinic.memberships.all().delete()
    cast.clinic.seats.update(role=Role.GUEST)
    with pytest.raises(HiddenError):
        summary(cast.clinic, held)
