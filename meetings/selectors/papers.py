"""The papers of one item, as the pages of filing and releasing need them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from documents.selectors import PaperRow, paper_rows, version_for
from meetings import rosters
from meetings.models import AgendaItem
from meetings.policies import item_facts
from meetings.selectors.sittings import open_sitting
from members.access import Access, Actor
from members.facts import Action
from members.models import Person
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class ItemPapers:
    """An item with its papers, as the person may see them."""

    item: AgendaItem
    access: Access
    rows: list[PaperRow]
    may_file: bool
    keeps: bool
    may_show: bool

    @property
    def numbers(self) -> list[str]:
        """The numbers that the person sees here; no others are told of (R5)."""
        return [row.paper.number for row in self.rows if row.paper]

    @property
    def readers(self) -> list[Person]:
        """Whom the custodian may name for a restricted paper: the others seated."""
        if not self.keeps:
            return []
        seats = rosters.seats_of([self.item.id]).get(self.item.id, [])
        return [s.person for s in seats if s.person_id != self.access.actor.id]

    @property
    def words(self) -> dict[str, Any]:
        """What the form of a paper's words needs to know of the item."""
        return {
            "link_days": self.item.body.rules.link_days,
            "class3_strength": self.access.class3_strength,
            "numbers": self.numbers,
            "readers": self.readers,
        }

    @property
    def releasable(self) -> list[PaperRow]:
        """The rows that the person may release, now or after a fresh factor."""
        return [row for row in self.rows if row.version and row.can.release]


def item_papers(actor: Actor, item_id: UUID) -> ItemPapers:
    """The item with its papers; HiddenError where the item is not the actor's."""
    sitting_id = (
        AgendaItem.objects.filter(id=item_id)
        .values_list("sitting_id", flat=True)
        .first()
    )
    if sitting_id is None:
        raise HiddenError
    opened = open_sitting(actor, sitting_id)
    item = next(item for item in opened.items if item.id == item_id)
    thing = item_facts(item, actor.id)
    opened.access.require(Action.READ, thing)
    return ItemPapers(
        item,
        opened.access,
        paper_rows(opened.access, [item.id]),
        opened.access.offers(Action.UPLOAD, thing),
        opened.access.offers(Action.CONVENE, thing),
        _may_show(opened.access, item),
    )


def _may_show(access: Access, item: AgendaItem) -> bool:
    """Whether the person may note what was shown at the item, which has begun."""
    if item.opened_at is None:
        return False
    here = item.presences.filter(person=access.actor.person)
    thing = item_facts(item, access.actor.id, here)
    return access.allows(Action.WRITE_MINUTES, thing)


def item_of_version(actor: Actor, version_id: UUID) -> ItemPapers:
    """The item of a version, undecided about the version itself."""
    return item_papers(actor, version_for(actor, version_id).version.paper.item_id)
