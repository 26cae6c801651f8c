"""The words of versions that nobody has read yet, so that they can be found by them.

The mix-up guard reads what is filed. What came another way, or before, is read here.
"""

import tempfile

from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from documents import searching
from documents.mixups import reading
from documents.mixups.reading import Reading
from documents.models import Paper, PaperVersion
from portal.core import vault
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.worker import SLOW_QUEUE

AT_ONCE = 100


def look_after() -> int:
    """Have the slow worker read what is missing; returns how much of it there is."""
    count = _missing().count()
    if count:
        read_missing.enqueue()
    return count


@task(queue_name=SLOW_QUEUE)
def read_missing() -> None:
    """Read some of the versions; a record's words lie in its entries already."""
    for version in _missing().select_related("stored")[:AT_ONCE]:
        _keep(version)


def _missing() -> QuerySet[PaperVersion]:
    return (
        PaperVersion.objects.filter(words=None, stored__state=StoredObject.State.READY)
        .exclude(state__in=searching.GONE)
        .exclude(guard=PaperVersion.Guard.WAITING)
        .exclude(paper__kind=Paper.Kind.MINUTES)
        .order_by("-uploaded_at")
    )


def _keep(version: PaperVersion) -> None:
    words = read(version)
    with transaction.atomic():
        PaperVersion.objects.select_for_update().get(id=version.id)
        searching.keep_words(version, words.places)


def read(version: PaperVersion) -> Reading:
    """What the file of the version says; nothing where it cannot be had."""
    with tempfile.TemporaryFile() as plain:
        try:
            with vault.open_object(version.stored) as chunks:
                plain.writelines(chunks)
        except UnavailableError:
            return Reading([], whole=False)
        plain.seek(0)
        return reading.read(plain, version.file_name)
