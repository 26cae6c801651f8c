"""Release of an item's papers, as one act over the whole table (R30)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from documents.models import PaperVersion, Release
from documents.services import releases
from members.access import Actor
from members.models import Person


@transaction.atomic
def release_papers(
    *,
    actor: Actor,
    letters: Sequence[tuple[Person, Sequence[PaperVersion]]],
    until: datetime,
    download: bool,
) -> list[Release]:
    """Release to each person their versions, all of it or nothing."""
    rows: list[Release] = []
    for person, versions in letters:
        rows += releases.release_versions(
            actor=actor,
            versions=versions,
            people=[person],
            until=until,
            download=download,
        )
    return rows
