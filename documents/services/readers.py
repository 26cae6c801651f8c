"""閲覧者を限る: the named list of a restricted paper (R28)."""

from collections.abc import Collection
from datetime import datetime

from documents.models import Paper
from members.access import Access
from members.facts import Action, ObjectFacts
from members.filters import holding_at
from members.models import Body, Office, Person
from members.permissions import CUSTODIANS


def name_readers(
    access: Access, paper: Paper, chosen: Collection[Person], item: ObjectFacts
) -> None:
    """Write the list of a restricted paper; who writes it stands on it.

    The choice is the custodians' of ``item``. Where they have not chosen yet, as with
    a protected address that a member filed, the list is theirs alone.
    """
    if chosen:
        access.require(Action.CONVENE, item)
    if not paper.restricted:
        paper.readers.clear()
        return
    readers = set(chosen) or set(_custodians(paper.body, access.t))
    paper.readers.set({access.actor.person, *readers})


def _custodians(body: Body, t: datetime) -> list[Person]:
    offices = Office.objects.filter(
        holding_at(t), body=body, role__in=CUSTODIANS, sitting_id=None
    )
    return [office.person for office in offices.select_related("person")]
