"""The page that makes copies of a confirmed record for a disclosure."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.disclosure_copy import CopyForm
from meetings.selectors.records import note_read
from meetings.services import disclosure as services
from meetings.services.disclosure import File
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
    """Choose what is left out; the file comes at once and is kept nowhere."""
    opened = services.open_record(actor=request.actor, item_id=item_id)
    form = CopyForm(request.POST or None, passages=opened.passages)
    if form.is_valid():
        file = File(form.cleaned_data["file"])
        data = attempt(
            form,
            lambda: services.make_copy(
                actor=request.actor,
                item_id=item_id,
                out=form.out,
                file=file,
                repeated=form.cleaned_data["repeated"],
            ),
        )
        if data is not None:
            return _file(
                data, file, f"{clock.day_of(opened.document.starts_at):%Y%m%d}"
            )
    elif form.is_bound:
        form.add_error(None, _("選び直して、もう一度作ってください。"))
    note_read(request.actor, opened.record)
    context = {"item": opened.record.item, "document": opened.document}
    return form_page(request, form, "meetings/disclosure_copy.html", context)


def _file(data: bytes, file: File, day: str) -> HttpResponse:
    media_type, name = _FILES[file]
    return media.attachment(data, media_type, f"kasane-{day}-{name}")
