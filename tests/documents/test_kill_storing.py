"""``kill -9`` at any point of filing and disposal: no paper without its bytes (I4),
no bytes without a row for long (I5), and whoever tries again succeeds.
"""

import io
from uuid import UUID, uuid4

import pytest

from documents.models import PaperVersion
from portal.core import clock, upkeep, vault
from portal.core.models import StoredObject
from portal.core.objectstore import store
from tests.kills import broken, points
from tests.portal import stores

pytestmark = pytest.mark.django_db(transaction=True)


def assert_all_is_well_within_the_hour() -> None:
    """The sweeps of an hour clear what is left; then both agree."""
    with stores.later(minutes=50):
        upkeep.sweep()
    with stores.later(minutes=61):
        assert list(upkeep.check(read=True)) == []
        assert store().abandon(clock.now()) == 0, "no parts of uploads are left"


def test_filing_killed_anywhere(cast, die):
    order = {"person": cast.secretariat.id, "item": cast.shien_item.id}
    whole = die("file", 0, token=uuid4(), **order)
    for at in points("file", whole):
        token = uuid4()
        point = die("file", at, token=token, **order)
        assert broken() == [], point
        die("file", 0, token=token, **order)
        assert broken() == [], point
    count = len(points("file", whole)) + 1
    assert PaperVersion.objects.count() == count, "each was filed once"
    for version in PaperVersion.objects.select_related("stored"):
        assert vault.read(version.stored) == "資料".encode() * 100
    assert_all_is_well_within_the_hour()
    assert PaperVersion.objects.count() == count


def test_a_large_upload_killed_anywhere(die):
    for at in points("large", die("large", 0)):
        point = die("large", at)
        assert broken() == [], point
    assert_all_is_well_within_the_hour()


def ready_objects(count: int) -> list[UUID]:
    rows = [vault.put(_words()) for _ in range(count)]
    for row in rows:
        vault.keep(row)
    return [row.id for row in rows]


def _words() -> io.BytesIO:
    return io.BytesIO("資料".encode() * 1000)


def test_disposal_killed_anywhere(die):
    (first,) = ready_objects(1)
    chosen = points("erase", die("erase", 0, object=first))
    for at, object_id in zip(chosen, ready_objects(len(chosen)), strict=True):
        point = die("erase", at, object=object_id)
        row = StoredObject.objects.get(id=object_id)
        assert row.state in {"ready", "erased"}
        assert bool(row.sealed_key) == (row.state == "ready"), "never half"
        assert broken() == [], point
        die("erase", 0, object=object_id)
    assert not StoredObject.objects.exclude(state="erased").exists()
    assert_all_is_well_within_the_hour()
    assert list(store().entries()) == []


def test_the_sweep_killed_anywhere(die):
    kept = ready_objects(2)

    def leave_something() -> None:
        vault.put(_words())
        store().put(uuid4().hex, _words())
        (erased,) = ready_objects(1)
        StoredObject.objects.filter(id=erased).update(state="erased", sealed_key=b"")

    leave_something()
    for at in points("sweep", die("sweep", 0)):
        leave_something()
        point = die("sweep", at)
        assert broken() == [], point
    assert_all_is_well_within_the_hour()
    assert {UUID(name) for name in stores.names(store())} == set(kept)
