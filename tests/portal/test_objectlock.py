"""The lock is believed only when every attempt to break it was refused."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from minio.error import S3Error
from minio.retention import Retention

from portal.core import checks, clock, objectlock, upkeep, vault
from portal.core.errors import UnavailableError
from portal.core.models import AuditEvent, LockProof, StoredObject
from portal.core.objectstore import S3Store
from tests.portal import stores

pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db,
    pytest.mark.parametrize("server", stores.SERVERS),
]


@pytest.fixture
def shelf(server, settings, monkeypatch) -> S3Store:
    """A bucket that locks, in the place of the installation's."""
    found = stores.s3(server, lock=True)
    for module in ("vault", "upkeep", "objectlock", "management.commands.store"):
        monkeypatch.setattr(f"portal.core.{module}.store", lambda: found)
    settings.VAULT_STORE = {**settings.VAULT_STORE, "lock": True}
    monkeypatch.setattr(objectlock, "_kept", [])
    return found


def test_a_store_that_locks_is_proved_and_takes_what_is_to_be_locked(shelf, capsys):
    call_command("store", "prove")
    assert "Object lock holds." in capsys.readouterr().out
    assert AuditEvent.objects.get(action="core.store.prove").detail["holds"] is True
    until = clock.now() + timedelta(minutes=1)
    row = vault.put(io.BytesIO(b"confirmed"))
    vault.lock(row, until)
    vault.keep(row)
    with pytest.raises(UnavailableError):
        shelf.remove(row.id.hex)
    assert vault.read(row) == b"confirmed"
    row.refresh_from_db()
    assert row.locked_until == until.replace(microsecond=0)
    assert objectlock.note()
    assert objectlock.noted() == "holds"
    assert checks.lock_is_proved(None) == []


def test_every_attempt_is_made(shelf):
    assert objectlock.prove(shelf).tried == (
        "delete the version",
        "shorten the lock",
        "switch to governance",
        "delete with bypass",
        "shorten with bypass",
        "lengthen the lock",
        "overwrite, and delete what overwrote",
        "the object after all that",
        "delete the bucket",
        "the object after that",
    )


def test_a_plain_bucket_is_not_proved_and_says_so(server, shelf):
    plain = stores.s3(server)
    plain.locks = True
    proof = objectlock.prove(plain)
    assert not proof.holds
    assert proof.gaps[0].startswith("lock an object: ")


def test_a_proof_is_kept_for_a_week_and_a_failure_not_at_all(shelf, monkeypatch):
    made = []

    def prove(store: S3Store) -> objectlock.Proof:
        made.append(store)
        gaps = ("the store does not answer",) if len(made) == 1 else ()
        outcome = LockProof.Outcome.FAILED if gaps else LockProof.Outcome.HOLDS
        return objectlock.Proof(clock.now(), (), gaps, outcome)

    monkeypatch.setattr(objectlock, "prove", prove)
    assert not objectlock.standing().holds
    assert objectlock.standing().holds
    assert objectlock.standing().holds
    assert len(made) == 2
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert objectlock.standing().holds
    assert len(made) == 3


class Lax:
    """A server that accepts a lock and does not keep it, in one of many ways."""

    def __init__(self, client, way: str) -> None:
        self.client, self.way = client, way

    def __getattr__(self, name):
        return getattr(self.client, name)

    def _execute(self, method, bucket, name, **request):
        bypass = "x-amz-bypass-governance-retention" in request["headers"]
        if self.way == ("bypass" if bypass else method):
            return None
        return self.client._execute(method, bucket, name, **request)

    def remove_bucket(self, bucket):
        if self.way != "bucket":
            self.client.remove_bucket(bucket)

    def get_object_retention(self, *which):
        held = self.client.get_object_retention(*which)
        if self.way == "shortened":
            held = Retention(held.mode, held.retain_until_date - timedelta(days=1))
        return held


@pytest.mark.parametrize(
    ("way", "gaps"),
    [
        ("DELETE", ["delete the version"]),
        ("PUT", ["shorten the lock", "switch to governance", "the object after"]),
        ("bypass", ["delete with bypass", "shorten with bypass"]),
        ("bucket", ["delete the bucket"]),
        ("shortened", ["the object after all", "the object after that"]),
    ],
)
def test_each_way_of_not_keeping_a_lock_is_found(shelf, way, gaps):
    shelf.client = Lax(shelf.client, way)
    found = objectlock.prove(shelf).gaps
    assert len(found) == len(gaps)
    for gap, begin in zip(found, gaps, strict=True):
        assert gap.startswith(begin)


def test_credentials_that_may_only_do_a_part_prove_nothing(shelf):
    """A refusal for want of rights is none for the lock's sake."""

    def may_not(*args, **kwargs):
        raise S3Error(None, "AccessDenied", "no", "", "", "")

    shelf.client = Lax(shelf.client, "")
    shelf.client.remove_object = may_not
    found = objectlock.prove(shelf).gaps
    assert [gap.partition(":")[0] for gap in found] == [
        "overwrite, and delete what overwrote"
    ]


def test_without_a_bucket_for_it_the_deletion_of_buckets_is_not_proved(shelf):
    def may_not(*args, **kwargs):
        raise S3Error(None, "AccessDenied", "no", "", "", "")

    shelf.client = Lax(shelf.client, "")
    shelf.client.bucket_exists = lambda bucket: False
    shelf.client.make_bucket = may_not
    (gap,) = objectlock.prove(shelf).gaps
    assert "not tried" in gap


def test_a_server_that_starts_says_how_it_stands(shelf, caplog, monkeypatch):
    objectlock.report()
    assert "object lock is proved" in caplog.text
    monkeypatch.setattr(objectlock, "_kept", [])
    shelf.client = Lax(shelf.client, "DELETE")
    objectlock.report()
    assert "object lock is off: delete the version: was not refused" in caplog.text
    (refusal,) = checks.lock_is_proved(None)
    assert refusal.id == "kasane.E014"
    assert "was not refused" in refusal.msg
    row = vault.put(io.BytesIO(b"x"))
    with pytest.raises(UnavailableError):
        vault.lock(row, clock.now() + timedelta(minutes=1))
    assert not objectlock.note()
    assert LockProof.objects.get().gaps == "delete the version: was not refused"


def test_what_was_stored_as_something_else_is_not_called_locked(shelf):
    row = vault.put(io.BytesIO(b"confirmed"))
    shelf.put(row.id.hex, io.BytesIO(b"other bytes"))
    with pytest.raises(UnavailableError):
        vault.lock(row, clock.now() + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.locked_until is None


def test_a_store_that_refuses_to_lock_is_proved_anew(shelf, monkeypatch):
    assert objectlock.standing().holds
    row = vault.put(io.BytesIO(b"confirmed"))
    monkeypatch.setattr(shelf.client, "set_object_retention", lambda *args: None)
    with pytest.raises(UnavailableError):
        vault.lock(row, clock.now() + timedelta(minutes=1))
    assert objectlock._kept == []


def test_locked_bytes_of_a_broken_act_lose_their_key_and_go_with_their_lock(shelf):
    row = vault.put(io.BytesIO(b"never confirmed"))
    vault.lock(row, clock.now() + timedelta(days=7))
    hour = clock.now() - timedelta(hours=1)
    StoredObject.objects.update(created_at=hour)
    with stores.later(hours=1):
        assert upkeep.sweep() == 1
        assert upkeep.sweep() == 0
    row.refresh_from_db()
    assert (row.state, bytes(row.sealed_key)) == ("erased", b"")
    assert row.id.hex in stores.names(shelf)
