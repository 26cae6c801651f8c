"""Passwords: the first half of a sign-in, with a budget for wrong ones (ASVS 6.3.1).

A wait that doubles from the fourth wrong password on, up to a quarter of an hour,
per sign-in name, whether anybody bears it or not. While it lasts nothing is hashed.
"""

import hashlib
import threading
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import transaction

from members.models import Person, SignInFailure
from portal.core import audit, clock

FREE_TRIES = 3
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=15)
# A hash takes a quarter of a second of a core: a rush of them may not stop the room.
_HASHING = threading.BoundedSemaphore(2)


def prove(*, login: str, password: str) -> Person | None:
    """The person whose name and password these are; None for everything else."""
    digest = hashlib.sha256(login.strip().lower().encode("utf-8")).hexdigest()
    if not _claim(digest):
        return None
    with _HASHING:
        person = authenticate(username=login, password=password)
    if not isinstance(person, Person) or not person.span.holds(clock.now()):
        return None
    SignInFailure.objects.filter(login_digest=digest).delete()
    return person


@transaction.atomic
def _claim(digest: str) -> bool:
    """Count the try as a wrong one before it is compared; False while one waits."""
    now = clock.now()
    row, created = SignInFailure.objects.select_for_update().get_or_create(
        login_digest=digest, defaults={"last_at": now, "count": 1}
    )
    if created:
        return True
    if now < row.last_at + wait_after(row.count):
        return False
    row.count, row.last_at = row.count + 1, now
    row.save()
    if row.count > FREE_TRIES:
        audit.record("members.password.refuse", actor=None, detail={"tries": row.count})
    return True


def wait_after(count: int) -> timedelta:
    """How long the next try waits after ``count`` wrong ones in a row."""
    if count <= FREE_TRIES:
        return timedelta(0)
    factor: int = 2 ** min(count - FREE_TRIES - 1, 20)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)
