"""Database and store agree: the sweep sees to it, the check tells whether it is so."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from portal.core import clock, objectlock, objectstore, upkeep, vault
from portal.core.errors import UnavailableError
from portal.core.models import AuditEvent, StoredObject
from portal.core.upkeep import Finding
from tests.portal import stores

ORPHAN = "f" * 32


@pytest.fixture(autouse=True, params=stores.KINDS)
def shelf(request, tmp_path, db, monkeypatch) -> objectstore.ObjectStore:
    """An empty store in the place of the installation's."""
    found = stores.fresh(request.param, tmp_path)
    for module in (vault, upkeep, objectlock):
        monkeypatch.setattr(module, "store", lambda: found)
    monkeypatch.setattr("portal.core.management.commands.store.store", lambda: found)
    return found


@pytest.fixture
def later(monkeypatch):
    """Move the portal's clock; the store keeps the real time."""

    def move(**by: float) -> None:
        then = clock.now() + timedelta(**by)
        monkeypatch.setattr(clock, "now", lambda: then)

    return move


def kept(data: bytes = b"ready") -> StoredObject:
    row = vault.put(io.BytesIO(data))
    vault.keep(row)
    return row


def found(**how: bool) -> set[Finding]:
    return set(upkeep.check(**how))


def test_the_sweep_clears_what_broken_acts_left(shelf, later):
    ready, pending, erased = kept(), vault.put(io.BytesIO(b"pending")), kept()
    StoredObject.objects.filter(id=erased.id).update(state=StoredObject.State.ERASED)
    shelf.put(ORPHAN, io.BytesIO(b"orphan"))
    assert upkeep.sweep() == 0, "young things are left alone"
    assert {r.id.hex for r in (ready, pending, erased)} | {ORPHAN} == set(
        stores.names(shelf)
    )
    later(minutes=50)
    assert upkeep.sweep() == 3
    assert stores.names(shelf) == [ready.id.hex]
    assert not StoredObject.objects.filter(id=pending.id).exists()
    assert vault.read(ready) == b"ready"
    with pytest.raises(UnavailableError):
        vault.keep(pending)
    assert upkeep.sweep() == 0


def test_the_sweep_and_the_check_leave_foreign_things_alone(shelf, later):
    if isinstance(shelf, objectstore.DiskStore):
        foreign = "notes.txt"
        (shelf.path / "fe").mkdir()
        (shelf.path / "fe" / foreign).write_bytes(b"x")
    else:
        foreign = "other/notes.txt"
        shelf.client.put_object(shelf.bucket, foreign, io.BytesIO(b"x"), 1)
    later(hours=2)
    assert upkeep.sweep() == 0
    assert found() == {Finding(upkeep.FOREIGN, foreign)}


def test_an_object_that_cannot_be_removed_keeps_no_other_from_it(
    shelf, later, monkeypatch
):
    rows = [vault.put(io.BytesIO(b"x")) for _ in range(3)]
    stuck = rows[1].id.hex
    real = shelf.remove

    def remove(name: str) -> None:
        if name == stuck:
            raise UnavailableError
        real(name)

    monkeypatch.setattr(shelf, "remove", remove)
    later(hours=1)
    assert upkeep.sweep() == 2
    assert stores.names(shelf) == [stuck]
    assert StoredObject.objects.get().id == UUID(stuck)
    monkeypatch.undo()


def test_unfinished_uploads_go_after_a_day(shelf, later):
    stores.unfinished(shelf, ORPHAN)
    later(hours=23)
    assert upkeep.sweep() == 0
    later(hours=2)
    assert upkeep.sweep() == 1
    assert upkeep.sweep() == 0


def test_a_sound_store_has_no_findings(shelf, later):
    kept()
    vault.put(io.BytesIO(b"pending"))
    with transaction.atomic():
        vault.erase(kept().id)
    assert found(read=True) == set()
    later(minutes=50)
    assert found(read=True) == set()


def test_each_kind_of_damage_is_found(shelf, later):
    kept(b"sound")
    lost, damaged, keyless, pending = kept(), kept(), kept(), vault.put(io.BytesIO())
    shelf.remove(lost.id.hex)
    shelf.put(damaged.id.hex, io.BytesIO(b"something else"))
    StoredObject.objects.filter(id=keyless.id).update(sealed_key=b"spoiled")
    shelf.put(ORPHAN, io.BytesIO(b"orphan"))
    later(minutes=61)
    quick = {
        Finding(upkeep.MISSING, lost.id.hex),
        Finding(upkeep.NO_KEY, keyless.id.hex),
        Finding(upkeep.PENDING, pending.id.hex),
        Finding(upkeep.ORPHAN, ORPHAN),
    }
    assert found() == quick
    assert found(read=True) == quick | {Finding(upkeep.DAMAGED, damaged.id.hex)}


def test_the_command_tells_by_its_exit_status(shelf, capsys):
    row = kept()
    call_command("store", "check", "--read")
    assert "agree" in capsys.readouterr().out
    shelf.remove(row.id.hex)
    with pytest.raises(CommandError, match="Findings: 1"):
        call_command("store", "check")
    assert f"{upkeep.MISSING}: {row.id.hex}" in capsys.readouterr().err


def test_the_lock_of_a_folder_or_a_plain_bucket_is_not_proved(shelf, capsys):
    with pytest.raises(CommandError, match="stays off"):
        call_command("store", "prove")
    assert capsys.readouterr().err
    event = AuditEvent.objects.get(action="core.store.prove")
    assert event.detail["holds"] is False
    assert event.detail["gaps"]
    assert not objectlock.note()
    assert objectlock.noted() in {"folder", "off"}
    with pytest.raises(UnavailableError):
        vault.lock(kept(), clock.now() + timedelta(days=1))
