"""Confirmed records kept outside the database until the next backup has them."""

from datetime import timedelta

from django.db.models import Model

from documents.models import Paper
from meetings.models import Minutes
from portal.core import capsules, clock
from portal.core.models import StoredObject

# Long enough for a worker that died to come back.
LOOKED_BACK = timedelta(hours=1)


def keep(minutes: Minutes) -> None:
    """Keep one record as it was confirmed: its row, its papers, their bytes."""
    rows: list[Model] = []
    objects: list[StoredObject] = []
    for paper in Paper.objects.filter(id__in=[minutes.docx_id, minutes.pdf_id]):
        rows.append(paper)
        for version in paper.versions.select_related("stored"):
            rows.append(version)
            objects.append(version.stored)
    capsules.keep(minutes.id, [*rows, minutes], objects)


def look_after() -> None:
    """Keep what was confirmed a moment before a worker died."""
    since = clock.now() - LOOKED_BACK
    recent = Minutes.objects.filter(
        state=Minutes.State.FINAL, finalized_at__gte=since, pdf__isnull=False
    )
    there = capsules.names()
    for minutes in recent:
        if minutes.id.hex not in there:
            keep(minutes)
