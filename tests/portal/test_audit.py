"""The audit chain: every planted change is found, nothing is lost under load."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from portal.core import audit, clock, context
from portal.core.models import AuditEvent, AuditHead

ACTOR, CASE, ITEM = (UUID(int=n) for n in (1, 2, 3))
LENGTH = 6


def write(count: int = LENGTH) -> list[AuditEvent]:
    """A chain of events as services write them."""
    origin = context.Origin(address="192.0.2.7", sign_in=str(UUID(int=9)))
    with context.acting_from(origin), transaction.atomic():
        return [
            audit.record(
                "documents.version.open",
                actor=ACTOR,
                subject=f"version:{UUID(int=100 + number)}",
                case=CASE,
                item=ITEM,
                detail={"page": number, "label": "資料1", "copy": number % 2 == 0},
            )
            for number in range(count)
        ]


def breaks() -> list[int]:
    return [found.seq for found in audit.verify()]


def row(seq: int) -> "AuditEvent":
    return AuditEvent.objects.get(seq=seq)


@pytest.mark.django_db
def test_an_untouched_chain_holds() -> None:
    assert breaks() == []
    events = write()
    assert [event.seq for event in events] == list(range(1, LENGTH + 1))
    assert breaks() == []
    stored = row(2)
    assert stored.digest == audit.digest_of(stored) == events[1].digest
    assert (stored.address, stored.sign_in) == ("192.0.2.7", str(UUID(int=9)))


def later(event: AuditEvent) -> object:
    return event.at + timedelta(microseconds=1)


EDITS: dict[str, Callable[[AuditEvent], object]] = {
    "at": later,
    "action": lambda _: "documents.version.download",
    "actor": lambda _: str(UUID(int=77)),
    "sign_in": lambda _: "",
    "address": lambda _: "192.0.2.8",
    "subject": lambda e: f"{e.subject}0",
    "case": lambda _: "",
    "item": lambda _: str(UUID(int=4)),
    "detail": lambda e: {**e.detail, "page": 99},
    "previous": lambda e: "-" + e.previous[1:],
    "digest": lambda e: "-" + e.digest[1:],
}


def test_every_column_has_its_edit() -> None:
    columns = {field.name for field in AuditEvent._meta.get_fields()}
    assert columns == EDITS.keys() | {"seq"}


@pytest.mark.django_db
@pytest.mark.parametrize("column", EDITS)
@pytest.mark.parametrize("seq", [1, 3, LENGTH])
def test_an_edit_of_any_column_is_found(column: str, seq: int) -> None:
    write()
    AuditEvent.objects.filter(seq=seq).update(**{column: EDITS[column](row(seq))})
    assert seq in breaks()


@pytest.mark.django_db
@pytest.mark.parametrize("seq", [1, 3, LENGTH])
def test_a_deleted_event_is_found(seq: int) -> None:
    write()
    AuditEvent.objects.filter(seq=seq).delete()
    assert breaks()


@pytest.mark.django_db
def test_a_renumbered_hole_is_found() -> None:
    """A hole closed by moving the later events down does not hold either."""
    write()
    AuditEvent.objects.filter(seq=3).delete()
    for seq in range(4, LENGTH + 1):
        AuditEvent.objects.filter(seq=seq).update(seq=seq - 1)
    AuditHead.objects.update(seq=LENGTH - 1)
    assert breaks()


@pytest.mark.django_db
def test_two_swapped_events_are_found() -> None:
    write()
    AuditEvent.objects.filter(seq=2).update(seq=1000)
    AuditEvent.objects.filter(seq=4).update(seq=2)
    AuditEvent.objects.filter(seq=1000).update(seq=4)
    assert breaks()


@pytest.mark.django_db
@pytest.mark.parametrize("rehashed", [False, True])
def test_an_inserted_event_is_found(rehashed: bool) -> None:
    write()
    last = row(LENGTH)
    added = row(2)
    added.pk = LENGTH + 1
    added.previous = last.digest
    added.digest = audit.digest_of(added) if rehashed else added.digest
    added.save(force_insert=True)
    assert breaks(), "the head names another event"


@pytest.mark.django_db
def test_a_rewritten_event_is_found_by_its_successor() -> None:
    write()
    changed = row(3)
    changed.actor = ""
    changed.digest = audit.digest_of(changed)
    changed.save()
    assert breaks() == [4]


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [0, 1, LENGTH - 1])
def test_a_cut_tail_is_found(kept: int) -> None:
    write()
    AuditEvent.objects.filter(seq__gt=kept).delete()
    assert breaks() == [LENGTH]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"seq": LENGTH - 1}, {"digest": "0" * 64}])
def test_a_changed_head_is_found(change: dict[str, object]) -> None:
    write()
    AuditHead.objects.update(**change)
    assert len(breaks()) == 1


@pytest.mark.django_db
def test_a_lost_head_stops_every_act() -> None:
    """R38: what the audit depends on is missing, so nothing happens."""
    AuditHead.objects.all().delete()
    with pytest.raises(AuditHead.DoesNotExist):
        write(1)


@pytest.mark.django_db
def test_the_command_tells_a_whole_chain_from_a_broken_one() -> None:
    write()
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert f"HOLDS: {LENGTH} events" in out.getvalue()
    assert f"Head: {row(LENGTH).digest}" in out.getvalue()
    AuditEvent.objects.filter(seq=3).update(actor="")
    with pytest.raises(CommandError) as failure:
        call_command("audit", "verify", stdout=out)
    assert failure.value.returncode == 1
    assert "event 3: was changed after it was written" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record("members.case.select", actor=ACTOR)
    assert not AuditEvent.objects.exists()


@transaction.atomic
def fail_after_recording() -> None:
    audit.record("members.case.select", actor=ACTOR)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_event_and_no_gap() -> None:
    write(1)
    with pytest.raises(ZeroDivisionError):
        fail_after_recording()
    write(1)
    assert list(AuditEvent.objects.values_list("seq", flat=True)) == [1, 2]
    assert breaks() == []


@pytest.mark.django_db(transaction=True)
def test_a_read_is_recorded_durably_by_itself() -> None:
    audit.record_read("documents.version.open", actor=ACTOR, subject="version:1")
    assert row(1).action == "documents.version.open"


@pytest.mark.django_db(transaction=True)
def test_appends_from_many_threads_make_one_chain() -> None:
    threads, each = 8, 12
    failures: list[BaseException] = []
    start = threading.Barrier(threads)

    def append() -> None:
        try:
            start.wait()
            for _ in range(each):
                write(1)
        except BaseException as failure:  # noqa: BLE001 – told to the main thread
            failures.append(failure)
        finally:
            connection.close()

    workers = [threading.Thread(target=append) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert AuditEvent.objects.count() == threads * each
    assert breaks() == []


@pytest.mark.django_db(transaction=True)
def test_the_walk_keeps_nobody_from_acting() -> None:
    write()
    walk = audit.verify()
    AuditEvent.objects.filter(seq=2).update(actor="")
    assert next(walk).seq == 2

    def act() -> None:
        write(1)
        connection.close()

    others = threading.Thread(target=act)
    others.start()
    others.join(timeout=5)
    assert not others.is_alive()
    assert [found.seq for found in walk] == []
    assert AuditHead.objects.get(id=1).seq == LENGTH + 1


@pytest.mark.django_db
def test_acts_committed_together_are_links_like_any_other() -> None:
    write(1)
    home = context.Origin(address="192.0.2.9")
    with transaction.atomic():
        audit.record_all(
            [audit.Act(f"meetings.entry.{n}", ACTOR, home) for n in range(3)]
        )
    write(1)
    assert AuditEvent.objects.count() == 5
    assert breaks() == []
    AuditEvent.objects.filter(seq=3).update(address="")
    assert breaks() == [3]


@pytest.mark.django_db
def test_details_survive_the_database_unchanged() -> None:
    """The digest is over what was written, so what is read must be the same."""
    detail: audit.Detail = {"z": 1, "a": "竹䶹𠮟", "n": None, "b": True, "q": '"\\\n'}
    with transaction.atomic():
        audit.record("members.case.select", actor=None, detail=detail)
    assert row(1).detail == detail
    assert json.dumps(row(1).detail, sort_keys=True) == json.dumps(
        detail, sort_keys=True
    )
    assert breaks() == []
    assert row(1).at <= clock.now()
