"""The worker: runs what waits, survives what fails, stops when told."""

import threading

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError

from portal.core import worker
from portal.core.models import Beat, OutgoingMail
from tests.portal.test_outbox import queued


@pytest.mark.django_db(transaction=True)
def test_waiting_tasks_run_in_one_go() -> None:
    for _ in range(3):
        queued()
    worker.run_waiting()
    assert len(mail.outbox) == 3
    worker.run_waiting()
    assert len(mail.outbox) == 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_drains_ends_when_nothing_waits() -> None:
    queued()
    call_command("worker", "--drain")
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_one_task_that_fails_does_not_stop_the_next() -> None:
    broken, sound = queued(), queued()
    OutgoingMail.objects.filter(id=broken.id).update(sealed_body=b"spoiled")
    worker.run_waiting()
    assert [message.to for message in mail.outbox] == [[sound.address]]
    broken.refresh_from_db()
    assert broken.state == OutgoingMail.State.WAITING


@pytest.mark.django_db(transaction=True)
def test_the_worker_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It fails twice, comes back, does its work, and stops when told."""
    stop = threading.Event()
    runs: list[int] = []
    real = worker.run_waiting

    def run_waiting(queue: str) -> None:
        if queue in worker.ASIDE:
            return
        runs.append(len(runs))
        if len(runs) < 3:
            raise OperationalError("the database is away")
        real()
        stop.set()

    monkeypatch.setattr(worker, "run_waiting", run_waiting)
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.001)
    queued()
    worker.run(stop)
    assert len(runs) == 3
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_it_beats_while_a_task_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, beaten = threading.Event(), threading.Event()
    real = worker.beat

    def beat() -> None:
        real()
        beaten.set()

    def run_waiting(queue: str) -> None:
        if queue == "default":
            assert beaten.wait(60)
            stop.set()

    monkeypatch.setattr(worker, "beat", beat)
    monkeypatch.setattr(worker, "run_waiting", run_waiting)
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.001)
    worker.run(stop)
    assert Beat.objects.count() == 1


@pytest.mark.django_db
def test_a_worker_that_dies_beats_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def run_waiting(queue: str) -> None:
        if queue == "default":
            raise RuntimeError

    monkeypatch.setattr(worker, "beat", lambda: None)
    monkeypatch.setattr(worker, "run_waiting", run_waiting)
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.001)
    with pytest.raises(RuntimeError):
        worker.run(stop)
    assert stop.is_set()


def test_every_queue_is_worked_on() -> None:
    assert settings.TASKS["default"]["QUEUES"] == ["default", *worker.ASIDE]


@pytest.mark.django_db
def test_a_stopped_worker_does_nothing() -> None:
    stop = threading.Event()
    stop.set()
    queued()
    worker.run(stop)
    assert mail.outbox == []
