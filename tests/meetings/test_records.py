"""The record's way: draft round, corrections, confirmation, archive."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from meetings import records
from meetings.models import AgendaItem, Entry, EntryChange, Minutes, PrivateNote
from meetings.rendering import MinutesDocument, minutes_pdf
from meetings.services import records as services
from members.access import Actor
from members.facts import Role
from members.models import Consent
from portal.core import clock, vault, worker
from portal.core.errors import HiddenError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.papers import Filed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    """The closed JUSO item, with two entries; the chair presided."""
    item = cast.juso_item
    cast.sitting.presiding = cast.chair
    cast.sitting.save()
    for person in (cast.chair, cast.secretariat, cast.clinic):
        factories.presence(person, item)
    now = clock.now()
    words = [
        ("discussion", "長男の受診について協議した。"),
        ("decision", "訪問を始める。"),
    ]
    for order, (kind, text) in enumerate(words, start=1):
        entry = Entry.objects.create(
            item=item,
            order=order,
            kind=kind,
            text=text,
            speaker="社会福祉課",
            revision=order,
            created_by=cast.secretariat,
            created_at=now,
            changed_at=now,
        )
        EntryChange.objects.create(
            operation=uuid4(),
            entry=entry,
            revision=order,
            person=cast.secretariat,
            at=now,
        )
    item.state, item.closed_at, item.revision = "closed", now, 2
    item.save()
    return item


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def circulate(clerk: Actor, item: AgendaItem) -> Minutes:
    due = clock.today() + timedelta(days=7)
    return services.start_round(actor=clerk, item=item, due_on=due)


def confirm(actor: Actor, item: AgendaItem) -> None:
    digest = records.load(item.id).digest
    services.confirm(actor=actor, item_id=item.id, digest=digest)


def test_a_pending_reply_stands_among_the_outcomes(
    cast: Cast, clerk: Actor, item: AgendaItem, signed_in: SignIn
) -> None:
    Entry.objects.filter(item=item, kind="discussion").update(kind="pending")
    circulate(clerk, item)
    client = signed_in(cast.secretariat)
    page = client.get(reverse("meetings:record-detail", args=[item.id]))
    outcomes, course = page.content.decode().split('<h2 id="course">')
    assert "長男の受診について協議した。" in outcomes
    assert "長男の受診について協議した。" not in course


def test_the_last_confirmation_freezes_the_record_as_files(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    for person, about in ((cast.clinic, item), (cast.chair, cast.shien_item)):
        PrivateNote.objects.create(
            item=about, person=person, text="あとで電話する", saved_at=clock.now()
        )
    confirm(factories.sign_in(cast.chair), item)
    worker.run_waiting()
    assert Minutes.objects.get(item=item).state == Minutes.State.ROUND
    assert PrivateNote.objects.count() == 2
    confirm(factories.sign_in(cast.clinic), item)
    worker.run_waiting()
    minutes = Minutes.objects.get(item=item)
    assert minutes.state == Minutes.State.FINAL
    assert minutes.pdf is not None
    assert minutes.docx is not None
    pdf = minutes.pdf.versions.get()
    assert vault.read(pdf.stored).startswith(b"%PDF")
    assert minutes.digest == pdf.stored.sha256
    assert not EntryChange.objects.filter(entry__item=item).exists()
    assert [note.item for note in PrivateNote.objects.all()] == [cast.shien_item]
    done = AuditEvent.objects.filter(action="meetings.minutes.finalize")
    assert [event.actor for event in done] == [str(cast.clinic.id)]
    readers = set(pdf.releases.values_list("person", flat=True))
    assert readers == {cast.chair.id, cast.secretariat.id, cast.clinic.id}


def test_the_two_files_of_a_record_are_told_apart(
    cast: Cast, clerk: Actor, item: AgendaItem, signed_in: SignIn
) -> None:
    circulate(clerk, item)
    for person in (cast.chair, cast.clinic):
        confirm(factories.sign_in(person), item)
    worker.run_waiting()
    browser = signed_in(cast.secretariat)
    papers = browser.get(reverse("meetings:paper-upload", args=[item.id]))
    words = papers.content.decode()
    assert "会議録 (PDF)</a>" in words
    assert "会議録 (Word)</a>" in words


def test_archiving_twice_files_once(cast: Cast, clerk: Actor, item: AgendaItem) -> None:
    circulate(clerk, item)
    for person in (cast.chair, cast.clinic):
        confirm(factories.sign_in(person), item)
    for _ in range(2):
        services.archive.call(str(item.id), str(cast.clinic.id))
    minutes = Minutes.objects.get(item=item)
    assert minutes.pdf is not None
    assert minutes.pdf.versions.count() == 1


def test_what_is_corrected_while_it_is_rendered_is_not_frozen(
    cast: Cast, clerk: Actor, item: AgendaItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    circulate(clerk, item)
    for person in (cast.chair, cast.clinic):
        confirm(factories.sign_in(person), item)

    def corrected_meanwhile(words: MinutesDocument) -> bytes:
        entry = item.entries.first()
        assert entry is not None
        asked = services.ask_correction(
            key=uuid4(),
            actor=factories.sign_in(cast.clinic),
            item_id=item.id,
            entry_id=entry.id,
            text="日付が違います。",
        )
        services.answer_correction(
            actor=clerk,
            item_id=item.id,
            correction_id=asked.id,
            answer="",
            new_text="長男の受診について、翌週に協議した。",
        )
        return minutes_pdf(words)

    monkeypatch.setattr("meetings.services.records.minutes_pdf", corrected_meanwhile)
    services.archive.call(str(item.id), str(cast.clinic.id))
    assert Minutes.objects.get(item=item).state == Minutes.State.ROUND
    assert len(records.load(item.id).missing) == 2


def test_the_record_names_nobody_who_was_taken_off_before(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    earlier = factories.LONG_AGO + timedelta(days=1)
    factories.seat(cast.clinic, item, Role.EXTERNAL, ends_at=earlier, signatory=True)
    factories.seat(cast.colleague, item, Role.EXTERNAL, ends_at=earlier, signatory=True)
    circulate(clerk, item)
    record = records.load(item.id)
    names = [row.name for row in records.document(record, confirmed=False).attendance]
    assert names.count(cast.clinic.name) == 1
    assert cast.leaver.name not in names
    assert cast.colleague.name not in names
    assert [seat.person for seat in record.signatories] == [cast.clinic]


def test_the_record_does_not_name_a_restricted_paper(
    cast: Cast, clerk: Actor, item: AgendaItem, released: Filed
) -> None:
    released(item=item, title="事例概要")
    hidden = released(item=item, title="受診の経過")
    hidden.paper.restricted = True
    hidden.paper.save()
    circulate(clerk, item)
    papers = records.document(records.load(item.id), confirmed=False).papers
    assert [paper.title for paper in papers] == ["事例概要"]


def test_a_lost_archive_job_is_started_again(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    assert services.requeue_archives() == 0
    for person in (cast.chair, cast.clinic):
        confirm(factories.sign_in(person), item)
    DBTaskResult.objects.all().delete()
    assert services.requeue_archives() == 1
    worker.run_waiting()
    assert Minutes.objects.get(item=item).state == Minutes.State.FINAL
    assert services.requeue_archives() == 0


def test_a_final_record_takes_no_more_acts(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    for person in (cast.chair, cast.clinic):
        confirm(factories.sign_in(person), item)
    worker.run_waiting()
    entry = item.entries.first()
    assert entry is not None
    with pytest.raises(HiddenError):
        services.ask_correction(
            key=uuid4(),
            actor=factories.sign_in(cast.clinic),
            item_id=item.id,
            entry_id=entry.id,
            text="直してください。",
        )
    with pytest.raises(HiddenError):
        circulate(clerk, item)


def test_a_correction_makes_a_new_version_and_voids_confirmations(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    clinic = factories.sign_in(cast.clinic)
    entry = item.entries.first()
    assert entry is not None
    chair = factories.sign_in(cast.chair)
    confirm(chair, item)
    old = records.load(item.id).digest
    correction = services.ask_correction(
        key=uuid4(),
        actor=clinic,
        item_id=item.id,
        entry_id=entry.id,
        text="受診ではなく相談です。",
    )
    with pytest.raises(RefusedError, match="申し出"):
        confirm(clinic, item)
    services.answer_correction(
        actor=clerk,
        item_id=item.id,
        correction_id=correction.id,
        answer="直しました。",
        new_text="長男の相談について協議した。",
    )
    record = records.load(item.id)
    assert record.minutes.version == 2
    assert {p.id for p in record.missing} == {cast.chair.id, cast.clinic.id}
    with pytest.raises(RefusedError, match="内容が変わりました"):
        services.confirm(actor=clinic, item_id=item.id, digest=old)


@pytest.mark.parametrize(
    "name", ["colleague", "leaver", "stranger", "recused", "administrator", "auditor"]
)
def test_the_record_is_hidden_from_all_others(
    cast: Cast, clerk: Actor, item: AgendaItem, name: str
) -> None:
    circulate(clerk, item)
    with pytest.raises(HiddenError):
        records.readable(factories.sign_in(getattr(cast, name)), item.id)


def test_who_was_not_in_the_room_reads_no_draft(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    item.presences.filter(person=cast.clinic).delete()
    circulate(clerk, item)
    with pytest.raises(HiddenError):
        records.readable(factories.sign_in(cast.clinic), item.id)


def test_a_member_cannot_circulate_answer_or_read_before_the_round(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    clinic = factories.sign_in(cast.clinic)
    with pytest.raises(HiddenError):
        circulate(clinic, item)
    circulate(clerk, item)
    entry = item.entries.first()
    assert entry is not None
    correction = services.ask_correction(
        key=uuid4(),
        actor=clinic,
        item_id=item.id,
        entry_id=entry.id,
        text="直してください。",
    )
    with pytest.raises(HiddenError):
        services.answer_correction(
            actor=clinic, item_id=item.id, correction_id=correction.id, answer="はい"
        )


def test_confirming_asks_for_a_fresh_factor(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    stale = clock.now() - timedelta(minutes=6)
    with pytest.raises(StepUpError):
        confirm(factories.sign_in(cast.chair, strong_at=stale), item)


def test_withdrawn_consent_freezes_the_round(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    circulate(clerk, item)
    clinic = factories.sign_in(cast.clinic)
    records.readable(clinic, item.id)
    Consent.objects.filter(member__label="母").update(withdrawn_at=clock.now())
    with pytest.raises(HiddenError):
        records.readable(clinic, item.id)
    with pytest.raises(HiddenError):
        confirm(factories.sign_in(cast.chair), item)


def test_an_open_item_is_not_circulated(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    item.state = AgendaItem.State.OPEN
    item.save()
    with pytest.raises(RefusedError, match="終わっていません"):
        circulate(clerk, item)


def test_without_a_signatory_nothing_is_circulated(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    cast.clinic.seats.filter(item_id=item.id).update(signatory=False)
    with pytest.raises(RefusedError, match="構成員が決まっていません"):
        circulate(clerk, item)
