"""次第 to take along: the order of business as the reader may see it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from documents.services.papers import papers_for
from meetings.agenda_rendering import (
    AgendaDocument,
    AgendaItemLine,
    FramePoint,
    agenda_docx,
    agenda_pdf,
)
from meetings.models import AgendaItem, FrameLine
from meetings.records import closed_words, law_words
from meetings.rendering import PaperRow
from meetings.selectors.agenda import Agenda, OwnSitting, agenda_view, require_own
from meetings.selectors.sittings import Opened, open_sitting
from members.http import MemberRequest, signed_in
from portal.core import audit

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@signed_in
def agenda_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The agenda as PDF/A, to be printed."""
    document = _document(open_sitting(request.actor, sitting_id))
    return _file(agenda_pdf(document), "application/pdf", document, "pdf")


@signed_in
def agenda_word(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The agenda as a Word file, to be worked on."""
    document = _document(open_sitting(request.actor, sitting_id))
    return _file(agenda_docx(document), DOCX, document, "docx")


def _file(
    data: bytes, media_type: str, document: AgendaDocument, ending: str
) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    name = f"kasane-{document.starts_at:%Y%m%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _document(opened: Opened) -> AgendaDocument:
    """The whole agenda for its custodians, the own items for everybody else."""
    shown = agenda_view(opened) if opened.custodian else require_own(opened)
    papers = _papers(opened, shown.agenda_items)
    audit.record_read(
        "meetings.agenda.print",
        actor=opened.access.actor.id,
        subject=f"sitting:{opened.sitting.id}",
        detail={"items": " ".join(str(item.id) for item in shown.agenda_items)},
    )
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


def _papers(
    opened: Opened, items: list[AgendaItem]
) -> dict[UUID, tuple[PaperRow, ...]]:
    found: dict[UUID, tuple[PaperRow, ...]] = {item.id: () for item in items}
    for row in papers_for(opened.access, list(found)):
        if row.paper is not None and row.can.open:
            line = PaperRow(number=row.paper.number, title=row.paper.title)
            found[row.item_id] += (line,)
    return found


Lines = tuple[
    tuple[FramePoint, ...], tuple[AgendaItemLine, ...], tuple[FramePoint, ...]
]


def _lines(
    shown: Agenda | OwnSitting, papers: dict[UUID, tuple[PaperRow, ...]]
) -> Lines:
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
    starts_at: datetime,
    ends_at: datetime | None,
    papers: dict[UUID, tuple[PaperRow, ...]],
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
