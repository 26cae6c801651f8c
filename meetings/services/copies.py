"""Printed copies of a sitting: numbered under its lock, accounted for (回収)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from documents.models import PrintedCopy
from documents.services import copies
from meetings.models import Sitting
from meetings.selectors.packets import copies_in_sight
from meetings.selectors.sittings import convened_sitting
from members.access import Actor
from members.models import Person
from portal.core.errors import HiddenError


@transaction.atomic
def number_copies(
    *, actor: Actor, sitting: Sitting, people: Sequence[Person], key: UUID
) -> list[PrintedCopy]:
    """The next numbers of the sitting, one for each of the people, in their order.

    A repeat with ``key`` gives the same numbers. What is printed under them is
    decided at the gateway.
    """
    _locked(actor, sitting)
    return copies.number_copies(
        actor=actor, sitting_id=sitting.id, people=people, run=key
    )


@transaction.atomic
def account_for(
    *, actor: Actor, sitting: Sitting, copy_ids: Collection[UUID], note: str
) -> int:
    """Enter what became of copies, or with an empty ``note`` that it is open again.

    Returns how many were changed. Raises HiddenError for a copy out of sight.
    """
    _locked(actor, sitting)
    seen = copies_in_sight(convened_sitting(actor, sitting.id))
    if set(copy_ids) - set(seen.values_list("id", flat=True)):
        raise HiddenError
    return copies.account_for(
        actor=actor, sitting_id=sitting.id, copies=copy_ids, note=note
    )


def _locked(actor: Actor, sitting: Sitting) -> None:
    """Take the sitting's row, then see that the actor convenes it."""
    Sitting.objects.select_for_update(of=("self",)).get(id=sitting.id)
    convened_sitting(actor, sitting.id)
