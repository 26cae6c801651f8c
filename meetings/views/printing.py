"""次第 to take along: the order of business as the reader may see it, as PDF/A."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from documents.services.papers import papers_for
from meetings.agenda_rendering import AgendaDocument, AgendaItemLine, agenda_pdf
from meetings.models import AgendaItem
from meetings.records import REGIME_WORDS
from meetings.rendering import PaperRow
from meetings.selectors.agenda import agenda_view, own_view
from meetings.selectors.sittings import Opened, open_sitting
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.errors import HiddenError


@signed_in
def agenda_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The whole agenda for its custodians, the own items for everybody else."""
    opened = open_sitting(request.actor, sitting_id)
    lines = _lines(opened)
    if not lines:
        raise HiddenError
    items = [item.id for item, _starts_at in lines]
    audit.record_read(
        "meetings.agenda.print",
        actor=request.actor.id,
        subject=f"sitting:{opened.sitting.id}",
        detail={"items": " ".join(str(item) for item in items)},
    )
    pdf = agenda_pdf(_document(opened, lines, _papers(opened, items)))
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"kasane-{opened.sitting.starts_at:%Y%m%d}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(opened: Opened) -> list[tuple[AgendaItem, datetime]]:
    if opened.custodian:
        return [(line.item, line.starts_at) for line in agenda_view(opened).lines]
    return [(line.item, line.starts_at) for line in own_view(opened).items]


def _papers(opened: Opened, items: list[UUID]) -> dict[UUID, tuple[PaperRow, ...]]:
    found: dict[UUID, tuple[PaperRow, ...]] = dict.fromkeys(items, ())
    for row in papers_for(opened.access, items):
        if row.paper is not None and row.can.open:
            line = PaperRow(number=row.paper.number, title=row.paper.title)
            found[row.item_id] += (line,)
    return found


def _document(
    opened: Opened,
    lines: list[tuple[AgendaItem, datetime]],
    papers: dict[UUID, tuple[PaperRow, ...]],
) -> AgendaDocument:
    sitting, person = opened.sitting, opened.access.actor.person
    return AgendaDocument(
        municipality=settings.MUNICIPALITY,
        body=sitting.body.name,
        sitting=sitting.number,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        made_at=opened.access.t,
        items=tuple(_line(item, start, papers[item.id]) for item, start in lines),
        reader=f"{person.standing} {person.name} 様",
    )


def _line(
    item: AgendaItem, starts_at: datetime, papers: tuple[PaperRow, ...]
) -> AgendaItemLine:
    return AgendaItemLine(
        subject=item.case.number if item.case else item.title,
        kind=item.get_kind_display(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=item.minutes_allotted),
        regime=REGIME_WORDS[item.regime],
        occasion=item.get_occasion_display() if item.case else "",
        papers=papers,
    )
