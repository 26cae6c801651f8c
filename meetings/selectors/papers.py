"""The papers of one item, as the pages of filing and releasing need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from documents.models import Release
from documents.selectors import PaperRow, version_for
from documents.services.papers import papers_for
from meetings.models import AgendaItem
from meetings.policies import item_facts
from meetings.selectors.sittings import open_sitting
from members.access import Access, Actor
from members.facts import Action, Role
from members.models import Person, Seat
from portal.core import clock
from portal.core.errors import HiddenError

_READ_ANYWAY = {Role.CHAIR, Role.SECRETARIAT, Role.GUEST}


@dataclass(frozen=True, slots=True)
class ItemPapers:
    """An item with its papers, as the person may see them."""

    item: AgendaItem
    access: Access
    rows: list[PaperRow]
    may_file: bool

    @property
    def releasable(self) -> list[PaperRow]:
        """The rows that the person may release, now or after a fresh factor."""
        return [row for row in self.rows if row.version and row.can.release]

    @property
    def last_day(self) -> date:
        """The last day on which outside members may read after the sitting (R31)."""
        until = self.item.sitting.ends_at + timedelta(
            days=self.item.body.rules.link_days
        )
        return until.astimezone(clock.JST).date()


@dataclass(frozen=True, slots=True)
class Cell:
    """One recipient and one paper: what is given already."""

    key: str
    row: PaperRow
    given: Release | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One recipient and all the papers that could be given."""

    person: Person
    cells: Sequence[Cell]


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
        papers_for(opened.access, [item.id]),
        opened.access.offers(Action.UPLOAD, thing),
    )


def item_of_version(actor: Actor, version_id: UUID) -> ItemPapers:
    """The item of a version, undecided about the version itself."""
    return item_papers(actor, version_for(actor, version_id).version.paper.item_id)


def recipients(item: AgendaItem) -> list[Person]:
    """The people with a seat on the item who read only what is released to them."""
    now = clock.now()
    seats = Seat.objects.filter(item_id=item.id).select_related("person__organization")
    people = {
        seat.person_id: seat.person
        for seat in seats
        if seat.span.holds(now) and seat.role not in _READ_ANYWAY
    }
    return sorted(people.values(), key=lambda p: (p.organization.kana, p.kana))


def matrix(found: ItemPapers) -> list[MatrixRow]:
    """Who could get what, and who has it already."""
    now = clock.now()
    rows = {row.version.id: row for row in found.releasable if row.version}
    given = {
        (release.version_id, release.person_id): release
        for release in Release.objects.filter(version__in=rows)
        if release.span.holds(now)
    }
    return [
        MatrixRow(
            person,
            [
                Cell(f"{version}:{person.id}", row, given.get((version, person.id)))
                for version, row in rows.items()
            ],
        )
        for person in recipients(found.item)
    ]


def require_fresh_factor(found: ItemPapers) -> None:
    """Ask for the step-up before the choosing, not after it."""
    for row in found.releasable[:1]:
        if row.version:
            asked = version_for(found.access.actor, row.version.id)
            asked.access.require(Action.RELEASE, asked.thing)
