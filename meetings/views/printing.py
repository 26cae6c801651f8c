"""次第 to take along: the order of business as the reader may see it."""

from uuid import UUID

from django.http import HttpResponse

from meetings.agenda_rendering import AgendaDocument, agenda_docx, agenda_pdf
from meetings.selectors.printing import agenda_document, items_of, shown_to
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
    shown = shown_to(opened)
    document = agenda_document(opened, shown)
    audit.record_read(
        "meetings.agenda.print",
        actor=opened.access.actor.id,
        subject=f"sitting:{opened.sitting.id}",
        detail={"items": items_of(shown)},
    )
    return document
