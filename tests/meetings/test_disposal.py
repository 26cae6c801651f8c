"""廃棄: two people, everything or nothing, never back, and never too early."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.test import Client

from documents.models import Paper, PaperVersion
from meetings import disposing
from meetings.models import (
    AgendaItem,
    Disposal,
    Entry,
    FileKind,
    LegalHold,
    Lengthening,
    Minutes,
    ResourceGap,
    Sitting,
    Tombstone,
)
from meetings.retention import FileKey
from meetings.services import disposal
from meetings.services import retention as services
from members.models import (
    Case,
    Consent,
    HouseholdMember,
    LegalBasis,
    Membership,
    Seat,
)
from portal.core import clock, journals, removal, takings, vault
from portal.core.errors import HiddenError, RefusedError, StepUpError, UnavailableError
from portal.core.models import AuditEvent, StoredObject
from portal.core.objectstore import store
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping
from tests.meetings.recording import held
from tests.papers import Filed

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(cast: Cast, filed: Filed) -> FileKey:
    """A closed case with entries, a paper, and a record that was confirmed."""
    item = held(cast, cast.shien_item)
    filed(item=item)
    keeping.record(cast, item)
    return keeping.close(cast.case)


@pytest.mark.django_db(transaction=True)
def test_all_of_a_case_goes_and_a_tombstone_stays(cast: Cast, full: FileKey) -> None:
    objects = list(StoredObject.objects.all())
    keeping.dispose(cast, full)

    gone: list[type[models.Model]] = [Case, HouseholdMember, Consent, Membership, Seat]
    gone += [AgendaItem, Entry, Minutes, Paper, PaperVersion, Disposal]
    for model in gone:
        assert not model._default_manager.exists(), model
    assert Sitting.objects.filter(id=cast.sitting.id).exists()
    for stored in objects:
        stored.refresh_from_db()
        assert (stored.state, bytes(stored.sealed_key)) == ("erased", b"")
        with pytest.raises(UnavailableError), vault.open_object(stored):
            pass
        with pytest.raises(UnavailableError), store().open(stored.id.hex):
            pass
    stone = Tombstone.objects.get()
    assert (stone.number, stone.class_name) == ("R8-012", "5年")
    assert stone.expired_on == date(2026, 3, 31)
    assert (stone.proposed_by, stone.approved_by) == (cast.secretariat, cast.chair)
    assert (stone.record_count, stone.object_count) == (1, len(objects))
    assert stone.done_at
    assert len(stone.digest) == 64


@pytest.mark.django_db(transaction=True)
def test_a_legal_basis_that_ended_keeps_no_file_for_ever(
    cast: Cast, full: FileKey, signed_in: Callable[..., Client]
) -> None:
    """R19 closes the case to every reader; R34 ends its file all the same."""
    LegalBasis.objects.filter(body=cast.shien).update(ends_at=clock.now())
    client = signed_in(cast.secretariat)
    assert client.get(f"/cases/{cast.case.id}/").status_code == 404
    page = client.get(f"/bodies/{cast.shien.id}/retention/")
    assert cast.case.number in page.content.decode()
    assert client.get(f"/files/case/{full.id}/").status_code == 200
    for stranger in (cast.clinic, cast.colleague, cast.administrator):
        assert signed_in(stranger).get(f"/files/case/{full.id}/").status_code == 404
    keeping.dispose(cast, full)
    assert Tombstone.objects.get().done_at
    assert not Case.objects.exists()


def test_nothing_refers_to_what_is_gone(cast: Cast, full: FileKey) -> None:
    """No column of any table of ours holds the id of a row that went."""
    with transaction.atomic():
        found = disposing.gathered(full)
    gone = {str(key) for keys in found.values() for key in keys if len(str(key)) > 30}
    assert len(gone) > 10
    keeping.dispose(cast, full)
    left = []
    for model in apps.get_models():
        if model._meta.app_label not in {"members", "documents", "meetings"}:
            continue
        ids = [f.attname for f in model._meta.concrete_fields if _holds_id(f)]
        for row in model._default_manager.values_list(*ids):
            left += [(model, value) for value in row if str(value) in gone]
    assert left == [(Tombstone, full.id)]


def _holds_id(field: models.Field[Any, Any]) -> bool:
    target = getattr(field, "target_field", field)
    return isinstance(target, models.UUIDField)


def test_every_reference_that_may_be_empty_has_its_rule() -> None:
    """What names a row that may go, and could do without it, was thought about."""
    followed = {
        "documents.MixupHit.member",
        "documents.MixupHit.review",
        "documents.Paper.case",
        "documents.Release.round",
        "documents.ReleaseRound.case",
        "documents.Showing.version",
        "meetings.AgendaItem.case",
        "meetings.Call.sitting",
        "meetings.CarryUp.case",
        "meetings.CarryUp.gap",
        "meetings.CarryUp.source",
        "meetings.Minutes.docx",
        "meetings.Minutes.pdf",
        "meetings.Outcome.case",
        "meetings.Poll.sitting",
        "meetings.Proposal.case",
        "meetings.Proposal.item",
        "meetings.RecordVersion.docx",
        "meetings.RecordVersion.pdf",
        "meetings.SittingRequest.sitting",
        "members.Recusal.case",
    }
    optional = set()
    seen: set[type[models.Model]] = set()
    waiting: list[type[models.Model]] = [Case, Sitting]
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for relation in removal._relations(model):
            field = relation.field
            waiting.append(field.model)
            if field.null:
                optional.add(f"{field.model._meta.label}.{field.name}")
        followers = removal.FOLLOWERS.get(model._meta.label, ())
        waiting += [removal._field(path)[0] for path in followers]
    links = {"documents.Link.renews"}
    assert optional == followed | (set(removal.LOOSENED) & (optional | links))


NAMED = {
    "before the tombstone": "meetings.services.disposal.begin",
    "before the journal": "portal.core.journals.flush",
    "before the removal": "meetings.services.disposal.finish",
    "in the removal": "portal.core.removal.remove",
    "at the end of the removal": "meetings.disposing.empty_frames",
}


class Killed(BaseException):
    """What a kill is to the code: nothing catches it."""


@pytest.mark.parametrize("where", NAMED.values(), ids=list(NAMED))
def test_a_kill_leaves_the_file_whole_or_gone(
    cast: Cast, full: FileKey, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.approve(cast, full)
    keys = bytes(StoredObject.objects.order_by("id")[0].sealed_key)
    rows = _counts()
    with monkeypatch.context() as patched:
        patched.setattr(where, _killed)
        with pytest.raises(Killed):
            disposal.dispose.call(str(full.id))
    assert _counts() == rows
    assert bytes(StoredObject.objects.order_by("id")[0].sealed_key) == keys

    assert disposal.go_on() == 1
    keeping.run()
    assert not Case.objects.exists()
    assert Tombstone.objects.get().done_at
    assert disposal.go_on() == 0


def _killed(*_args: Any, **_more: Any) -> None:
    raise Killed


def _counts() -> dict[str, int]:
    apps_ = {"members", "documents", "meetings"}
    mine = {Disposal, Tombstone}
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in apps_ and model not in mine
    }


def test_a_kill_before_the_store_is_told_leaves_no_readable_byte(
    cast: Cast,
    full: FileKey,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    captured = django_capture_on_commit_callbacks
    keeping.approve(cast, full)
    name = StoredObject.objects.order_by("id")[0].id.hex
    with monkeypatch.context() as patched:
        patched.setattr("portal.core.vault.store", _killed_store)
        with captured(execute=True):
            disposal.dispose.call(str(full.id))
    with store().open(name) as sealed:
        assert sealed.read(1)  # ciphertext, until the sweep comes
    assert not StoredObject.objects.exclude(sealed_key=b"").exists()


def _killed_store() -> Any:
    raise UnavailableError


def test_the_journal_knows_before_anything_is_gone(cast: Cast, full: FileKey) -> None:
    keeping.approve(cast, full)
    journals.flush()
    before = len(_journal())
    stone = disposal.begin(full.id)
    assert stone is not None
    journals.flush()
    (line,) = _journal()[before:]
    assert line["table"] == "meetings_tombstone"
    assert UUID(line["row"]) == stone.id
    assert Case.objects.exists()


def _journal() -> list[Any]:
    return [
        line.facts
        for path in journals.files(settings.JOURNAL)
        for line in journals.lines(path)
    ]


def test_what_a_restore_brings_back_goes_again(cast: Cast, full: FileKey) -> None:
    """The backup knows the file and nothing of its end; the journal does."""
    keeping.record(cast, cast.juso_item)
    keeping.approve(cast, full)
    assert disposal.begin(full.id)
    journals.flush()
    line = _journal()[-1]
    Tombstone.objects.all().delete()
    assert takings.replay("new", line["table"], line["row"], line["facts"])

    assert not Case.objects.exists()
    assert disposal.go_on() == 0
    stone = Tombstone.objects.get()
    assert (stone.number, stone.expired_on) == ("R8-012", date(2026, 3, 31))
    assert {*stone.bodies.all()} == {cast.shien, cast.juso}


def test_two_people(cast: Cast, full: FileKey) -> None:
    keeping.propose(cast.secretariat, cast.shien.id, full)
    with pytest.raises(RefusedError):
        _approve(cast.secretariat, cast, full)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.update(approved_by=cast.secretariat)
    for person in (cast.clinic, cast.stranger, cast.administrator, cast.recused):
        with pytest.raises(HiddenError):
            _approve(person, cast, full)
    with pytest.raises(StepUpError):
        disposal.approve(
            actor=factories.sign_in(cast.chair, strong_at=None),
            body_id=cast.shien.id,
            keys=[full],
        )
    keeping.run()
    assert Case.objects.exists()


def _approve(person: Any, cast: Cast, key: FileKey) -> int:
    actor = factories.sign_in(person)
    return disposal.approve(actor=actor, body_id=cast.shien.id, keys=[key])


def _early(cast: Cast) -> None:
    cast.case.closed_on = clock.today()
    cast.case.save()


def _open(cast: Cast) -> None:
    cast.case.closed_on = None
    cast.case.save()


def _hold(cast: Cast) -> None:
    key = FileKey(FileKind.CASE, cast.case.id)
    actor = factories.sign_in(cast.chair)
    services.place_hold(actor=actor, key=key, reason="訴訟のため")


def _lengthen(cast: Cast) -> None:
    key = FileKey(FileKind.CASE, cast.case.id)
    approval = services.Approval(
        date(2031, 3, 31), "係争中のため", "福祉部長", date(2026, 4, 1)
    )
    actor = factories.sign_in(cast.chair)
    services.lengthen(actor=actor, key=key, approval=approval)


def _deselect(cast: Cast) -> None:
    Membership.objects.filter(person=cast.chair).update(ends_at="2026-01-01T00:00Z")


@pytest.mark.parametrize("stop", [_early, _open, _hold, _lengthen])
def test_what_may_not_go_is_not_even_proposed(
    cast: Cast, full: FileKey, stop: Callable[[Cast], None]
) -> None:
    stop(cast)
    with pytest.raises(RefusedError):
        keeping.propose(cast.secretariat, cast.shien.id, full)


@pytest.mark.parametrize("stop", [_early, _open, _hold, _lengthen, _deselect])
def test_the_job_asks_again(
    cast: Cast, full: FileKey, stop: Callable[[Cast], None]
) -> None:
    """Approved, and then something came: it does not go, not later by itself either."""
    keeping.approve(cast, full)
    stop(cast)
    keeping.run()
    assert Case.objects.exists()
    assert not Tombstone.objects.exists()
    LegalHold.objects.all().delete()
    Lengthening.objects.all().delete()
    assert disposal.go_on() == 0


def test_of_a_sitting_the_rest_goes_and_the_frame_with_the_last(
    cast: Cast, full: FileKey
) -> None:
    keeping.rule(cast.shien, FileKind.SITTING, "3年")
    Sitting.objects.update(
        state="closed",
        starts_at="2020-05-01T04:00:00Z",
        ends_at="2020-05-01T05:00:00Z",
    )
    factories.item(cast.sitting, None, cast.shien, title="勉強会")
    key = FileKey(FileKind.SITTING, cast.sitting.id)
    keeping.dispose(cast, key)
    assert not AgendaItem.objects.filter(case=None).exists()
    assert AgendaItem.objects.filter(case=cast.case).count() == 2
    assert Sitting.objects.exists()
    keeping.dispose(cast, full)
    assert not Sitting.objects.exists()


def test_a_gap_in_general_words_stays(cast: Cast, full: FileKey) -> None:
    for general in (True, False):
        ResourceGap.objects.create(
            body=cast.shien,
            item=cast.shien_item,
            general=general,
            field="housing",
            words="住まい",
            raised_by=cast.chair,
            raised_at="2020-01-01T00:00Z",
        )
    keeping.dispose(cast, full)
    gap = ResourceGap.objects.get()
    assert gap.general
    assert gap.item is None


def test_the_trail_says_it_without_a_word(cast: Cast, full: FileKey) -> None:
    keeping.dispose(cast, full)
    told = AuditEvent.objects.filter(action__startswith="meetings.disposal.")
    assert [event.action.rpartition(".")[2] for event in told] == [
        "propose",
        "approve",
        "begin",
        "done",
    ]
    done = told.get(action="meetings.disposal.done")
    assert done.actor == str(cast.chair.id)
    assert set(done.detail) == {"objects", "rows"}


def test_pages_of_a_disposed_case_are_as_if_it_never_was(
    cast: Cast, full: FileKey, signed_in: Callable[..., Client]
) -> None:
    keeping.dispose(cast, full)
    chair = signed_in(cast.chair)
    gone = chair.get(f"/cases/{cast.case.id}/")
    never = chair.get(f"/cases/{uuid4()}/")
    assert (gone.status_code, gone.content) == (never.status_code, never.content)
