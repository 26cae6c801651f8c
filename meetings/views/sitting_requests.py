"""Pages of requests for a sitting: ask, see how it stands, accept or refuse."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.convening import WhenForm
from meetings.forms.sitting_requests import AskForm, RefusalForm
from meetings.models import SittingRequest
from meetings.selectors import sitting_requests as selectors
from meetings.services import sitting_requests as services
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@signed_in
def sitting_request_list(request: MemberRequest) -> HttpResponse:
    """One's own requests, and those one answers."""
    asking = selectors.asking_of(request.actor)
    rows = selectors.requests_of(asking.access)
    if not rows and not asking.bodies:
        raise HiddenError
    context = {"rows": rows, "can_ask": bool(asking.bodies)}
    return render(request, "meetings/sitting_request_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_request_create(request: MemberRequest) -> HttpResponse:
    """Ask for a sitting, or enter what somebody asked for."""
    asking = selectors.asking_of(request.actor)
    if not asking.bodies:
        raise HiddenError
    form = AskForm(request.POST or None, asking=asking)
    if form.is_valid():
        made = attempt(form, lambda: _received(request, form))
        if made is not None:
            return redirect("meetings:sitting-request", made.id)
    context = {"keeps": bool(asking.kept)}
    return form_page(request, form, "meetings/sitting_request_form.html", context)


def _received(request: MemberRequest, form: AskForm) -> SittingRequest:
    data = dict(form.cleaned_data)
    other = data.pop("asked_by", None)
    if other is None:
        return services.ask_for_sitting(actor=request.actor, **data)
    return services.note_request(actor=request.actor, asked_by=other, **data)


@signed_in
def sitting_request(request: MemberRequest, asking_id: UUID) -> HttpResponse:
    """One request and its answer."""
    found = selectors.request_for(request.actor, asking_id)
    context = {"found": found, "asked": found.request}
    return render(request, "meetings/sitting_request.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_request_accept(request: MemberRequest, asking_id: UUID) -> HttpResponse:
    """Accept: date, time and place make the draft of the sitting."""
    asked = selectors.answered_request(request.actor, asking_id)
    form = WhenForm(request.POST or None)
    if form.is_valid():
        sitting = attempt(
            form,
            lambda: services.accept(actor=request.actor, request=asked, when=form.when),
        )
        if sitting is not None:
            return redirect("meetings:sitting-detail", sitting.id)
    context = {"asked": asked}
    return form_page(request, form, "meetings/sitting_request_accept.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_request_refuse(request: MemberRequest, asking_id: UUID) -> HttpResponse:
    """Refuse, with the reason for who asked."""
    asked = selectors.answered_request(request.actor, asking_id)
    form = RefusalForm(request.POST or None)
    if form.is_valid() and press(
        request,
        lambda: services.refuse(
            actor=request.actor, request=asked, reason=form.cleaned_data["reason"]
        ),
        _("開催しないことを記録しました。求めた人の画面に理由が表示されます。"),
    ):
        return redirect("meetings:sitting-request", asked.id)
    context = {"asked": asked}
    return form_page(request, form, "meetings/sitting_request_refuse.html", context)
