"""Release of an item's papers, as one act over the whole table (R30)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from documents.models import Planned, ReleaseRound
from documents.services import rounds
from members.access import Actor


@transaction.atomic
def release_papers(
    *, actor: Actor, key: UUID, cells: Sequence[Planned]
) -> ReleaseRound:
    """Release the whole table, all of it or nothing."""
    return rounds.make_round(actor=actor, key=key, cells=cells)
