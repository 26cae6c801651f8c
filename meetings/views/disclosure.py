"""The page that makes copies of a confirmed record for a disclosure."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.disclosure_copy import CopyForm
from meetings.forms.records import FrozenForm
from meetings.services import disclosure as services
from meetings.services.disclosure import Disclosable, File
from members.http import MemberRequest, signed_in
from portal.core import clock, media
from portal.core.acting import attempt, form_page

_FILES = {
    File.PDF: (media.PDF, "copy.pdf"),
    File.DOCX: (media.DOCX, "copy.docx"),
    File.LIST: (media.PDF, "list.pdf"),
}


@require_http_methods(["GET", "POST"])
@signed_in
def disclosure_copy(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Choose what is left out; a frozen record asks for the reason first (R24)."""
    opened = services.open_record(actor=request.actor, item_id=item_id)
    asked = FrozenForm(request.POST or None)
    if opened.frozen and not asked.is_valid():
        place = {"item": opened.record.item}
        return form_page(request, asked, "meetings/record_frozen.html", place)
    reason = asked.cleaned_data["reason"] if opened.frozen else ""
    first = opened.frozen and "file" not in request.POST
    data = None if first else request.POST or None
    form = CopyForm(data, passages=opened.passages)
    if made := _made(request, form, opened, reason):
        return made
    services.note_shown(actor=request.actor, opened=opened, reason=reason)
    item, document = opened.record.item, opened.document
    context = {"item": item, "document": document, "reason": reason}
    return form_page(request, form, "meetings/disclosure_copy.html", context)


def _made(
    request: MemberRequest, form: CopyForm, opened: Disclosable, reason: str
) -> HttpResponse | None:
    """The file at once; it is kept nowhere."""
    if not form.is_valid():
        if form.is_bound:
            form.add_error(None, _("選び直して、もう一度作ってください。"))
        return None
    file = File(form.cleaned_data["file"])
    data = attempt(
        form,
        lambda: services.make_copy(
            actor=request.actor,
            item_id=opened.record.item.id,
            out=form.out,
            file=file,
            repeated=form.cleaned_data["repeated"],
            reason=reason,
        ),
    )
    if data is None:
        return None
    return _file(data, file, f"{clock.day_of(opened.document.starts_at):%Y%m%d}")


def _file(data: bytes, file: File, day: str) -> HttpResponse:
    media_type, name = _FILES[file]
    return media.attachment(data, media_type, f"kasane-{day}-{name}")
