"""Papers to print for a sitting: 次第, 出席者名簿, 座席表."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse

from meetings.agenda_rendering import AgendaDocument, agenda_docx, agenda_pdf
from meetings.roster_rendering import RosterDocument, roster_pdf, seating_pdf
from meetings.selectors.printing import agenda_document, items_of, shown_to
from meetings.selectors.roster import roster_of
from meetings.selectors.sittings import Opened, convened_sitting, open_sitting
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media


@signed_in
def agenda_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The agenda as PDF/A, to be printed."""
    document = _document(open_sitting(request.actor, sitting_id))
    return _file(agenda_pdf(document), media.PDF, document, "pdf")


@signed_in
def agenda_word(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The agenda as a Word file, to be worked on."""
    document = _document(open_sitting(request.actor, sitting_id))
    return _file(agenda_docx(document), media.DOCX, document, "docx")


def _file(
    data: bytes,
    media_type: str,
    document: AgendaDocument | RosterDocument,
    ending: str,
) -> HttpResponse:
    name = f"kasane-{clock.day_of(document.starts_at):%Y%m%d}.{ending}"
    return media.attachment(data, media_type, name)


def _document(opened: Opened) -> AgendaDocument:
    shown = shown_to(opened)
    document = agenda_document(opened, shown)
    audit.record_read(
        "meetings.agenda.print",
        actor=opened.access.actor.id,
        subject=f"sitting:{opened.sitting.id}",
        detail={"items": items_of(shown)},
    )
    return document


@signed_in
def roster_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """出席者名簿: who is expected, with room to sign."""
    opened = convened_sitting(request.actor, sitting_id)
    return _of_people(opened, roster_pdf, "meetings.roster.print")


@signed_in
def seating_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """座席表: a plan of seats for those who are expected."""
    opened = convened_sitting(request.actor, sitting_id)
    return _of_people(opened, seating_pdf, "meetings.seating.print")


def _of_people(
    opened: Opened, drawn: Callable[[RosterDocument], bytes], event: str
) -> HttpResponse:
    document = roster_of(opened)
    subject = f"sitting:{opened.sitting.id}"
    audit.record_read(event, actor=opened.access.actor.id, subject=subject)
    return _file(drawn(document), media.PDF, document, "pdf")
