"""書換え防止: confirmed is locked, to the right day, and nothing goes before it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import Disposal, FileKind, Minutes, RecordsClass, Tombstone
from meetings.retention import File, FileKey, Keeping, some_months_on
from meetings.selectors.retention import filed_records, keeping_for
from meetings.services import disposal, locking
from meetings.services import records as services
from meetings.services import retention as keeping_services
from portal.core import clock, objectlock, vault, worker
from portal.core.errors import RefusedError, UnavailableError
from portal.core.models import LockProof, StoredObject
from portal.core.objectstore import S3Store
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping, recording
from tests.portal import stores

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
NOW = datetime(2026, 11, 21, 3, tzinfo=clock.JST)
AHEAD = clock.day_start(date(2027, 2, 1))


@pytest.mark.parametrize(
    ("day", "ahead"),
    [
        (date(2026, 9, 30), date(2026, 12, 1)),
        (date(2026, 10, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 3, 1)),
    ],
)
def test_a_lock_that_moves_on_reaches_two_to_three_months(
    day: date, ahead: date
) -> None:
    assert some_months_on(day) == clock.day_start(ahead)


@pytest.mark.parametrize(
    ("completed", "name", "until"),
    [
        (None, "5年", AHEAD),
        (date(2026, 4, 2), "5年", clock.day_start(date(2032, 4, 1))),
        (date(2026, 4, 2), "1年未満", clock.day_start(date(2027, 4, 1))),
        (date(2026, 11, 21), "5年", AHEAD),  # today it may still be corrected
        (date(2026, 4, 2), "永久", AHEAD),
        (date(2020, 4, 2), "5年", None),
    ],
)
def test_a_lock_ends_with_the_class_once_that_is_settled(
    cast: Cast, completed: date | None, name: str, until: datetime | None
) -> None:
    rule = keeping.rule(cast.shien, FileKind.CASE, name)
    cast.case.closed_on = completed
    file = File.of_case(cast.case)
    assert Keeping(file, rule).lock_until(NOW) == until
    rule.starts_on = NOW.date()  # entered today
    if until is not None:
        assert Keeping(file, rule).lock_until(NOW) == AHEAD
    assert Keeping(file, None).lock_until(NOW) == AHEAD


def test_without_a_lock_the_page_says_why(cast: Cast, signed_in: SignIn) -> None:
    minutes = keeping.record(cast, recording.held(cast, cast.shien_item))
    assert locking.keep_up() == 0
    client = signed_in(cast.secretariat)
    address = reverse("meetings:record-detail", args=[minutes.item_id])
    for outcome, words in (("off", "機能がない"), ("failed", "確かめられなかった")):
        row = {"outcome": outcome, "at": clock.now()}
        LockProof.objects.update_or_create(id=1, defaults=row)
        assert words in client.get(address).content.decode()
    own = signed_in(cast.clinic).get(address)
    assert "書換え防止" not in own.content.decode()


# A store that locks -------------------------------------------------------------------

locks = pytest.mark.server
# The worker's connection is its own.
works = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=stores.SERVERS)
def shelf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """A bucket that locks, in the place of the installation's."""
    found = stores.s3(request.param, lock=True)
    for module in ("vault", "objectlock", "upkeep", "capsules"):
        monkeypatch.setattr(f"portal.core.{module}.store", lambda: found)
    monkeypatch.setattr(objectlock, "_kept", [])
    return found


def locked() -> set[datetime | None]:
    """Until when the files of records are locked; store and rows say the same."""
    rows = {version.stored for version in filed_records()}
    shelf = vault.store()  # type: ignore[attr-defined]
    assert isinstance(shelf, S3Store)
    for row in rows:
        assert shelf._held_until(row.id.hex) == row.locked_until
    return {row.locked_until for row in rows}


def confirmed(cast: Cast) -> Minutes:
    """The record after its last confirmation and the worker's next round."""
    item = recording.held(cast, cast.juso_item)
    recording.circulate(cast, item)
    for person in (cast.chair, cast.clinic):
        recording.confirm(person, item)
    worker.run_waiting()
    return Minutes.objects.get(item=item)


@locks
@works
def test_what_is_shown_as_confirmed_is_locked_and_reads_back(
    cast: Cast, shelf: S3Store, signed_in: SignIn
) -> None:
    minutes = confirmed(cast)
    assert minutes.state == Minutes.State.FINAL
    assert locked() == {some_months_on(clock.today())}
    for version in filed_records():
        with pytest.raises(UnavailableError):
            shelf.remove(version.stored.id.hex)
        assert vault.read(version.stored)
    drafts = StoredObject.objects.filter(locked_until=None)
    assert drafts.count() + 2 == StoredObject.objects.count()
    objectlock.note()
    page = signed_in(cast.secretariat).get(
        reverse("meetings:record-detail", args=[minutes.item_id])
    )
    assert "誰も消せません" in page.content.decode()


@locks
@works
def test_nothing_is_confirmed_that_could_not_be_locked(
    cast: Cast, shelf: S3Store
) -> None:
    objectlock.standing()
    item = recording.held(cast, cast.juso_item)
    minutes = recording.circulate(cast, item)
    for person in (cast.chair, cast.clinic):
        recording.confirm(person, item)
    with (
        patch.object(shelf.client, "set_object_retention", lambda *args: None),
        pytest.raises(UnavailableError),
    ):
        services.archive.call(str(item.id), str(cast.clinic.id))
    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.ROUND
    assert services.requeue_archives() == 1
    worker.run_waiting()
    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.FINAL
    assert None not in locked()


@pytest.fixture
def full(cast: Cast, shelf: S3Store) -> FileKey:
    """A case whose record was confirmed before the store was proved to lock."""
    keeping.record(cast, recording.held(cast, cast.shien_item))
    return keeping.close(cast.case, date(2026, 4, 2))


def kept(cast: Cast, key: FileKey) -> Keeping:
    return keeping_for(factories.sign_in(cast.secretariat), key)[0]


@locks
@works
def test_upkeep_locks_what_is_not_and_a_lengthening_prolongs(
    cast: Cast, full: FileKey
) -> None:
    assert locked() == {None}
    assert locking.keep_up() == 2
    assert locked() == {clock.day_start(date(2032, 4, 1))}
    assert locking.keep_up() == 0
    approval = keeping_services.Approval(
        date(2036, 3, 31), "係争中のため", "福祉部長", date(2026, 4, 1)
    )
    clerk = factories.sign_in(cast.secretariat)
    keeping_services.lengthen(actor=clerk, key=full, approval=approval)
    worker.run_waiting()
    assert locked() == {clock.day_start(date(2036, 4, 1))}


@locks
@works
def test_a_hold_locks_again_and_its_end_does_not_unlock(
    cast: Cast, full: FileKey
) -> None:
    keeping.close(cast.case)
    assert locking.keep_up() == 0  # its years are over
    clerk, chair = (factories.sign_in(p) for p in (cast.secretariat, cast.chair))
    hold = keeping_services.place_hold(actor=clerk, key=full, reason="訴訟のため")
    worker.run_waiting()
    ahead = some_months_on(clock.today())
    assert locked() == {ahead}
    keeping_services.lift_hold(actor=chair, key=full, hold_id=hold.id, reason="結審")
    assert not kept(cast, full).may_go(clock.today())
    with pytest.raises(RefusedError, match="書換え防止"):
        keeping.propose(cast.secretariat, cast.shien.id, full)
    assert not Disposal.objects.exists()
    with stores.later(days=(ahead - clock.now()).days + 1):
        assert kept(cast, full).may_go(clock.today())
        assert keeping.propose(cast.secretariat, cast.shien.id, full) == 1


@locks
def test_a_lock_that_came_after_the_approval_stops_the_disposal(
    cast: Cast, full: FileKey
) -> None:
    keeping.close(cast.case)
    keeping.approve(cast, full)
    StoredObject.objects.update(locked_until=clock.now() + timedelta(days=1))
    assert disposal.begin(full.id) is None
    assert not Tombstone.objects.exists()
    assert not Disposal.objects.exists()


@locks
def test_after_the_lock_the_file_goes_as_before(cast: Cast, full: FileKey) -> None:
    keeping.close(cast.case)
    objects = [version.stored for version in filed_records()]
    for stored in objects:
        vault.lock(stored, clock.now() + timedelta(days=1))
    with pytest.raises(RefusedError, match="書換え防止"):
        keeping.propose(cast.secretariat, cast.shien.id, full)
    with stores.later(days=2):
        keeping.dispose(cast, full)
    for stored in objects:
        stored.refresh_from_db()
        assert (stored.state, bytes(stored.sealed_key)) == ("erased", b"")


@locks
def test_one_broken_record_does_not_keep_others_from_their_lock(
    cast: Cast, full: FileKey, shelf: S3Store
) -> None:
    broken = filed_records().order_by("id")[0].stored
    shelf.remove(broken.id.hex)
    assert locking.keep_up() == 1
    broken.refresh_from_db()
    assert broken.locked_until is None


@locks
def test_a_class_is_never_locked_to_an_end_that_is_not_settled(
    cast: Cast, full: FileKey
) -> None:
    permanent = RecordsClass.objects.get(name="永久")
    cast.case.closed_on = clock.today()
    cast.case.save()
    keeping_services.set_rule(
        actor=factories.sign_in(cast.secretariat),
        body=cast.shien,
        kind=FileKind.CASE,
        records_class=permanent,
        decided_by="部長決裁",
    )
    locking.keep_up()
    assert locked() == {some_months_on(clock.today())}
