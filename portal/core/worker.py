"""The worker: runs queued tasks, and now and then what nobody asked for by hand."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from portal.core import outbox, vault

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
SWEEP_SECONDS = 30


def run_waiting() -> None:
    """Run the tasks that wait now, then return."""
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    ).run()


# What is looked after now and then; each app adds its own when it is ready.
SWEEPS: list[Callable[[], object]] = [outbox.requeue_due, vault.sweep]


def sweep() -> None:
    """Pick up what a dead process left: unsent mail, half-stored objects, and so on."""
    for look_after in SWEEPS:
        look_after()


def run(stop: threading.Event) -> None:
    """Work until ``stop`` is set; a failing database is waited for."""
    swept = -float(SWEEP_SECONDS)
    while not stop.wait(TICK_SECONDS):
        try:
            run_waiting()
            if time.monotonic() - swept > SWEEP_SECONDS:
                swept = time.monotonic()
                sweep()
        except DatabaseError:
            log.exception("the worker waits for the database")
        finally:
            close_old_connections()
