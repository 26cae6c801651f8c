"""Store and database kept alike: what broken acts left is cleared, and looked for.

An available paper has its bytes, and no bytes lie about without a row for more than
an hour. ``sweep`` sees to it, ``check`` tells whether it is so.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from portal.core import clock, vault
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.objectstore import is_name, store

log = logging.getLogger(__name__)

# With the worker's pauses between sweeps, nothing lies about for more than an hour.
SWEEP_AFTER = timedelta(minutes=45)
LEFT_AFTER = timedelta(minutes=60)
# Parts of an upload that no row names any more.
ABANDON_AFTER = timedelta(hours=24)
BATCH = 1000

State = StoredObject.State


def sweep() -> int:
    """Clear what broken acts left behind; returns how many.

    Pending rows, bytes without a row, bytes of erased rows, unfinished uploads. Young
    things are left alone, their act may still be running. What cannot be removed
    now is tried again by the next sweep.
    """
    before = clock.now() - SWEEP_AFTER
    rows = StoredObject.objects.filter(state=State.PENDING, created_at__lt=before)
    count = sum(_clear_row(each) for each in list(rows.values_list("id", flat=True)))
    old = (name for name, written_at in store().entries() if written_at < before)
    count += sum(_clear_object(name) for name in _without_row(old))
    return count + store().abandon(clock.now() - ABANDON_AFTER)


@transaction.atomic
def _clear_row(object_id: UUID) -> bool:
    """Bytes first: a row without them is swept again, bytes without it are not seen.

    The lock holds back whoever would keep the row meanwhile.
    """
    rows = StoredObject.objects.select_for_update()
    row = rows.filter(id=object_id, state=State.PENDING).first()
    if row is not None and row.locked_until and row.locked_until > clock.now():
        vault.destroy_key(object_id)  # nobody reads it; the bytes go with their lock
        return True
    if row is None or not _clear_object(object_id.hex):
        return False
    row.delete()
    return True


def _clear_object(name: str) -> bool:
    try:
        store().remove(name)
    except UnavailableError:
        log.warning("object %s cannot be removed now", name)
        return False
    return True


def _without_row(names: Iterable[str]) -> Iterator[str]:
    """Those of our names that neither a ready, a pending nor a locked row has."""
    ours = (name for name in names if is_name(name))
    held = ~Q(state=State.ERASED) | Q(locked_until__gt=clock.now())
    while batch := list(islice(ours, BATCH)):
        rows = StoredObject.objects.filter(held, id__in=batch)
        known = {object_id.hex for object_id in rows.values_list("id", flat=True)}
        yield from (name for name in batch if name not in known)


class Finding(NamedTuple):
    """Something that is not as it must be, and where."""

    what: str
    name: str


MISSING = "paper without its bytes"
NO_KEY = "paper whose key the key file does not open"
DAMAGED = "paper whose bytes are not those that were stored"
ORPHAN = "bytes without a row"
PENDING = "pending row"
FOREIGN = "not an object of the portal"


def check(*, read: bool = False) -> Iterator[Finding]:
    """Compare database and store; ``read`` also reads every object to its end."""
    before = clock.now() - LEFT_AFTER
    ready = dict[str, StoredObject]()
    for row in StoredObject.objects.filter(state=State.READY).iterator(BATCH):
        ready[row.id.hex] = row
        if not vault.has_key(row):
            yield Finding(NO_KEY, row.id.hex)
    listed = dict(store().entries())
    for name in ready.keys() - listed.keys():
        if _is_ready(ready[name]):  # and was not erased since
            yield Finding(MISSING, name)
    old = [name for name, written_at in listed.items() if written_at < before]
    yield from (Finding(ORPHAN, name) for name in _without_row(old))
    yield from (Finding(FOREIGN, name) for name in listed if not is_name(name))
    pending = StoredObject.objects.filter(state=State.PENDING, created_at__lt=before)
    yield from (Finding(PENDING, row.id.hex) for row in pending)
    if read:
        whole = (row for name, row in ready.items() if name in listed)
        yield from (Finding(DAMAGED, r.id.hex) for r in whole if not _is_sound(r))


def _is_ready(row: StoredObject) -> bool:
    return StoredObject.objects.filter(id=row.id, state=State.READY).exists()


def _is_sound(row: StoredObject) -> bool:
    if not vault.has_key(row):  # told already
        return True
    try:
        with vault.open_object(row) as chunks:
            for _ in chunks:
                pass
    except UnavailableError:
        return not _is_ready(row)
    return True
