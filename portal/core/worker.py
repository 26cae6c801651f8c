"""The worker: runs queued tasks, and now and then what nobody asked for by hand."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from functools import partial

from django.db import DatabaseError, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from portal.core import clock, heads, journals, objectlock, outbox, texts, upkeep
from portal.core.errors import UnavailableError
from portal.core.models import Beat
from portal.core.search import index

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
BEAT_SECONDS = 10
SWEEP_SECONDS = 30
INDEX_SECONDS = 1
UPKEEP_SECONDS = 10 * 60  # it lists the whole store


# Conversions and tables of many rows take minutes; codes and notices do not wait for
# them, nor the papers of one office for the table of another.
SLOW_QUEUE = "conversions"
TABLE_QUEUE = "tables"
ASIDE = (SLOW_QUEUE, TABLE_QUEUE)


def run_waiting(queue: str = "default") -> None:
    """Run the tasks that wait now in one queue, then return."""
    Worker(
        queue_names=[queue],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    ).run()


def drain() -> None:
    """Run the tasks that wait now in all queues, then return."""
    for queue in ("default", *ASIDE):
        run_waiting(queue)


# What is looked after now and then; each app adds its own when it is ready.
SWEEPS: list[Callable[[], object]] = [
    outbox.requeue_due,
    texts.requeue_due,
    heads.keep_up,
]


# The same for what asks the store a lot.
UPKEEPS: list[Callable[[], object]] = [
    upkeep.sweep,
    objectlock.note,
    index.look_after,
]


def sweep() -> None:
    """Pick up what a dead process left: unsent mail, unfinished records, and so on."""
    for look_after in SWEEPS:
        look_after()


def look_after_store() -> None:
    """Clear what is left over, lock what is to be locked, and so on."""
    for look_after in UPKEEPS:
        look_after()


class _Round:
    """Something to do every so many seconds, the first time at once."""

    def __init__(self, seconds: float, act: Callable[[], object]) -> None:
        self.seconds, self.act = seconds, act
        self.done_at = -seconds

    def run_if_due(self) -> None:
        """Do it if it is time; what fails is tried again after a whole pause."""
        if time.monotonic() - self.done_at >= self.seconds:
            self.done_at = time.monotonic()
            self.act()


def beat() -> None:
    """Say that a worker lives on this host."""
    host = socket.gethostname()[:64]
    Beat.objects.update_or_create(host=host, defaults={"at": clock.now()})


def run(stop: threading.Event) -> None:
    """Work until ``stop`` is set; a failing database or store is waited for.

    The beat has a thread of its own: however much there is to do, the worker lives.
    It ends with the others.
    """
    for queue in ASIDE:
        _aside(stop, partial(run_waiting, queue))
    pulse = _aside(stop, _Round(BEAT_SECONDS, beat).run_if_due)
    rounds = [
        _Round(TICK_SECONDS, journals.flush),
        _Round(SWEEP_SECONDS, sweep),
        _Round(INDEX_SECONDS, index.catch_up),
        _Round(UPKEEP_SECONDS, look_after_store),
    ]
    try:
        _work(
            stop, partial(run_waiting, "default"), *(each.run_if_due for each in rounds)
        )
    finally:
        stop.set()
        pulse.join()


def _aside(stop: threading.Event, act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=_work, args=(stop, act), daemon=True)
    thread.start()
    return thread


def _work(stop: threading.Event, *acts: Callable[[], object]) -> None:
    while not stop.wait(TICK_SECONDS):
        try:
            for act in acts:
                act()
        except (DatabaseError, UnavailableError, OSError):
            log.exception("the worker waits for the database, the store or a disk")
        finally:
            close_old_connections()
