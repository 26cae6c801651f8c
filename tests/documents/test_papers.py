"""Papers: filed once, replaced openly, released to named people, recalled for good."""

import io
import json
import tempfile
from datetime import timedelta
from uuid import uuid4

import pytest

from documents.models import Paper, PaperVersion
from documents.services import papers, releases
from members.facts import Role, State
from members.models import Seat
from portal.core import clock, vault
from portal.core.errors import (
    HiddenError,
    InvalidError,
    NeedAcknowledgementError,
    RefusedError,
    UnavailableError,
)
from portal.core.models import AuditEvent, StoredObject
from portal.core.objectstore import store
from tests import factories
from tests.documents import files
from tests.papers import (
    details,
    hand_out,
    looked_at,
    reference,
    replace_by,
    rows_of,
    upload,
)

UPLOADERS = {
    "chair": State.DRAFT,
    "secretariat": State.DRAFT,
    "clinic": State.HELD,
    "newcomer": NeedAcknowledgementError,
    "leaver": HiddenError,
    "colleague": HiddenError,
    "stranger": HiddenError,
    "recused": HiddenError,
    "administrator": HiddenError,
    "auditor": HiddenError,
}


@pytest.mark.parametrize(("name", "expected"), UPLOADERS.items())
def test_who_files_and_what_is_held(cast, filed, name, expected):
    person = getattr(cast, name)
    if isinstance(expected, State):
        assert filed(person).state == expected
        return
    with pytest.raises(expected):
        filed(person)
    assert not Paper.objects.exists()
    assert not StoredObject.objects.exists()


def test_a_filed_paper_keeps_its_words_and_bytes(cast, filed):
    data = files.pdf_file(2)
    version = filed(data=data, name="様式1-1 氏名.pdf", tax_information=True)
    paper = version.paper
    assert (version.file_name, version.media_type, version.page_count) == (
        "様式1-1 氏名.pdf",
        "application/pdf",
        2,
    )
    assert (paper.title, paper.origin, paper.order) == ("事例概要", "shien", 1)
    assert set(paper.about.all()) == set(cast.case.household.all())
    assert vault.read(version.stored) == data


def test_a_file_on_disk_is_kept_to_its_last_byte(cast):
    """The check reads the same file in another process: its position is its own."""
    data = files.pdf_file(pages=100)
    assert len(data) > 2 * io.DEFAULT_BUFFER_SIZE
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        version = papers.file_paper(
            actor=factories.sign_in(cast.secretariat),
            item=reference(cast.shien_item),
            details=details(),
            upload=papers.Upload(file, "事例概要.pdf", len(data)),
            token=uuid4(),
        )
    assert vault.read(version.stored) == data


def test_the_same_form_files_once(cast):
    actor, token = factories.sign_in(cast.secretariat), uuid4()
    once, twice = (
        papers.file_paper(
            actor=actor,
            item=reference(cast.shien_item),
            details=details(),
            upload=upload(files.pdf_file()),
            token=token,
        )
        for _ in range(2)
    )
    assert once == twice
    assert Paper.objects.count() == StoredObject.objects.count() == 1


def test_the_token_of_somebody_else_files_apart(cast):
    token = uuid4()
    for person in (cast.secretariat, cast.clinic):
        papers.file_paper(
            actor=factories.sign_in(person),
            item=reference(cast.shien_item),
            details=details(),
            upload=upload(files.pdf_file()),
            token=token,
        )
    assert Paper.objects.count() == 2


def test_a_refused_file_leaves_nothing(filed):
    with pytest.raises(InvalidError):
        filed(data=b"MZ", name="a.pdf")
    assert not Paper.objects.exists()
    assert not StoredObject.objects.exists()


def test_a_filing_that_breaks_leaves_only_a_pending_object(filed, monkeypatch):
    def fail(*_, **__):
        raise UnavailableError

    monkeypatch.setattr("portal.core.audit.record", fail)
    with pytest.raises(UnavailableError):
        filed()
    assert not Paper.objects.exists()
    assert StoredObject.objects.get().state == StoredObject.State.PENDING
    store().remove(StoredObject.objects.get().id.hex)


# Replacing and recalling


def test_a_replaced_version_opens_no_more_and_its_readers_are_told(cast, released):
    old = released()
    new = replace_by(cast.secretariat, old)
    old.refresh_from_db()
    assert (old.state, new.state, new.number) == (State.REPLACED, State.DRAFT, 2)
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert row.superseded
    assert not row.can.open
    hand_out(factories.sign_in(cast.secretariat), [looked_at(new)], [cast.clinic])
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert (row.version, row.superseded, row.can.open) == (new, False, True)


def test_who_had_no_part_in_the_old_version_hears_nothing_of_it(cast, released):
    replace_by(cast.secretariat, released())
    assert rows_of(cast.newcomer, cast.shien_item) == []


def test_a_version_is_replaced_once(cast, released):
    old, token = released(), uuid4()
    once = replace_by(cast.secretariat, old, token=token)
    with pytest.raises(HiddenError):
        replace_by(cast.secretariat, old)
    assert PaperVersion.objects.filter(paper=old.paper).count() == 2
    assert once.number == 2


@pytest.mark.parametrize("name", ["clinic", "colleague", "stranger", "auditor"])
def test_others_replace_and_recall_nothing(cast, released, name):
    version, person = released(), getattr(cast, name)
    for act in (replace_by, recall_by):
        with pytest.raises(HiddenError):
            act(person, version)


def recall_by(person, version):
    return releases.recall_version(actor=factories.sign_in(person), version=version)


def test_a_recalled_version_is_gone_for_everybody(cast, released):
    version = released()
    recall_by(cast.secretariat, version)
    for person in (cast.clinic, cast.secretariat, cast.chair):
        assert rows_of(person, cast.shien_item) == []
    with pytest.raises(HiddenError):
        hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])


def test_the_outside_uploader_recalls_the_own_paper(cast, filed):
    version = filed(cast.clinic)
    hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])
    recall_by(cast.clinic, version)
    version.refresh_from_db()
    assert version.state == State.RECALLED


# The record, the trail


def test_a_record_is_final_and_opens_to_whom_it_is_released(cast):
    actor = factories.sign_in(cast.secretariat)
    version = papers.file_record(
        actor=actor,
        author=cast.secretariat,
        item=reference(cast.shien_item),
        title="会議録",
        stored=papers.store_record(files.pdf_file(3)),
        file_name="会議録-1.pdf",
        media_type="application/pdf",
    )
    assert (version.state, version.page_count) == (State.FINAL, 3)
    until = clock.now() + timedelta(days=7)
    releases.release_record(
        actor=actor, version=version, people=[cast.clinic], until=until
    )
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert row.can.open
    for act in (replace_by, recall_by):
        with pytest.raises(HiddenError):
            act(cast.secretariat, version)


def test_every_act_is_in_the_trail_by_ids_alone(cast, released):
    version = released(name="山田花子.pdf", title="山田花子さんの件")
    recall_by(cast.secretariat, replace_by(cast.secretariat, version))
    events = list(AuditEvent.objects.order_by("seq"))
    assert [e.action for e in events] == [
        "documents.paper.file",
        "documents.round.make",
        "documents.version.release",
        "documents.version.replace",
        "documents.version.recall",
    ]
    assert {e.case for e in events} == {str(cast.case.id)}
    told = json.dumps([e.detail for e in events], ensure_ascii=False)
    assert "山田" not in told
    assert str(cast.clinic.id) in told


def test_a_paper_without_case_goes_to_those_with_a_seat(cast, filed):
    item = factories.item(cast.sitting, None, cast.shien)
    for name, role in (("secretariat", Role.SECRETARIAT), ("clinic", Role.EXTERNAL)):
        factories.seat(getattr(cast, name), item, role)
    version = filed(item=item)
    actor = factories.sign_in(cast.secretariat)
    with pytest.raises(RefusedError):
        hand_out(actor, [version], [cast.colleague])
    hand_out(actor, [version], [cast.clinic])
    assert rows_of(cast.clinic, item)[0].can.open
    Seat.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert rows_of(cast.clinic, item) == []


def test_of_a_paper_that_waits_for_the_secretariat_nobody_else_hears(cast, filed):
    """R29: its uploader is told that it is held, other members not that it is."""
    for pledge in cast.pledges.values():
        factories.acknowledge(cast.newcomer, pledge)
    filed(person=cast.clinic)
    (own,) = rows_of(cast.clinic, cast.shien_item)
    assert own.held
    assert rows_of(cast.newcomer, cast.shien_item) == []
