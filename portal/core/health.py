"""Whether the portal lives, and whether all that it needs is there."""

import logging
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal.core import clamd, clock, heads, metrics, restoring
from portal.core.errors import HiddenError
from portal.core.models import AuditHead, Beat, LockProof
from portal.core.objectlock import Outcome
from portal.core.objectstore import S3Store, store

log = logging.getLogger(__name__)

LOOPBACK = {"127.0.0.1", "::1"}
BEAT_AGE = timedelta(seconds=60)
FREE_BYTES = 500_000_000
_SECONDS = 3


class NotReadyError(Exception):
    """Something that the portal needs is not there."""


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """All that it needs is there (200), or not (503); which part, for those within.

    They also learn what should be looked at and keeps nobody from working.
    """
    found = {name: _stands(check) for name, check in CHECKS.items()}
    status = 200 if all(found.values()) else 503
    if not is_within(request):
        words = "ready\n" if status == 200 else "not ready\n"
        return HttpResponse(words, content_type="text/plain", status=status)
    shown = {name: "ok" if stands else "down" for name, stands in found.items()}
    told = {name: _told(remark) for name, remark in REMARKS.items()}
    return JsonResponse({**shown, **told}, status=status)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Figures for the monitoring; to everybody else this page does not exist."""
    if not is_within(request):
        raise HiddenError
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4")


def is_within(request: HttpRequest) -> bool:
    """Whether the monitoring asks: by its token or, without one, from this machine.

    What came through a proxy carries the header of one, and is not from here.
    """
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {token}".encode())
    through = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not through


def _stands(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001 – whatever it is, it is not ready
        log.warning("not ready: %s %s", check.__name__, type(error).__name__)
        return False
    return True


def _told(remark: Callable[[], str]) -> str:
    try:
        return remark()
    except DatabaseError:
        return "unknown"


def _database() -> None:
    AuditHead.objects.get(id=1)


def _bell() -> None:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    for address in layer.get("CONFIG", {}).get("hosts", ()):
        with redis.Redis.from_url(address, socket_timeout=_SECONDS) as client:
            client.ping()


def _store() -> None:
    shelf = store()
    if isinstance(shelf, S3Store):
        if not shelf.client.bucket_exists(shelf.bucket):
            raise NotReadyError
    elif not os.access(settings.VAULT_STORE["path"], os.W_OK):
        raise NotReadyError


def _worker() -> None:
    last = Beat.objects.aggregate(at=Max("at"))["at"]
    if last is None or last < clock.now() - BEAT_AGE:
        raise NotReadyError


def _scanner() -> None:
    if settings.CLAMD != clamd.OFF:
        clamd.signatures_at()


def _disk() -> None:
    folder: Path = settings.JOURNAL
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    room = min(shutil.disk_usage(each).free for each in (settings.DATA, folder))
    if room < FREE_BYTES or not os.access(folder, os.W_OK):
        raise NotReadyError


def _restored() -> None:
    if restoring.is_closed():
        raise NotReadyError


def _heads() -> str:
    return heads.standing().word


def _lock() -> str:
    proof = LockProof.objects.first()
    if proof is None:
        return "not tried yet"
    return "ok" if proof.outcome == Outcome.HOLDS else f"off: {proof.gaps}"


# What should be looked at, and keeps nobody from working.
REMARKS: dict[str, Callable[[], str]] = {"heads": _heads, "lock": _lock}
CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "bell": _bell,
    "store": _store,
    "worker": _worker,
    "scanner": _scanner,
    "disk": _disk,
    "restored": _restored,
}
