"""The reply page of a co-operation request: read what is asked, give, hand in (R15)."""

from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from documents.forms.requests import ReplyForm
from documents.models import CooperationRequest
from documents.selectors import open_request, reply_files
from documents.services import replies as services
from documents.views.uploads import by_script, files_of, refused
from members.http import MemberRequest, signed_in
from members.offices import secretariat_of
from portal.core import audit
from portal.core.acting import form_page
from portal.core.errors import InvalidError


@require_http_methods(["GET", "POST"])
@signed_in
def reply(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """What is asked, and the reply as far as it has come; handing it in ends it."""
    asked = open_request(request.actor, request_id)
    if not asked.waiting:  # its custodians: the respondent has nothing any more
        return redirect("meetings:cooperation-detail", asked.id)
    files = files_of(request, services.place_of(request.actor, asked))
    form = ReplyForm(request.POST or None, files, initial={"opinion": asked.opinion})
    if form.is_valid() and _kept(request, asked, form):
        if by_script(request):
            return JsonResponse({}, status=201)
        if "hand_in" not in request.POST:
            return redirect("documents:reply", asked.id)
        done = _handed_in(request, asked, form)
        if done is not None:
            return _receipt(request, done)
    if form.is_bound and by_script(request):
        return refused(form)
    return _page(request, asked, form)


def _kept(request: MemberRequest, asked: CooperationRequest, form: ReplyForm) -> bool:
    """Keep the words, add the chosen file, take out the one to be removed."""
    actor, data = request.actor, form.cleaned_data
    services.keep_opinion(actor=actor, request=asked, opinion=data["opinion"])
    if form.upload is not None:
        try:
            services.file_reply(
                actor=actor, request=asked, upload=form.upload, token=data["key"]
            )
        except InvalidError as error:
            form.add_error("file", error.message)
            return False
    for version in (file.id for file in reply_files(asked)):
        if request.POST.get("remove") == str(version):
            services.drop_reply(actor=actor, request=asked, version_id=version)
    return True


def _handed_in(
    request: MemberRequest, asked: CooperationRequest, form: ReplyForm
) -> CooperationRequest | None:
    try:
        return services.answer(
            actor=request.actor, request=asked, opinion=form.cleaned_data["opinion"]
        )
    except InvalidError as error:
        form.add_error(None, error.message)
        return None


def _page(
    request: MemberRequest, asked: CooperationRequest, form: Form
) -> HttpResponse:
    files = reply_files(asked)
    audit.record_read(
        "documents.request.read",
        actor=request.actor.id,
        subject=f"request:{asked.id}",
        case=asked.case_id,
    )
    context = {
        "asked": asked,
        "files": files,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "for_another": request.actor.id != asked.person_id,
        "secretariat": secretariat_of([asked.body]),
    }
    return form_page(request, form, "documents/reply.html", context)


def _receipt(request: MemberRequest, asked: CooperationRequest) -> HttpResponse:
    """Thanks, and what was received when: the last that the respondent sees of it."""
    context = {
        "asked": asked,
        "files": reply_files(asked),
        "for_another": request.actor.id != asked.person_id,
        "secretariat": secretariat_of([asked.body]),
    }
    return render(request, "documents/reply_received.html", context)
