"""緊急の会議を開く: one page, one press."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.findings import Finding, UnreadyError
from meetings.forms.emergency import EmergencyForm, FindForm
from meetings.models import Sitting
from meetings.selectors import emergency as selectors
from meetings.selectors.emergency import Ground
from meetings.selectors.sittings import convened_sitting
from meetings.services import emergency as services
from meetings.services import reminders
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError, RefusedError


@signed_in
def emergency_start(request: MemberRequest) -> HttpResponse:
    """Which case it is about."""
    form = FindForm(request.GET)
    choice = selectors.choice_of(
        request.actor, wanted=form.wanted, page=request.GET.get("page")
    )
    context = {"form": form, "cases": choice.cases, "page": choice.page}
    return render(request, "meetings/emergency_start.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def emergency(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Everything on one page; what blocks is said here, and nothing is half done."""
    ground = selectors.ground_of(request.actor, case_id, request.GET.get("body"))
    form = EmergencyForm(request.POST or None, ground=ground)
    findings: list[Finding] = []
    if form.is_valid():
        sitting = attempt(form, lambda: _open(request, ground, form, findings))
        if sitting is not None:
            return _opened(request, sitting)
    context = {"ground": ground, "case": ground.case, "findings": findings}
    return form_page(request, form, "meetings/emergency.html", context)


def _open(
    request: MemberRequest,
    ground: Ground,
    form: EmergencyForm,
    findings: list[Finding],
) -> Sitting:
    """Open it; what blocks is handed to the page."""
    if ground.body is None:
        raise HiddenError
    try:
        return services.open_emergency(
            actor=request.actor,
            key=form.cleaned_data["key"],
            case=ground.case,
            emergency=form.emergency(ground.body),
        )
    except UnreadyError as error:
        findings += error.findings
        message = _("先に済ませることがあります。上をご覧ください。")
        raise RefusedError(message) from error


def _opened(request: MemberRequest, sitting: Sitting) -> HttpResponse:
    if sitting.state == Sitting.State.CONVENED:
        messages.success(request, _("会議を招集しました。参加する人に案内を送ります。"))
    else:
        messages.success(
            request, _("次第を回しました。招集者が承認すると、すぐに案内が送られます。")
        )
    return redirect("meetings:sitting-detail", sitting.id)


@require_POST
@signed_in
def pledge_remind(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Ask by mail for the pledges that are missing."""
    sitting = convened_sitting(request.actor, sitting_id).sitting
    press(
        request,
        lambda: reminders.remind_of_pledges(actor=request.actor, sitting=sitting),
        _("誓約のお願いを送りました。"),
    )
    return redirect("meetings:sitting-detail", sitting_id)
