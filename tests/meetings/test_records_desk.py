"""記録の整理: what is due, for whom, and asking again in one press."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.models import PaperVersion
from meetings.models import AgendaItem, FileKind, Minutes, Sitting
from meetings.selectors import late, records_desk
from meetings.selectors.home import home_of
from meetings.selectors.records_desk import RecordsDesk, desk_of
from meetings.services import record_mail
from members.facts import Role
from members.models import Case, Consent, Person, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import AuditEvent, StoredObject
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping, recording
from tests.meetings.convening import mails

pytestmark = pytest.mark.django_db


def desk(person: Person) -> RecordsDesk:
    return desk_of(factories.sign_in(person))


@pytest.fixture
def drafts(cast: Cast) -> Cast:
    """Yesterday's sitting: both items are over."""
    yesterday = clock.now() - timedelta(days=1)
    cast.sitting.starts_at = yesterday - timedelta(hours=2)
    cast.sitting.ends_at = yesterday
    cast.sitting.state = Sitting.State.CONVENED
    recording.held(cast, cast.juso_item)
    recording.held(cast, cast.shien_item)
    return cast


@pytest.fixture
def over(drafts: Cast) -> Cast:
    """One of the items goes round."""
    recording.circulate(drafts, drafts.juso_item)
    return drafts


def test_each_step_has_its_place(over: Cast) -> None:
    found = desk(over.secretariat)
    assert [row.sitting for row in found.to_close] == [over.sitting]
    assert [row.item for row in found.to_circulate] == [over.shien_item]
    (row,) = found.rounds
    assert row.record.item == over.juso_item
    assert over.chair in row.missing
    assert row.may_remind
    assert found.filed == []
    keeping.record(over, over.shien_item)
    found = desk(over.secretariat)
    assert found.to_circulate == []
    assert [each.minutes.item for each in found.filed] == [over.shien_item]


def test_what_is_late_says_so(over: Cast) -> None:
    long_ago = clock.now() - timedelta(days=200)
    Sitting.objects.filter(pk=over.sitting.pk).update(
        starts_at=long_ago, ends_at=long_ago + timedelta(hours=2)
    )
    Minutes.objects.update(due_on=clock.today() - timedelta(days=1))
    found = desk(over.secretariat)
    assert found.to_close[0].summary_late
    assert found.to_circulate[0].late
    assert found.rounds[0].late


@pytest.mark.parametrize("who", ["clinic", "administrator", "auditor", "leaver"])
def test_others_have_no_desk(over: Cast, who: str) -> None:
    with pytest.raises(HiddenError):
        desk(getattr(over, who))


def test_what_one_is_kept_from_is_not_there(over: Cast) -> None:
    """R27, and the secretariat of another unit (R17)."""
    Recusal.objects.create(
        person=over.secretariat,
        case=over.case,
        starts_at=clock.now(),
        entered_by=over.chair,
    )
    for person in (over.secretariat, over.stranger):
        found = desk(person)
        assert (found.to_circulate, found.rounds, found.items) == ([], [], [])


def another_case(cast: Cast) -> Case:
    return factories.case(cast.shien, number="R8-050")


def not_selected(cast: Cast) -> AgendaItem:
    """R12: of a case that is somebody else's."""
    return earlier(cast, another_case(cast))


def selected_for_an_office_of_others(cast: Cast) -> AgendaItem:
    """R17: chosen for the case as its chair, which the clerk is not."""
    case = another_case(cast)
    factories.membership(cast.secretariat, case, Role.CHAIR)
    return earlier(cast, case)


def kept_from_the_item(cast: Cast) -> AgendaItem:
    item = earlier(cast, cast.case)
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=item.id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    return item


def earlier(cast: Cast, case: Case) -> AgendaItem:
    """An item that was over long before those of yesterday."""
    start = clock.now() - timedelta(days=40)
    sitting = factories.sitting(
        cast.shien,
        cast.chair,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state=Sitting.State.CLOSED,
    )
    item = factories.item(sitting, case, cast.shien)
    AgendaItem.objects.filter(pk=item.pk).update(state="closed")
    item.refresh_from_db()
    return item


@pytest.mark.parametrize(
    "hidden", [not_selected, selected_for_an_office_of_others, kept_from_the_item]
)
def test_what_is_hidden_takes_nobodys_place(
    drafts: Cast, monkeypatch: pytest.MonkeyPatch, hidden: Callable[[Cast], AgendaItem]
) -> None:
    """However many old items of others' cases there are, one's own are shown."""
    Sitting.objects.filter(pk=drafts.sitting.pk).update(state=Sitting.State.CLOSED)
    item = hidden(drafts)
    monkeypatch.setattr(records_desk, "SHOWN", 1)
    monkeypatch.setattr(late, "LOOKED_AT", 1)
    found = desk(drafts.secretariat)
    assert [row.item.case for row in found.to_circulate] == [drafts.case]
    waiting = home_of(factories.sign_in(drafts.secretariat)).desk
    assert waiting is not None
    assert [row.sitting for row in waiting.drafts] == [drafts.sitting]
    own = keeping.record(drafts, drafts.shien_item)
    Minutes.objects.update(finalized_at=clock.now() - timedelta(hours=1))
    keeping.record(drafts, item)
    assert [each.minutes for each in desk(drafts.secretariat).filed] == [own]


def test_locks_are_counted_by_file_and_only_ones_own(
    drafts: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.record(drafts, not_selected(drafts))
    monkeypatch.setattr(records_desk, "SHOWN", 2)
    soon = clock.now() + timedelta(days=10)
    StoredObject.objects.update(locked_until=soon)
    keeping.record(drafts, drafts.shien_item)
    keeping.record(drafts, drafts.juso_item)
    StoredObject.objects.filter(locked_until=None).update(
        locked_until=soon + timedelta(days=1)
    )
    plain = factories.item(drafts.sitting, None, drafts.shien)
    keeping.record(drafts, plain)
    StoredObject.objects.filter(locked_until=None).update(
        locked_until=soon + timedelta(days=2)
    )
    files = [lock.keeping.file for lock in desk(drafts.secretariat).locks]
    assert [(file.case, file.sitting) for file in files] == [
        (drafts.case, None),
        (None, drafts.sitting),
    ]
    version = PaperVersion.objects.filter(paper__case=drafts.case)[0]
    StoredObject.objects.filter(pk=version.stored_id).update(
        locked_until=soon + timedelta(days=400)
    )
    files = [lock.keeping.file for lock in desk(drafts.secretariat).locks]
    assert [file.sitting for file in files] == [drafts.sitting]


def test_the_yearly_list_is_counted_with_what_was_never_exported(cast: Cast) -> None:
    keeping.close(cast.case, keeping.LONG_CLOSED)
    found = desk(cast.secretariat)
    (row,) = found.shelves_left
    assert len(row.shelf.expired) == row.unpacked == 1
    AuditEvent.objects.create(
        seq=10**9,
        at=clock.now(),
        action="documents.package.make",
        subject=f"{FileKind.CASE}:{cast.case.id}",
    )
    assert desk(cast.secretariat).shelves_left[0].unpacked == 0


def test_a_lock_that_ends_soon_is_shown(over: Cast) -> None:
    keeping.record(over, over.shien_item)
    assert desk(over.secretariat).locks == []
    StoredObject.objects.update(locked_until=clock.now() + timedelta(days=20))
    (lock,) = desk(over.secretariat).locks
    assert lock.overdue  # the case is open: the worker should have moved it on
    assert lock.keeping.file.case == over.case
    assert desk(over.stranger).locks == []


def test_asking_again_reaches_who_is_missing_once_a_day(over: Cast) -> None:
    actor, item = factories.sign_in(over.secretariat), over.juso_item.id
    before = {p: len(mails(p)) for p in (over.chair, over.clinic, over.colleague)}
    assert record_mail.remind(actor=actor, item_id=item) == 2
    assert len(mails(over.chair)) == before[over.chair] + 1
    assert len(mails(over.clinic)) == before[over.clinic] + 1
    assert len(mails(over.colleague)) == before[over.colleague]
    with pytest.raises(RefusedError):
        record_mail.remind(actor=actor, item_id=item)


def test_nobody_is_asked_while_a_correction_waits(over: Cast) -> None:
    recording.ask(over.clinic, over.juso_item)
    assert not desk(over.secretariat).rounds[0].may_remind
    with pytest.raises(RefusedError):
        record_mail.remind(
            actor=factories.sign_in(over.secretariat), item_id=over.juso_item.id
        )


@pytest.mark.parametrize("who", ["clinic", "stranger", "recused"])
def test_others_ask_nobody(over: Cast, who: str) -> None:
    with pytest.raises(HiddenError):
        record_mail.remind(
            actor=factories.sign_in(getattr(over, who)), item_id=over.juso_item.id
        )


def test_the_page_reminds_in_one_press(over: Cast, signed_in) -> None:
    client = signed_in(over.secretariat)
    page = client.get(reverse("meetings:records-desk")).content.decode()
    assert over.chair.name in page
    press = reverse("meetings:record-remind", args=[over.juso_item.id])
    assert press in page
    answer = client.post(press, follow=True)
    assert "確認をもう一度お願いしました。" in answer.content.decode()
    (event,) = AuditEvent.objects.filter(action="meetings.desk.read")[:1]
    assert str(over.juso_item.id) in event.detail["items"]


ROOM = "会議室で案を読む・直す"


def start_page(client: Client, item: AgendaItem) -> str:
    url = reverse("meetings:record-start", args=[item.id])
    return client.get(url).content.decode()


def test_the_draft_is_read_over_before_it_goes_round(over: Cast, signed_in) -> None:
    page = start_page(signed_in(over.secretariat), over.shien_item)
    room = reverse("meetings:room", args=[over.sitting.id])
    assert recording.COURSE in page
    assert recording.DECISION in page
    assert f'href="{room}">{ROOM}' in page
    (read,) = AuditEvent.objects.filter(action="meetings.minutes.read")
    assert read.actor == str(over.secretariat.id)
    assert read.item == str(over.shien_item.id)


def test_what_goes_round_already_is_no_draft(over: Cast, signed_in) -> None:
    page = start_page(signed_in(over.secretariat), over.juso_item)
    assert ROOM not in page
    assert recording.COURSE not in page


def test_a_draft_that_rests_on_a_withdrawn_consent_stays_closed(
    cast: Cast, signed_in
) -> None:
    recording.held(cast, cast.juso_item)
    client = signed_in(cast.secretariat)
    assert recording.COURSE in start_page(client, cast.juso_item)
    Consent.objects.filter(member__label="母").update(withdrawn_at=clock.now())
    page = start_page(client, cast.juso_item)
    assert recording.COURSE not in page
    assert ROOM not in page
    assert AuditEvent.objects.filter(action="meetings.minutes.read").count() == 1


def test_a_full_desk_asks_no_more_than_a_small_one(over: Cast) -> None:
    def queries() -> int:
        actor = factories.sign_in(over.secretariat)
        with CaptureQueriesContext(connection) as found:
            desk_of(actor)
        return len(found)

    small = queries()
    for number in range(4):
        start = clock.now() - timedelta(days=number + 2)
        sitting = factories.sitting(
            over.juso,
            over.secretariat,
            number=70 + number,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            state=Sitting.State.CONVENED,
        )
        item = factories.item(sitting, over.case, over.juso)
        factories.place(over.secretariat, item, Role.SECRETARIAT)
        AgendaItem.objects.filter(pk=item.pk).update(state="closed")
        item.refresh_from_db()
        if number % 2:
            Minutes.objects.create(
                item=item,
                state=Minutes.State.ROUND,
                version=1,
                circulated_at=start,
                due_on=clock.today(),
            )
    assert len(desk(over.secretariat).items) > 4
    assert queries() == small
