"""転出: the page of a case's move, and the letters that were made."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import move_rendering
from meetings.forms.moves import MoveForm
from meetings.selectors.moves import MovePage, move_page, notice_of
from meetings.services import moves as services
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def case_move(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """What is open of the case, the notices, and the form of a new one."""
    page = move_page(request.actor, case_id)
    form = MoveForm(request.POST or None, page=page)
    if form.is_valid() and _issued(request, page, form):
        messages.success(
            request, _("転出を登録し、通知を作りました。印刷して送ってください。")
        )
        return redirect("meetings:case-move", case_id)
    audit.record_read(
        "meetings.move.read",
        actor=request.actor.id,
        subject=f"case:{case_id}",
        case=case_id,
    )
    context = {"page": page, "case": page.case}
    return form_page(request, form, "meetings/case_move.html", context)


def _issued(request: MemberRequest, page: MovePage, form: MoveForm) -> bool:
    """Issue the notice; a refusal becomes the form's own error."""
    made = attempt(
        form,
        lambda: services.issue_notice(
            actor=request.actor,
            key=form.cleaned_data["key"],
            case=page.case,
            move=form.move,
        ),
    )
    return made is not None


@require_safe
@signed_in
def move_letter(
    request: MemberRequest, case_id: UUID, notice_id: UUID, as_file: str
) -> HttpResponse:
    """One letter, as Word file or PDF."""
    notice = notice_of(request.actor, case_id, notice_id)
    audit.record_read(
        "meetings.move.letter",
        actor=request.actor.id,
        subject=f"move:{notice.id}",
        case=case_id,
        detail={"as": as_file},
    )
    make, media_type = _FILES[as_file]
    name = f"kasane-{clock.day_of(notice.entered_at):%Y%m%d}-letter.{as_file}"
    return media.attachment(make(notice), media_type, name)


_FILES = {
    "docx": (move_rendering.letter_docx, media.DOCX),
    "pdf": (move_rendering.letter_pdf, media.PDF),
}
