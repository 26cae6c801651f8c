"""Pages of keeping and disposing: the list of a body, one file, the register."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from documents.delivery import archives
from meetings.forms.retention import (
    ClassForm,
    FilesForm,
    LengthenForm,
    OwnClassForm,
    ReasonForm,
)
from meetings.models import FileKind
from meetings.selectors import locks, packages
from meetings.selectors import retention as selectors
from meetings.services import disposal
from meetings.services import retention as services
from members.charters import kept_body
from members.facts import Action
from members.http import MemberRequest, signed_in
from members.offices import approvers_in_words
from portal.core import audit, clock
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@signed_in
def disposal_list(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """廃棄予定一覧: what ended, what ends with the fiscal year, what is held."""
    shelf = selectors.shelf_of(request.actor, body_id)
    audit.record_read(
        "meetings.retention.list",
        actor=request.actor.id,
        subject=f"body:{body_id}",
        detail={"files": shelf.count},
    )
    context = {"shelf": shelf, "body": shelf.body, "today": clock.today()}
    return render(request, "meetings/disposal_list.html", context)


@require_POST
@signed_in
def disposal_act(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Propose, approve or take back what was ticked."""
    kept_body(request.actor, body_id)
    form = FilesForm(request.POST)
    if not form.is_valid():
        raise HiddenError
    keys = form.keys
    if not keys:
        messages.error(request, _("ファイルを1つ以上選んでください。"))
        return redirect("meetings:disposal-list", body_id)
    act, done = _ACTS[form.cleaned_data["act"]]
    press(
        request,
        lambda: act(actor=request.actor, body_id=body_id, keys=keys),
        str(done),
    )
    return redirect("meetings:disposal-list", body_id)


_ACTS = {
    "propose": (
        disposal.propose,
        gettext_lazy("廃棄を提案しました。もう一人の担当者が承認すると廃棄します。"),
    ),
    "approve": (
        disposal.approve,
        gettext_lazy("承認しました。廃棄が終わると、廃棄簿に載ります。"),
    ),
    "withdraw": (disposal.withdraw, gettext_lazy("提案を取り下げました。")),
}


@signed_in
def disposal_register(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """廃棄簿."""
    number = request.GET.get("page")
    register = selectors.register_of(request.actor, body_id, number)
    context = {"body": register.body, "page": register.page}
    return render(request, "meetings/disposal_register.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def retention_class(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Class the files of a body."""
    body, _access = kept_body(request.actor, body_id, Action.SET_RULES)
    form = ClassForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        services.set_rule(
            actor=request.actor,
            body=body,
            kind=FileKind(data["kind"]),
            records_class=data["records_class"],
            decided_by=data["decided_by"],
        )
        messages.success(request, _("保存期間を登録しました。"))
        return redirect("meetings:disposal-list", body_id)
    context = {"body": body, "rules": selectors.rules_of(body)}
    return form_page(request, form, "meetings/retention_class.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def retention_class_add(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Enter a class of the municipality's own."""
    body, _access = kept_body(request.actor, body_id, Action.SET_RULES)
    form = OwnClassForm(request.POST or None)
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.add_class(
                actor=request.actor, body=body, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("区分を登録しました。"))
            return redirect("meetings:retention-class", body_id)
    context = {"body": body}
    return form_page(request, form, "meetings/retention_class_add.html", context)


@signed_in
def file_detail(request: MemberRequest, kind: str, thing_id: UUID) -> HttpResponse:
    """One file: until when it is kept, and what says so."""
    key = selectors.key_of(kind, thing_id)
    keeping, _access = selectors.keeping_for(request.actor, key)
    audit.record_read(
        "meetings.retention.read",
        actor=request.actor.id,
        subject=f"{key.kind}:{key.id}",
        case=keeping.file.case.id if keeping.file.case else None,
    )
    context = {
        "keeping": keeping,
        "file": keeping.file,
        "today": clock.today(),
        "lock": locks.of_file(keeping),
        "me": request.actor.id,
    }
    return render(request, "meetings/file_detail.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def file_lengthen(request: MemberRequest, kind: str, thing_id: UUID) -> HttpResponse:
    """延長."""
    key = selectors.key_of(kind, thing_id)
    keeping, access = selectors.keeping_for(request.actor, key)
    approvers = approvers_in_words(keeping.file.body, access.t)
    form = LengthenForm(request.POST or None, approvers=approvers)
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.lengthen(
                actor=request.actor, key=key, approval=form.approval
            ),
        )
        if made is not None:
            messages.success(request, _("保存期間を延長しました。"))
            return redirect("meetings:file-detail", kind, thing_id)
    words = {
        "title": _("保存期間を延長する"),
        "lead": _("承認を受けて延長します。短くすることはできません。"),
        "button": _("延長を登録する"),
    }
    context = {"file": keeping.file, "keeping": keeping, "words": words}
    return form_page(request, form, "meetings/file_act.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def file_hold(request: MemberRequest, kind: str, thing_id: UUID) -> HttpResponse:
    """凍結(法的保全)."""
    key = selectors.key_of(kind, thing_id)
    keeping, _access = selectors.keeping_for(request.actor, key)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        services.place_hold(actor=request.actor, key=key, reason=reason)
        messages.success(request, _("凍結しました。解除するまで廃棄できません。"))
        return redirect("meetings:file-detail", kind, thing_id)
    words = {
        "title": _("ファイルを凍結する(法的保全)"),
        "lead": _(
            "凍結している間は、保存期間が満了しても廃棄できません。"
            "廃棄の提案は取り消されます。解除は、別の担当者が行います。"
        ),
        "button": _("凍結する"),
    }
    context = {"file": keeping.file, "keeping": keeping, "words": words}
    return form_page(request, form, "meetings/file_act.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def hold_lift(
    request: MemberRequest, kind: str, thing_id: UUID, hold_id: UUID
) -> HttpResponse:
    """凍結の解除, by another person."""
    key = selectors.key_of(kind, thing_id)
    keeping, _access = selectors.keeping_for(request.actor, key)
    if hold_id not in {hold.id for hold in keeping.live_holds}:
        raise HiddenError
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        lifted = attempt(
            form,
            lambda: services.lift_hold(
                actor=request.actor, key=key, hold_id=hold_id, **form.cleaned_data
            ),
        )
        if lifted is not None:
            messages.success(request, _("凍結を解除しました。"))
            return redirect("meetings:file-detail", kind, thing_id)
    words = {
        "title": _("凍結を解除する"),
        "lead": _("解除すると、満了したファイルは廃棄を提案できるようになります。"),
        "button": _("解除する"),
    }
    context = {"file": keeping.file, "keeping": keeping, "words": words}
    return form_page(request, form, "meetings/file_act.html", context)


@require_POST
@signed_in
def file_package(request: MemberRequest, kind: str, thing_id: UUID) -> HttpResponseBase:
    """The file as a package for the municipality's archive."""
    key = selectors.key_of(kind, thing_id)
    return archives.package(request, packages.of_file(request.actor, key))


@require_POST
@signed_in
def record_package(request: MemberRequest, item_id: UUID) -> HttpResponseBase:
    """One confirmed record as such a package."""
    return archives.package(request, packages.of_record(request.actor, item_id))
