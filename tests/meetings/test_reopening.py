"""A confirmed record is reopened; earlier ones are confirmed aloud in the room."""

from datetime import timedelta

import pytest
from django.urls import reverse

from documents.selectors import version_for
from meetings import records
from meetings.differences import Op
from meetings.models import (
    AgendaItem,
    Confirmation,
    Minutes,
    RecordVersion,
)
from meetings.selectors.earlier_records import earlier_of
from meetings.selectors.record_versions import history
from meetings.services import (
    reopening,
    room_confirmation,
)
from members.access import Actor
from members.facts import Role
from members.models import Consent, Person
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording
from tests.meetings.convening import mails

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "支援の開始日に誤りがあったため"


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    return recording.held(cast, cast.juso_item)


def reopen(actor: Actor, item: AgendaItem, reason: str = WHY, days: int = 7) -> Minutes:
    due = clock.today() + timedelta(days=days)
    return reopening.reopen(actor=actor, item_id=item.id, reason=reason, due_on=due)


# Reopening


def test_a_reopened_record_is_confirmed_anew_and_keeps_what_was_frozen(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    first = recording.confirmed(cast, item)
    assert first.pdf is not None
    old = first.pdf.versions.get()
    before = len(mails(cast.clinic))
    reopen(factories.sign_in(cast.secretariat), item)
    assert len(mails(cast.clinic)) == before + 1
    minutes = Minutes.objects.get(item=item)
    assert (minutes.state, minutes.version, minutes.pdf) == ("round", 2, None)
    kept = RecordVersion.objects.get(version=1)
    assert (kept.pdf, kept.finalized_at) == (first.pdf, first.finalized_at)
    assert version_for(factories.sign_in(cast.clinic), old.id).can.open
    recording.answer(cast, recording.ask(cast.secretariat, item), recording.NEW)
    again = recording.confirmed(cast, item)
    assert (again.state, again.version) == ("final", 3)
    document = records.document(records.load(item.id), confirmed=True)
    assert document.state == "再確定"
    assert again.pdf != first.pdf
    assert [v.version for v in again.versions.all()] == [1, 3]
    assert version_for(factories.sign_in(cast.clinic), old.id).can.open
    page = signed_in(cast.clinic).get(reverse("meetings:record-detail", args=[item.id]))
    words = page.content.decode()
    assert "再確定" in words
    assert reverse("documents:version-view", args=[old.id]) in words
    latest, _frozen = history(records.load(item.id))
    (change,) = latest.entries
    assert change.fields[0].pieces[0].op is Op.SAME


def test_old_confirmations_do_not_count_for_the_new_version(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    reopen(factories.sign_in(cast.chair), item)
    assert set(records.load(item.id).missing) == {cast.chair, cast.clinic}


@pytest.mark.parametrize(
    "name",
    ["clinic", "newcomer", "colleague", "stranger", "recused", "administrator"],
)
def test_only_the_custodian_reopens(cast: Cast, item: AgendaItem, name: str) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    with pytest.raises(HiddenError):
        reopen(factories.sign_in(getattr(cast, name)), item)
    assert Minutes.objects.get(item=item).state == Minutes.State.FINAL


def test_reopening_asks_for_a_fresh_factor_and_a_reason(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    with pytest.raises(RefusedError, match="確定した会議録だけ"):
        reopen(factories.sign_in(cast.secretariat), item)
    recording.confirmed(cast, item)
    stale = clock.now() - timedelta(minutes=6)
    with pytest.raises(StepUpError):
        reopen(factories.sign_in(cast.secretariat, strong_at=stale), item)
    for reason, days in (("", 7), ("あ" * 401, 7), (WHY, -1)):
        with pytest.raises(InvalidError):
            reopen(factories.sign_in(cast.secretariat), item, reason, days)
    address = reverse("meetings:record-reopen", args=[item.id])
    data = {"reason": "", "due_on": clock.today().isoformat()}
    assert signed_in(cast.secretariat).post(address, data).status_code == 422
    assert signed_in(cast.clinic).get(address).status_code == 404
    data["reason"] = WHY
    assert signed_in(cast.secretariat).post(address, data).status_code == 302
    assert Minutes.objects.get(item=item).version == 2


def test_withdrawn_consent_leaves_the_record_closed(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    Consent.objects.update(withdrawn_at=clock.now())
    with pytest.raises(HiddenError):
        reopen(factories.sign_in(cast.secretariat), item)


# 前回会議録の確認


@pytest.fixture
def today(cast: Cast, item: AgendaItem) -> AgendaItem:
    """The item of the next sitting in which the record is confirmed, now open."""
    recording.circulate(cast, item)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        number=900,
        starts_at=cast.sitting.starts_at + timedelta(days=30),
        ends_at=cast.sitting.ends_at + timedelta(days=30),
        presiding=cast.chair,
    )
    AgendaItem.objects.filter(pk=item.pk).update(body=cast.juso)
    made = factories.item(
        sitting, None, cast.juso, kind=AgendaItem.Kind.RECORDS, state="open"
    )
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
        (cast.clinic, Role.EXTERNAL),
        (cast.colleague, Role.EXTERNAL),
    ):
        factories.seat(person, made, role)
    return made


def aloud(actor: Actor, today: AgendaItem, item: AgendaItem) -> list[Person]:
    return room_confirmation.confirm_in_room(
        actor=actor,
        item=today,
        record_of=item.id,
        digest=records.load(item.id).digest,
    )


def test_who_is_in_the_room_confirms_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.chair, today)
    assert aloud(factories.sign_in(cast.chair), today, item) == [cast.chair]
    assert records.load(item.id).missing == (cast.clinic,)
    with pytest.raises(RefusedError, match="入室していません"):
        aloud(factories.sign_in(cast.chair), today, item)
    factories.presence(cast.clinic, today)
    assert aloud(factories.sign_in(cast.chair), today, item) == [cast.clinic]
    rows = Confirmation.objects.filter(in_item=today)
    assert {row.person for row in rows} == {cast.chair, cast.clinic}
    noted = AuditEvent.objects.filter(action="meetings.minutes.confirm_aloud")
    assert {event.actor for event in noted} == {str(cast.chair.id)}


def test_each_sees_only_the_records_that_would_open_anyway(
    cast: Cast, item: AgendaItem, today: AgendaItem, signed_in: SignIn
) -> None:
    seen = {
        name: len(earlier_of(factories.sign_in(getattr(cast, name)), today.id).rows)
        for name in ("chair", "clinic", "colleague")
    }
    assert seen == {"chair": 1, "clinic": 1, "colleague": 0}
    for name in ("stranger", "recused", "administrator"):
        with pytest.raises(HiddenError):
            earlier_of(factories.sign_in(getattr(cast, name)), today.id)
    page = reverse("meetings:earlier-records", args=[today.id])
    assert cast.case.number not in signed_in(cast.colleague).get(page).content.decode()
    assert "確認を記録する" in signed_in(cast.chair).get(page).content.decode()
    assert "確認を記録する" not in signed_in(cast.clinic).get(page).content.decode()


def test_the_page_notes_what_was_confirmed_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem, signed_in: SignIn
) -> None:
    for person in (cast.chair, cast.clinic):
        factories.presence(person, today)
    page = reverse("meetings:earlier-records", args=[today.id])
    data = {"record_of": str(item.id), "digest": records.load(item.id).digest}
    assert signed_in(cast.chair).post(page, data).status_code == 302
    assert records.load(item.id).missing == ()
    assert signed_in(cast.chair).post(page, {"record_of": "x"}).status_code == 404


def test_nobody_but_who_presides_notes_it_and_only_in_the_open_item(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.clinic, today)
    for person in (cast.secretariat, cast.clinic, cast.colleague, cast.stranger):
        with pytest.raises(HiddenError):
            aloud(factories.sign_in(person), today, item)
    AgendaItem.objects.filter(pk=today.pk).update(state="closed")
    today.refresh_from_db()
    with pytest.raises(RefusedError, match="始めてから"):
        aloud(factories.sign_in(cast.chair), today, item)
    with pytest.raises(HiddenError):
        aloud(factories.sign_in(cast.chair), item, item)


def test_words_that_changed_and_open_requests_are_not_confirmed_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.chair, today)
    with pytest.raises(RefusedError, match="内容が変わりました"):
        room_confirmation.confirm_in_room(
            actor=factories.sign_in(cast.chair),
            item=today,
            record_of=item.id,
            digest="0" * 64,
        )
    recording.ask(cast.clinic, item)
    with pytest.raises(RefusedError, match="申し出"):
        aloud(factories.sign_in(cast.chair), today, item)


def test_who_lost_the_right_confirms_nothing_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    for person in (cast.chair, cast.clinic):
        factories.presence(person, today)
    cast.clinic.commissions.all().delete()
    assert aloud(factories.sign_in(cast.chair), today, item) == [cast.chair]
