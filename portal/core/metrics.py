"""Figures for the monitoring: counts and ages, by the names of routes and states.

Nothing here says of whom or what. What the database knows is asked when the figures
are read; requests are counted in each process, and added up over the processes of a
server (``serve`` names the folder that they share).
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Max, Min, QuerySet
from django_tasks_db.models import DBTaskResult
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from portal.core import clock, heads
from portal.core.models import (
    AuditHead,
    Beat,
    LockProof,
    OutgoingMail,
    OutgoingText,
    SignedHead,
    StoredObject,
    Taking,
)

# The variable by which prometheus_client's processes find each other.
SHARED = "PROMETHEUS_MULTIPROC_DIR"

_REQUESTS = Counter("kasane_requests", "Requests answered", ("route", "status"))
_SECONDS = Histogram(
    "kasane_request_seconds",
    "Time until the answer began",
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5),
)


def count_request(route: str, status: int, seconds: float) -> None:
    """One more request has been answered."""
    _REQUESTS.labels(route, str(status)).inc()
    _SECONDS.observe(seconds)


def text() -> bytes:
    """All figures, in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Standing())
    counted = REGISTRY
    if os.environ.get(SHARED):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(registry)


class _Standing(Collector):
    """How the installation stands now."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the database and the disk."""
        try:
            with transaction.atomic():
                yield from list(_of_database())
        except DatabaseError:
            yield _gauge("kasane_database_up", "Whether the database answers", 0)
        free = shutil.disk_usage(settings.DATA).free
        yield _gauge("kasane_disk_free_bytes", "Free room for the data folder", free)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _of_database() -> Iterator[GaugeMetricFamily]:
    now = clock.now()
    yield _gauge("kasane_database_up", "Whether the database answers", 1)
    head = AuditHead.objects.get(id=1)
    yield _gauge("kasane_audit_events", "Events in the trail", head.seq)
    standing = heads.standing()
    for name, words, value in (
        ("unsigned", "Events that no signed head covers", standing.unsigned),
        ("heads_waiting", "Heads not in their folder", standing.waiting),
        ("heads_unmailed", "Heads the auditor was not mailed", standing.unmailed),
    ):
        yield _gauge(f"kasane_audit_{name}", words, value)
    locks = LockProof.objects.filter(outcome=LockProof.Outcome.HOLDS).count()
    yield _gauge("kasane_object_lock", "Whether the store is proved to lock", locks)
    for name, rows, field in (
        ("kasane_mails", OutgoingMail.objects.all(), "state"),
        ("kasane_texts", OutgoingText.objects.all(), "state"),
        ("kasane_jobs", DBTaskResult.objects.all(), "status"),
        ("kasane_objects", StoredObject.objects.all(), "state"),
    ):
        yield _by(name, rows, field)
    due = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, due_at__lte=now)
    for name, at in {
        "kasane_mail_overdue_seconds": due.aggregate(at=Min("due_at"))["at"],
        "kasane_journal_waiting_seconds": Taking.objects.aggregate(at=Min("at"))["at"],
        "kasane_worker_beat_seconds": Beat.objects.aggregate(at=Max("at"))["at"],
        "kasane_audit_head_seconds": SignedHead.objects.aggregate(at=Max("at"))["at"],
    }.items():
        age = (now - at).total_seconds() if at else 0
        yield _gauge(name, "Age of the oldest, or of the last one", max(0, age))


def _by(name: str, rows: QuerySet[Any], field: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, "Rows by state", labels=("state",))
    for state, count in rows.values_list(field).annotate(Count("pk")).order_by(field):
        family.add_metric((str(state),), count)
    return family
