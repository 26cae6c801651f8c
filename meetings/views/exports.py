"""Pages for the files of a body's records: their style, the own Word file."""

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.services.papers import Upload
from meetings import record_template
from meetings.forms.exports import StyleForm, TemplateForm
from meetings.selectors import exports
from meetings.selectors.year import convened_body
from meetings.services import exports as services
from members.http import MemberRequest, signed_in
from portal.core import media
from portal.core.acting import attempt, form_page, press


@require_http_methods(["GET", "POST"])
@signed_in
def record_style(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """How the files are written, and the Word file that they are written into."""
    body, _access = convened_body(request.actor, body_id)
    form = StyleForm(request.POST or None, initial=asdict(exports.style_of(body)))
    if form.is_valid():
        services.set_style(actor=request.actor, body=body, style=form.style)
        messages.success(
            request, _("保存しました。これから確定する会議録に使われます。")
        )
        return redirect("meetings:record-style", body_id)
    context = {
        "body": body,
        "chosen": exports.chosen_style(body),
        "template": exports.template_of(body),
    }
    return form_page(request, form, "meetings/record_style.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def record_template_set(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Take the municipality's own Word file, once it works with invented words."""
    body, _access = convened_body(request.actor, body_id)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        upload = Upload(file, file.name, file.size)
        taken = attempt(
            form,
            lambda: services.set_template(
                actor=request.actor, body=body, upload=upload
            ),
        )
        if taken is not None:
            messages.success(
                request, _("ひな形を登録しました。試し刷りで確かめてください。")
            )
            return redirect("meetings:record-style", body_id)
    context = {
        "body": body,
        "single": record_template.SINGLE,
        "rows": record_template.ROWS,
    }
    return form_page(request, form, "meetings/record_template.html", context)


@require_POST
@signed_in
def record_template_drop(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Go back to the portal's own layout."""
    body, _access = convened_body(request.actor, body_id)
    press(
        request,
        lambda: services.drop_template(actor=request.actor, body=body),
        _("ひな形を外しました。これから確定する会議録は、かさねの様式になります。"),
    )
    return redirect("meetings:record-style", body_id)


@signed_in
def record_template_example(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """A Word file with every variable, to begin with."""
    convened_body(request.actor, body_id)
    return media.attachment(
        record_template.example(), media.DOCX, "kasane-template.docx"
    )


@signed_in
def record_template_try(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The body's Word file filled with an invented record."""
    body, _access = convened_body(request.actor, body_id)
    filled = services.try_template(actor=request.actor, body=body)
    if filled.complaints:
        messages.error(request, " ".join(filled.complaints))
        return redirect("meetings:record-style", body_id)
    return media.attachment(filled.data, media.DOCX, "kasane-trial.docx")
