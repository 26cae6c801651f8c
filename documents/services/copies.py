"""配布番号と回収: printed copies numbered, handed out, accounted for.

Who may print and collect is the matter of the sitting's custodian: the caller has
decided it, and holds the lock of the sitting.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from documents.models import PaperVersion, PrintedCopy
from documents.services.trail import record_act
from members.access import Actor
from members.models import Person
from portal.core import audit, clock
from portal.core.errors import HiddenError


@transaction.atomic
def number_copies(
    *, actor: Actor, sitting_id: UUID, people: Sequence[Person], run: UUID
) -> list[PrintedCopy]:
    """A copy with the next number for each of the people; the same run, the same.

    The numbers count through the sitting. Nothing was handed out by it. Raises
    HiddenError for the run of somebody else.
    """
    before = PrintedCopy.objects.filter(run=run)
    if before.exclude(sitting_id=sitting_id, printed_by=actor.person).exists():
        raise HiddenError
    mine = {copy.person_id: copy for copy in before}
    known = PrintedCopy.objects.filter(sitting_id=sitting_id)
    last = known.aggregate(last=Max("number"))["last"] or 0
    for person in people:
        if person.id in mine:
            continue
        last += 1
        mine[person.id] = PrintedCopy.objects.create(
            run=run,
            sitting_id=sitting_id,
            person=person,
            number=last,
            printed_by=actor.person,
        )
    return [mine[person.id] for person in people]


@transaction.atomic
def hand_out(
    *, actor: Actor, copy: PrintedCopy, versions: Sequence[PaperVersion]
) -> None:
    """Put on record what the copy holds, before its first byte (R38, P6, P10)."""
    copy.printed_at = clock.now()
    copy.save(update_fields=["printed_at"])
    copy.versions.set(versions)
    for version in versions:
        record_act(
            "documents.copy.print",
            actor,
            version,
            to=str(copy.person_id),
            copy=str(copy.number),
        )


@transaction.atomic
def account_for(
    *, actor: Actor, sitting_id: UUID, copies: Iterable[UUID], note: str
) -> int:
    """Enter what became of the copies; an empty ``note`` takes the entry back.

    Returns how many were changed. Raises HiddenError for one of another sitting.
    """
    wanted = set(copies)
    rows = PrintedCopy.objects.select_for_update().filter(
        sitting_id=sitting_id, id__in=wanted, printed_at__isnull=False
    )
    found = list(rows.order_by("number"))
    if len(found) < len(wanted):
        raise HiddenError
    changed = [copy for copy in found if copy.note != note]
    for copy in changed:
        copy.note = note
        copy.returned_at = clock.now() if note else None
        copy.returned_to = actor.person if note else None
        copy.save(update_fields=["note", "returned_at", "returned_to"])
        audit.record(
            "documents.copy.account",
            actor=actor.id,
            subject=f"copy:{copy.id}",
            detail={"to": str(copy.person_id), "number": copy.number, "note": note},
        )
    return len(changed)
