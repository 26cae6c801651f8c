"""Which step an item's record offers to the person who sees the item."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from documents.models import Release
from meetings.models import AgendaItem, Minutes, Presence
from meetings.policies import item_facts, minutes_facts
from members.access import Access
from members.facts import Action


class Step(StrEnum):
    """What a list of items offers about an item's record."""

    NONE = ""
    READ = "read"
    CIRCULATE = "circulate"
    FROZEN = "frozen"


def next_steps(access: Access, items: Collection[AgendaItem]) -> dict[UUID, Step]:
    """The step that each item's record offers to the person, in three queries."""
    person = access.actor.id
    kept = {m.item_id: m for m in Minutes.objects.filter(item__in=items)}
    presences = Presence.objects.filter(item__in=items, person=person)
    pdfs = [m.pdf_id for m in kept.values() if m.pdf_id]
    releases = list(Release.objects.filter(person=person, version__paper__in=pdfs))
    return {
        item.id: _step(access, item, kept.get(item.id), (list(presences), releases))
        for item in items
    }


def _step(
    access: Access,
    item: AgendaItem,
    minutes: Minutes | None,
    ties: tuple[list[Presence], list[Release]],
) -> Step:
    person = access.actor.id
    if minutes is None or minutes.state == Minutes.State.WRITING:
        closed = item.state == AgendaItem.State.CLOSED
        mine = closed and access.offers(Action.CONVENE, item_facts(item, person))
        return Step.CIRCULATE if mine else Step.NONE
    minutes.item = item
    thing = minutes_facts(minutes, person, *ties)
    if access.offers(Action.READ, thing):
        return Step.READ
    frozen = access.offers(Action.OPEN_FROZEN, thing)
    return Step.FROZEN if frozen else Step.NONE
