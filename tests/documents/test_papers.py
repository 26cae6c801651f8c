"""Papers: filed once, replaced openly, released to named people, recalled for good."""

import io
import json
import tempfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Paper, PaperVersion, Release
from documents.services import papers, releases
from members.access import access_for
from members.facts import Regime, Role, State, Way
from members.models import Consent, Membership, Recusal, Seat
from members.services import cases
from portal.core import clock, vault
from portal.core.errors import (
    HiddenError,
    InvalidError,
    NeedAcknowledgementError,
    RefusedError,
    StepUpError,
    UnavailableError,
)
from portal.core.models import AuditEvent, StoredObject
from portal.core.objectstore import store
from tests import factories
from tests.documents import files
from tests.papers import details, hand_out, looked_at, reference, upload

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


# Release


RELEASERS = {
    "chair": None,
    "secretariat": None,
    "clinic": HiddenError,
    "newcomer": HiddenError,
    "leaver": HiddenError,
    "colleague": HiddenError,
    "stranger": HiddenError,
    "recused": HiddenError,
    "administrator": HiddenError,
    "auditor": HiddenError,
}


def release(actor, version, *people, **more):
    return list(hand_out(actor, [version], people, **more).releases.all())


@pytest.mark.parametrize(("name", "error"), RELEASERS.items())
def test_who_releases(cast, filed, name, error):
    version, actor = filed(), factories.sign_in(getattr(cast, name))
    if error is None:
        rows = release(actor, version, cast.clinic)
        version.refresh_from_db()
        assert (len(rows), version.state) == (1, State.RELEASED)
        return
    with pytest.raises(error):
        release(actor, version, cast.clinic)
    assert not Release.objects.exists()


def test_releasing_needs_a_fresh_factor(cast, filed):
    actor = factories.sign_in(
        cast.secretariat, strong_at=clock.now() - timedelta(minutes=6)
    )
    with pytest.raises(StepUpError):
        release(actor, filed(), cast.clinic)


def test_a_held_paper_opens_to_nobody_outside_until_released(cast, filed):
    version = filed(cast.clinic)
    assert not rows_of(cast.clinic, cast.shien_item)[0].can.open
    assert rows_of(cast.clinic, cast.shien_item)[0].held
    release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert rows_of(cast.clinic, cast.shien_item)[0].can.open


@pytest.mark.parametrize(
    "name", ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]
)
def test_releasing_to_somebody_who_could_not_open_it_is_refused_by_name(
    cast, filed, name
):
    person = getattr(cast, name)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), filed(), cast.clinic, person)
    assert person.name in error.value.message
    assert cast.clinic.name not in error.value.message
    assert not Release.objects.exists()
    assert PaperVersion.objects.get().state == State.DRAFT


def test_releasing_to_somebody_who_has_yet_to_pledge_is_fine(cast, filed):
    assert release(factories.sign_in(cast.secretariat), filed(), cast.newcomer)


def test_an_end_in_the_past_is_refused(cast, filed):
    with pytest.raises(InvalidError):
        release(
            factories.sign_in(cast.secretariat),
            filed(),
            cast.clinic,
            until=clock.now(),
        )


def test_tax_information_stays_out_of_a_meeting_without_consent(cast, filed):
    version = filed(tax_information=True)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert "地方税法" in error.value.message


def test_tax_information_may_go_where_all_consented(cast, filed):
    version = filed(item=cast.juso_item, tax_information=True)
    assert release(factories.sign_in(cast.secretariat), version, cast.clinic)


def test_what_came_under_another_law_is_refused_with_the_reason(cast, filed):
    version = filed(item=cast.juso_item)
    Paper.objects.update(origin=Regime.SHIEN)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert "引き継ぎ" in error.value.message


def test_the_reason_is_told_to_nobody_who_may_not_release(cast, filed):
    version = filed(tax_information=True)
    with pytest.raises(HiddenError):
        release(factories.sign_in(cast.clinic), version, cast.clinic)


def test_a_new_release_ends_the_earlier_one_and_its_grant(cast, released):
    version = released(way=Way.ORIGINAL)
    assert rows_of(cast.clinic, cast.shien_item)[0].can.download_original
    release(factories.sign_in(cast.secretariat), version, cast.clinic)
    now = clock.now()
    assert [r.way for r in Release.objects.all() if r.span.holds(now)] == ["copy"]
    assert not rows_of(cast.clinic, cast.shien_item)[0].can.download_original


# What opens, and when it stops


def rows_of(person, item, **sign_in):
    access = access_for(factories.sign_in(person, **sign_in))
    return papers.papers_for(access, [item.id])


def test_readers_see_what_is_released_to_them_and_nothing_else(cast, released, filed):
    version = released()
    filed()
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert (row.version, row.can.open, row.recipients) == (version, True, ())
    assert (row.can.download_original, row.can.download_copy) == (False, True)
    assert not any((row.can.release, row.can.recall, row.can.replace))


@pytest.mark.parametrize("name", ["colleague", "stranger", "recused", "administrator"])
def test_others_see_no_row_at_all(cast, released, name):
    released()
    assert rows_of(getattr(cast, name), cast.shien_item) == []


def test_a_locked_row_tells_nothing_of_the_paper(cast, released):
    released()
    (row,) = rows_of(cast.clinic, cast.shien_item, strength=1)
    assert row.locked
    assert row.paper is None


def test_before_the_pledge_there_is_no_row(cast, released):
    released(cast.newcomer)
    assert rows_of(cast.newcomer, cast.shien_item) == []


def stop_membership(cast):
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def stop_release(cast):
    Release.objects.update(ends_at=clock.now())


def recuse(cast):
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )


def restrict(cast):
    Paper.objects.update(restricted=True)


@pytest.mark.parametrize("stop", [stop_membership, stop_release, recuse, restrict])
def test_it_stops_when_its_ground_goes(cast, released, stop):
    released()
    assert rows_of(cast.clinic, cast.shien_item)
    stop(cast)
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_a_withdrawn_consent_closes_it_to_readers(cast, released):
    released(item=cast.juso_item)
    assert rows_of(cast.clinic, cast.juso_item)
    consent = Consent.objects.all()[0]
    Consent.objects.filter(id=consent.id).update(withdrawn_at=clock.now())
    assert rows_of(cast.clinic, cast.juso_item) == []


def test_a_later_consent_opens_no_old_release_whatever_its_date(cast, released):
    released(item=cast.juso_item)
    clerk = factories.sign_in(cast.secretariat)
    consent = Consent.objects.all()[0]
    cases.withdraw_consent(actor=clerk, consent=consent)
    words = {"member": consent.member, "scope": "共有", "evidence": "署名"}
    with pytest.raises(InvalidError):
        cases.enter_consent(actor=clerk, given_at=factories.LONG_AGO, **words)
    consent.refresh_from_db()
    today = clock.day_start(clock.today())
    later = cases.enter_consent(actor=clerk, given_at=today, **words)
    assert later.given_at == consent.withdrawn_at
    assert rows_of(cast.clinic, cast.juso_item) == []


def test_a_new_selection_opens_no_old_release(cast, released):
    released()
    stop_membership(cast)
    factories.membership(cast.clinic, cast.case, Role.EXTERNAL, starts_at=clock.now())
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_the_list_costs_the_same_whatever_its_length(cast, released):
    released()
    access = access_for(factories.sign_in(cast.secretariat))
    with CaptureQueriesContext(
        connection,
    ) as few:
        papers.papers_for(access, [cast.shien_item.id])
    for _ in range(4):
        released(cast.clinic, cast.newcomer)
    with CaptureQueriesContext(connection) as many:
        assert len(papers.papers_for(access, [cast.shien_item.id])) == 5
    assert len(many) == len(few)


# Replacing and recalling


def replace_by(person, version, **more):
    return papers.replace_version(
        actor=factories.sign_in(person),
        version=version,
        upload=upload(files.pdf_file(2), "事例概要(修正).pdf"),
        token=more.get("token") or uuid4(),
    )


def test_a_replaced_version_opens_no_more_and_its_readers_are_told(cast, released):
    old = released()
    new = replace_by(cast.secretariat, old)
    old.refresh_from_db()
    assert (old.state, new.state, new.number) == (State.REPLACED, State.DRAFT, 2)
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert row.superseded
    assert not row.can.open
    release(factories.sign_in(cast.secretariat), looked_at(new), cast.clinic)
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
        release(factories.sign_in(cast.secretariat), version, cast.clinic)


def test_the_outside_uploader_recalls_the_own_paper(cast, filed):
    version = filed(cast.clinic)
    release(factories.sign_in(cast.secretariat), version, cast.clinic)
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
        release(actor, version, cast.colleague)
    release(actor, version, cast.clinic)
    assert rows_of(cast.clinic, item)[0].can.open
    Seat.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert rows_of(cast.clinic, item) == []
