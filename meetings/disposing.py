"""What belongs to a file and goes with it, and what only loses a reference.

All that hangs on a case by a foreign key goes: household, consents, selections,
items with their minutes, records and notes, papers with their versions, renditions
and releases, requests with their replies. Of a sitting the items without a case go;
its frame (number, day, place, who was asked) goes once nothing stands on it.
"""

import hashlib

from django.db.models import Q

from documents.models import Paper
from meetings.models import (
    AgendaItem,
    FileKind,
    Minutes,
    OldRecord,
    Proposal,
    Sitting,
    Tombstone,
)
from meetings.retention import FileKey
from members.models import Body, Case
from portal.core import removal
from portal.core.models import StoredObject
from portal.core.removal import Keys

# What stays and only forgets the row that goes.
LOOSENED = {
    "meetings.AgendaItem.carried_from": Q(),
    "meetings.AgendaItem.reports_on": Q(),
    "meetings.CarryUp.item": Q(),
    "meetings.Confirmation.in_item": Q(),  # another item's record, confirmed there
    "meetings.ResourceGap.item": Q(general=True),  # its words touch no case
    "meetings.Task.continued": Q(),
    "documents.Link.renews": Q(),
    "documents.Paper.source": Q(),  # a transfer is a paper of its own (R21)
}
_OF_AN_ITEM = (
    "members.Seat.item_id",
    "members.Recusal.item_id",
    "documents.Paper.item_id",
    "documents.ReleaseRound.item_id",
    "documents.Upload.place_id",
)
# Ids that are no foreign keys, as documents and members know nothing of meetings.
FOLLOWERS = {
    "meetings.AgendaItem": _OF_AN_ITEM,
    "meetings.Proposal": _OF_AN_ITEM,
    "documents.Paper": ("documents.Upload.place_id",),
    "documents.CooperationRequest": (
        "documents.Paper.item_id",
        "documents.Link.scope_id",
        "documents.Upload.place_id",
    ),
    "meetings.Sitting": (
        "documents.Link.scope_id",
        "documents.PrintedCopy.sitting_id",
        "documents.RetrievalAsk.sitting_id",
        "meetings.Lengthening.file_id",
        "meetings.LegalHold.file_id",
    ),
    "meetings.Call": ("documents.Link.scope_id",),
    "meetings.Poll": ("documents.Link.scope_id",),
    "documents.RetrievalAsk": ("documents.Link.scope_id",),
    # The words of why it was kept longer go with it; the trail says that it was.
    "members.Case": ("meetings.Lengthening.file_id", "meetings.LegalHold.file_id"),
}


def gathered(key: FileKey) -> Keys:
    """Every row of the file; none where it is not here any more."""
    if key.kind == FileKind.CASE:
        cases = Case.objects.select_for_update(of=("self",)).filter(id=key.id)
        return removal.gather({Case: cases.values_list("id", flat=True)})
    return removal.gather(_of_sitting(key))


def _of_sitting(key: FileKey) -> dict[type, list[object]]:
    sittings = Sitting.objects.select_for_update(of=("self",)).filter(id=key.id)
    ids = list(sittings.values_list("id", flat=True))
    items = AgendaItem.objects.filter(sitting__in=ids, case=None)
    return {AgendaItem: list(items.values_list("id", flat=True))}


def empty_frames() -> Keys:
    """Sittings whose own file is gone, and on which nothing stands any more."""
    gone = Tombstone.objects.filter(kind=FileKind.SITTING)
    living = Proposal.objects.filter(Q(case__isnull=False) | Q(item__isnull=False))
    frames = Sitting.objects.filter(id__in=gone.values("file_id"), items=None)
    frames = frames.exclude(id__in=living.values("call__sitting"))
    return removal.gather({Sitting: frames.values_list("id", flat=True)})


def note_counts(tombstone: Tombstone, found: Keys) -> None:
    """What the tombstone says of how much there was."""
    stored = removal.objects_of(found)
    tombstone.record_count = sum(len(found.get(m, ())) for m in (Minutes, OldRecord))
    tombstone.paper_count = len(found.get(Paper, ()))
    tombstone.object_count = len(stored)
    tombstone.row_count = sum(map(len, found.values()))
    tombstone.digest = _digest(stored)


def note_bodies(tombstone: Tombstone, found: Keys) -> None:
    """Whom the end of the file concerns: its own body, and those of its records."""
    items = AgendaItem.objects.filter(record__in=found.get(Minutes, ()))
    concerned = Q(id=tombstone.body_id) | Q(id__in=items.values("body"))
    tombstone.bodies.set(Body.objects.filter(concerned))


def _digest(stored: list[StoredObject]) -> str:
    lines = sorted(each.sha256 for each in stored)
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()
