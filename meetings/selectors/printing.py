"""The order of business of a sitting, as one person may take it along."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings

from documents.selectors import paper_rows
from meetings.agenda_rendering import AgendaDocument, AgendaItemLine, FramePoint
from meetings.models import AgendaItem, FrameLine
from meetings.records import closed_words, law_words
from meetings.rendering import PaperRow
from meetings.selectors.agenda import Agenda, OwnSitting, agenda_view, require_own
from meetings.selectors.sittings import Opened
from members.access import Access
from members.facts import Action

Shown = Agenda | OwnSitting


def shown_to(opened: Opened) -> Shown:
    """The whole agenda for its custodians, the own items for everybody else.

    Raises what stands in the way where no item opens.
    """
    return agenda_view(opened) if opened.custodian else require_own(opened)


def shown_by(printer: Opened, opened: Opened) -> Shown:
    """The reader's own items, as far as the printer convenes them too."""
    return require_own(opened, {item.id for item in printer.visible(Action.CONVENE)})


def items_of(shown: Shown) -> str:
    """The items for the trail."""
    return " ".join(str(item.id) for item in shown.agenda_items)


def agenda_document(
    opened: Opened, shown: Shown, listed: Collection[UUID] | None = None
) -> AgendaDocument:
    """The paper; it lists the papers that the reader may open, or ``listed`` alone."""
    papers = _papers(opened.access, shown.agenda_items, listed)
    sitting, person = opened.sitting, opened.access.actor.person
    before, items, after = _lines(shown, papers)
    return AgendaDocument(
        municipality=settings.MUNICIPALITY,
        body=sitting.body.name,
        sitting=sitting.number,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        made_at=opened.access.t,
        before=before,
        items=items,
        after=after,
        duty=tuple((text.title, text.text) for text in shown.duty),
        basis=tuple(shown.basis),
        penalties=tuple(shown.penalties),
        closed=closed_words(sitting.body.rules_at(sitting.starts_at)),
        reader=f"{person.standing} {person.name} 様",
        next_sitting=shown.next_at,
    )


Papers = dict[UUID, tuple[PaperRow, ...]]


def _papers(
    access: Access, items: list[AgendaItem], listed: Collection[UUID] | None
) -> Papers:
    found: Papers = {item.id: () for item in items}
    for row in paper_rows(access, list(found)):
        if row.paper is None or not row.can.open:
            continue
        if listed is None or row.paper.id in listed:
            line = PaperRow(number=row.paper.number, title=row.paper.title)
            found[row.item_id] += (line,)
    return found


Lines = tuple[
    tuple[FramePoint, ...], tuple[AgendaItemLine, ...], tuple[FramePoint, ...]
]


def _lines(shown: Shown, papers: Papers) -> Lines:
    """Custodians get every time; a member only when to come for the own items."""
    if isinstance(shown, OwnSitting):
        return (
            tuple(_point(line) for line in shown.before),
            tuple(_line(own.item, own.call_at, None, papers) for own in shown.items),
            tuple(_point(line) for line in shown.after),
        )
    plan = shown.plan
    return (
        tuple(_point(line, slot.starts_at) for line, slot in plan.before),
        tuple(
            _line(item, slot.starts_at, slot.ends_at, papers)
            for item, slot in plan.items
        ),
        tuple(_point(line, slot.starts_at) for line, slot in plan.after),
    )


def _point(line: FrameLine, starts_at: datetime | None = None) -> FramePoint:
    return FramePoint(
        words=line.words,
        starts_at=starts_at,
        secrecy=line.part == FrameLine.Part.SECRECY,
        next_sitting=line.part == FrameLine.Part.NEXT,
    )


def _standing(item: AgendaItem) -> str:
    """The law, and the decision that opened the item to the public, if any."""
    public = closed_words(item.body.rules, item) if item.public_on else ""
    return "、".join(part for part in (law_words(item), public) if part)


def _line(
    item: AgendaItem,
    starts_at: datetime | None,
    ends_at: datetime | None,
    papers: Papers,
) -> AgendaItemLine:
    return AgendaItemLine(
        subject=item.case.number if item.case else item.title,
        kind=item.get_kind_display(),
        starts_at=starts_at,
        ends_at=ends_at,
        regime=_standing(item),
        occasion=item.get_occasion_display() if item.case else "",
        purpose=item.purpose,
        points=tuple(item.points.splitlines()),
        papers=papers[item.id],
    )
