"""書換え防止: confirmed records that the store itself lets nobody remove.

Used where the store is proved to lock; elsewhere nothing here does anything. A record
is locked before it is called confirmed. No lock can be taken back, so it reaches to
the end of the file's class only once that is settled, and is moved on until then.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django_tasks import task

from documents.services import papers
from meetings.models import FileKind
from meetings.retention import FileKey, Keeping, some_months_on
from meetings.selectors.retention import (
    file_id_of,
    filed_records,
    files_of,
    keepings_of,
    key_of,
    records_in,
)
from portal.core import clock, objectlock
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject

log = logging.getLogger(__name__)

BATCH = 200
# A store that fails so often is down, and waited for.
FAILURES = 5


def lock_new(objects: Iterable[StoredObject]) -> None:
    """Lock what is about to be filed as a confirmed record, and read it again.

    Raises UnavailableError where a store that is proved to lock does not: then the
    record is not confirmed yet, and tried again.
    """
    if objectlock.standing().holds:
        for stored in objects:
            papers.lock_record(stored, some_months_on(clock.today()))


@task()
def lock_file(kind: str, file_id: str) -> None:
    """Lock a file's records as far as they are to be kept now."""
    if objectlock.standing().holds:
        _lock([key_of(kind, UUID(file_id))])


def keep_up() -> int:
    """Lock what is not, and move on what ends soon; how many objects."""
    if not objectlock.standing().holds:
        return 0
    ahead = some_months_on(clock.today())
    due = filed_records().filter(
        Q(stored__locked_until=None) | Q(stored__locked_until__lt=ahead)
    )
    of_cases = due.exclude(paper__case=None).values_list("paper__case", flat=True)
    others = due.filter(paper__case=None, paper__sitting_id__isnull=False)
    of_sittings = others.values_list("paper__sitting_id", flat=True)
    keys = [FileKey(FileKind.CASE, case) for case in set(of_cases)]
    keys += [FileKey(FileKind.SITTING, sitting) for sitting in set(of_sittings)]
    return sum(_lock(keys[i : i + BATCH]) for i in range(0, len(keys), BATCH))


def _lock(keys: Iterable[FileKey]) -> int:
    """Lock the records of some files; how many objects of them it had to."""
    keepings = {each.file.key.id: each for each in keepings_of(files_of(keys))}
    records = records_in(each.file for each in keepings.values())
    count = failures = 0
    for version in records.order_by("id"):
        file_id = file_id_of(version)
        assert file_id  # noqa: S101 – it was found by its file
        until = _needed(keepings[file_id], version.stored)
        if until is None:
            continue
        try:
            papers.lock_record(version.stored, until)
        except UnavailableError:
            failures += 1
            log.error("confirmed record %s is not locked", version.stored.id)
            if failures >= FAILURES:
                raise
        else:
            count += 1
    return count


def _needed(keeping: Keeping, stored: StoredObject) -> datetime | None:
    """Until when it is to be locked anew; None where the lock is far enough."""
    until, held = keeping.lock_until(clock.now()), stored.locked_until
    return until if until and (held is None or held < until) else None
