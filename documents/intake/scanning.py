"""Virus scan: asked when a version is filed, answered later, closed until then (R29).

The portal asks for itself, on nobody's behalf: it reads the bytes and hands them to
nobody but the scanner. Without a clear answer a version waits, and is asked about again
with growing pauses.
"""

import logging
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from documents.intake import scan_notices
from documents.models import PaperVersion, ScanWait
from documents.services import holds
from members.facts import State
from portal.core import audit, clamd, clock, vault
from portal.core.clamd import Verdict
from portal.core.errors import InvalidError, RefusedError, UnavailableError

log = logging.getLogger(__name__)

Scan = PaperVersion.Scan
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
SIGNATURES_HOLD_FOR = timedelta(days=7)
LOOK_AGAIN = timedelta(hours=6)
CHUNK = 64 * 1024


def ask(version: PaperVersion) -> None:
    """Close the version until it is scanned, in the transaction of its filing."""
    if settings.CLAMD == clamd.OFF:
        return
    PaperVersion.objects.filter(id=version.id).update(scan=Scan.PENDING)
    holds.hold(version, PaperVersion.Hold.SCAN)
    version.refresh_from_db(fields=["scan", "state", "holds"])
    due_at = clock.now() + FIRST_PAUSE
    ScanWait.objects.create(version=version, due_at=due_at)
    scan.enqueue(str(version.id))


def require_clean(file: BinaryIO) -> None:
    """Let through only what the scanner calls clean, at once; for what is no paper.

    Raises InvalidError for anything else, RefusedError where there is no answer.
    Leaves the file at its beginning.
    """
    if settings.CLAMD == clamd.OFF:
        return
    file.seek(0)
    try:
        verdict = clamd.scan(iter(lambda: file.read(CHUNK), b""))
    except UnavailableError as error:
        log.exception("the virus scanner does not answer")
        words = _(
            "ウイルス検査が応答しません。しばらくしてから、もう一度お試しください。"
        )
        raise RefusedError(words) from error
    file.seek(0)
    if verdict is Verdict.INFECTED:
        raise InvalidError(
            _(
                "ウイルスが見つかったため、受け取れません。"
                "お使いのパソコンを検査し、作り直したファイルを選んでください。"
            )
        )
    if verdict is Verdict.UNSCANNABLE:
        raise InvalidError(
            _(
                "ウイルス検査ができないファイルです。作り直したファイルを選んでください。"
            )
        )


@task()
def scan(version_id: str) -> None:
    """Ask the scanner, and act on its answer; without one the version waits on."""
    version = (
        PaperVersion.objects.filter(id=version_id, scan=Scan.PENDING)
        .select_related("stored")
        .first()
    )
    if version is None:
        return
    try:
        with vault.open_object(version.stored) as chunks:
            verdict = clamd.scan(chunks)
    except UnavailableError:
        _wait_longer(version.id)
    else:
        settle(version.id, verdict)


@transaction.atomic
def _wait_longer(version_id: UUID) -> None:
    wait = ScanWait.objects.select_for_update().get(version=version_id)
    wait.attempts += 1
    wait.due_at = clock.now() + min(LONGEST_PAUSE, FIRST_PAUSE * 2**wait.attempts)
    wait.save()
    log.error("scan of version %s: attempt %d failed", version_id, wait.attempts)


@transaction.atomic
def settle(version_id: UUID, verdict: Verdict) -> None:
    """Write the verdict down, once; what is infected is destroyed."""
    versions = PaperVersion.objects.select_for_update(of=("self",))
    version = versions.select_related("paper", "stored", "uploaded_by").get(
        id=version_id
    )
    if version.scan != Scan.PENDING:
        return
    version.scan = Scan(verdict.value)
    if verdict is Verdict.INFECTED:
        version.state = State.DISPOSED  # number and digest stay
        vault.erase(version.stored_id)
    version.save(update_fields=["scan", "state"])
    ScanWait.objects.filter(version=version).delete()
    audit.record(
        "documents.version.scan",
        actor=None,
        subject=f"version:{version.id}",
        case=version.paper.case_id,
        item=version.paper.item_id,
        detail={"verdict": verdict.value, "sha256": version.stored.sha256},
    )
    if verdict is Verdict.CLEAN:
        holds.let_go(version, PaperVersion.Hold.SCAN)
    else:
        scan_notices.tell(version)


def ask_again() -> int:
    """Ask once more about what waits and is due; returns how many."""
    now = clock.now()
    due = ScanWait.objects.filter(due_at__lt=now)
    ids = list(due.values_list("version_id", flat=True)[:100])
    # The task moves it on by itself; this is for one that died.
    ScanWait.objects.filter(version__in=ids).update(due_at=now + FIRST_PAUSE * 10)
    for version_id in ids:
        scan.enqueue(str(version_id))
    return len(ids)


_looked_at: list[datetime] = []


def watch_signatures() -> None:
    """Put an alarm in the log where the scanner's signatures are a week old."""
    now = clock.now()
    if settings.CLAMD == clamd.OFF:
        return
    if _looked_at and now - _looked_at[0] < LOOK_AGAIN:
        return
    _looked_at[:] = [now]
    try:
        of_day = clamd.signatures_at()
    except UnavailableError:
        log.error("the virus scanner does not answer")
        return
    if of_day is None or now - of_day > SIGNATURES_HOLD_FOR:
        log.error("the virus scanner's signatures are old: %s", of_day or "unknown")
