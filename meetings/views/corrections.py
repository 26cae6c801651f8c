"""Pages of the draft round: corrections asked for and answered, versions compared."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.records import AnswerForm, CorrectionForm
from meetings.selectors.record_versions import history
from meetings.selectors.records import corrected, corrigible, read_record
from meetings.services import records as services
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def correction_ask(
    request: MemberRequest, item_id: UUID, entry_id: UUID
) -> HttpResponse:
    """Ask for a correction of one entry; what is typed stays with a refusal."""
    record, entry = corrigible(request.actor, item_id, entry_id)
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        asked = attempt(
            form,
            lambda: services.ask_correction(
                actor=request.actor,
                item_id=item_id,
                entry_id=entry_id,
                **form.cleaned_data,
            ),
        )
        if asked is not None:
            messages.success(
                request, _("修正の申し出を受け付けました。事務局が回答します。")
            )
            return redirect("meetings:record-detail", item_id)
    context = {"item": record.item, "entry": entry}
    return form_page(request, form, "meetings/correction_ask.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def correction_answer(
    request: MemberRequest, item_id: UUID, correction_id: UUID
) -> HttpResponse:
    """Answer a request: with new words for the entry, or with a reason."""
    record, correction = corrected(request.actor, item_id, correction_id)
    form = AnswerForm(request.POST or None, entry=correction.entry)
    if form.is_valid():
        answered = attempt(
            form,
            lambda: services.answer_correction(
                actor=request.actor,
                item_id=item_id,
                correction_id=correction_id,
                **form.going,
            ),
        )
        if answered is not None:
            messages.success(request, _("回答しました。申し出た方にお知らせします。"))
            return redirect("meetings:record-detail", item_id)
    context = {
        "item": record.item,
        "correction": correction,
        "entry": correction.entry,
    }
    return form_page(request, form, "meetings/correction_answer.html", context)


@signed_in
def record_changes(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The versions, each with what it changed."""
    record, _access = read_record(request.actor, item_id)
    context = {"record": record, "item": record.item, "steps": history(record)}
    return render(request, "meetings/record_changes.html", context)
