"""わたしの資料一式, and what is printed of it for others and comes back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from documents import selectors as papers
from documents.delivery.packets import Plan, Section, binds
from documents.models import PrintedCopy
from documents.policies import place_facts
from documents.selectors import paper_rows
from meetings import notices, rosters
from meetings.agenda_rendering import agenda_pdf
from meetings.models import AgendaItem, Invitation
from meetings.policies import item_facts
from meetings.selectors.printing import (
    Shown,
    agenda_document,
    items_of,
    shown_by,
    shown_to,
)
from meetings.selectors.sittings import Opened, open_sitting
from meetings.times import interval_words
from members.access import Access, Actor, as_if_here
from members.facts import Action, Role
from members.filters import holding_at
from members.models import Person, Seat
from portal.core import audit, clock


def own_plan(actor: Actor, sitting_id: UUID) -> Plan:
    """The actor's own packet; raises what stands in the way of the agenda."""
    opened = open_sitting(actor, sitting_id)
    return _plan(opened, shown_to(opened), actor)


def plan_for(printer: Opened, person: Person) -> Plan:
    """The person's packet, as far as the ``printer`` may see what is in it.

    Raises what stands in the way of the person, were they here.
    """
    opened = open_sitting(as_if_here(person), printer.sitting.id)
    return _plan(opened, shown_by(printer, opened), printer.access.actor)


def _plan(opened: Opened, shown: Shown, by: Actor) -> Plan:
    sitting = opened.sitting
    ids = {item.id for item in shown.agenda_items}

    def agenda(listed: Collection[UUID]) -> bytes:
        return agenda_pdf(agenda_document(opened, shown, listed))

    def still_open(reader: Actor) -> bool:
        again = open_sitting(reader, sitting.id)
        items = [item for item in again.items if item.id in ids]
        return len(items) == len(ids) and all(
            again.access.allows(Action.READ, item_facts(item, reader.id))
            for item in items
        )

    def note() -> None:
        reader = opened.access.actor.id
        handed = {"to": str(reader)} if by.id != reader else {}
        audit.record_read(
            "meetings.agenda.print",
            actor=by.id,
            subject=f"sitting:{sitting.id}",
            detail={"items": items_of(shown), **handed},
        )

    return Plan(
        access=opened.access,
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        day=clock.day_of(sitting.starts_at),
        when=interval_words(sitting.starts_at, sitting.ends_at),
        place=sitting.place,
        agenda=agenda,
        sections=_sections(shown.agenda_items),
        still_open=still_open,
        note=note,
    )


def _sections(items: Sequence[AgendaItem]) -> tuple[Section, ...]:
    """The items under the numbers by which their reader knows them."""
    return tuple(
        Section(item.id, f"議題{number}", item.case.number if item.case else item.title)
        for number, item in enumerate(items, 1)
    )


# Printing for others ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody asked to the sitting: what a packet of theirs would hold now.

    ``papers`` is None for whom no item opens yet.
    """

    person: Person
    invitation: Invitation | None
    papers: int | None
    copies: list[PrintedCopy]


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A line of the check-list; its papers as far as the custodian keeps them."""

    copy: PrintedCopy
    papers: list[str]


@dataclass(frozen=True, slots=True)
class Copies:
    """The page of printing and collecting."""

    recipients: list[Recipient]
    lines: list[CopyLine]

    @property
    def printable(self) -> list[Person]:
        """For whom a packet can be printed."""
        return [r.person for r in self.recipients if r.papers is not None]

    @property
    def missing(self) -> int:
        """How many copies are out."""
        return sum(line.copy.missing for line in self.lines)


def copies_of(printer: Opened) -> Copies:
    """Who may get a printed packet, and which copies are out, as far as in sight."""
    items = printer.visible(Action.CONVENE)
    people = _people(items)
    lines = copy_lines(printer)
    printed = defaultdict(list)
    for line in lines:
        printed[line.copy.person_id].append(line.copy)
    invitations = {
        i.person_id: i for i in printer.sitting.invitations.all() if not i.withdrawn_at
    }
    counts = _counts(printer.access, people, items)
    return Copies(
        [
            Recipient(
                person,
                invitations.get(person.id),
                counts.get(person.id),
                printed[person.id],
            )
            for person in people
        ],
        lines,
    )


def _people(items: Sequence[AgendaItem]) -> list[Person]:
    """Everybody seated but guests, who get no papers (R16)."""
    seats = rosters.seats_of([item.id for item in items])
    people = {
        seat.person
        for roster in seats.values()
        for seat in roster
        if seat.role != Role.GUEST
    }
    return sorted(people, key=lambda p: (p.organization.kana, p.kana))


def _counts(
    access: Access, people: Sequence[Person], items: Sequence[AgendaItem]
) -> dict[UUID, int]:
    """How many papers each would get; nobody for whom no item opens now."""
    standing = rosters.standing(people, items=items)
    ready = [
        person
        for person in people
        if any(
            standing[person.id].allows(Action.READ, item_facts(item, person.id))
            for item in items
        )
    ]
    rows = paper_rows(access, [item.id for item in items])
    ids = {
        row.version.id
        for row in rows
        if row.version and row.can.release and binds(row.version)
    }
    theirs = papers.versions_for_all([as_if_here(person) for person in ready], ids)
    return {
        person: sum(papers.has_copy(found) for found in versions)
        for person, versions in theirs.items()
    }


def copies_in_sight(printer: Opened) -> QuerySet[PrintedCopy]:
    """Copies that were handed out, of people and items that the custodian convenes.

    Also those of people who left since: what they hold has to come back all the same.
    """
    items = [item.id for item in printer.visible(Action.CONVENE)]
    people = Seat.objects.filter(holding_at(clock.now()), item_id__in=items)
    concerned = Q(person__in=people.values("person")) | Q(
        versions__paper__item_id__in=items
    )
    rows = PrintedCopy.objects.filter(
        concerned, sitting_id=printer.sitting.id, printed_at__isnull=False
    )
    return rows.distinct().order_by("number")


def copy_lines(printer: Opened) -> list[CopyLine]:
    """The check-list, by number."""
    rows = copies_in_sight(printer).select_related(
        "person__organization", "returned_to", "printed_by"
    )
    rows = rows.prefetch_related("versions__paper__about", "versions__paper__readers")
    return [CopyLine(copy, _paper_numbers(printer, copy)) for copy in rows]


def _paper_numbers(printer: Opened, copy: PrintedCopy) -> list[str]:
    """Item by item the numbers of the papers in the copy."""
    access = printer.access
    items = [item.id for item in printer.visible(Action.CONVENE)]
    found: dict[int, list[str]] = defaultdict(list)
    for version in copy.versions.all():
        paper = version.paper
        if paper.item_id in items and access.allows(
            Action.READ, place_facts(paper, access.actor.id)
        ):
            number = items.index(paper.item_id) + 1
            found[number].append(paper.number or paper.get_kind_display())
    return [
        f"議題{number} {'、'.join(sorted(papers))}"
        for number, papers in sorted(found.items())
    ]


def missing_copies(printer: Opened) -> int:
    """How many printed copies are out."""
    return copies_in_sight(printer).filter(returned_at=None).count()
