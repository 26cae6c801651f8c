"""Pages of co-operation requests for the custodians of a case (R15)."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.models import CooperationRequest
from documents.requests.rows import last_day
from documents.services import requests as services
from meetings.forms.cooperation import (
    CooperationForm,
    DueForm,
    MembershipForm,
    UseForm,
)
from meetings.selectors import cooperation as selectors
from meetings.services import cooperation
from meetings.views.letters import letter_context
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page, press


@signed_in
def cooperation_list(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Everything that was asked about the case."""
    case, _access = selectors.kept_case(request.actor, case_id)
    context = {"case": case, "requests": selectors.requests_of(case)}
    audit.record_read(
        "meetings.requests.read",
        actor=request.actor.id,
        subject=f"case:{case.id}",
        case=case.id,
    )
    return render(request, "meetings/cooperation_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_create(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Ask for papers or an opinion; the mail leaves with the pressing of the button."""
    case, access = selectors.kept_case(request.actor, case_id)
    bodies = selectors.asking_bodies(access, case)
    people = selectors.addressees(case, bodies)
    form = CooperationForm(
        request.POST or None,
        bodies=bodies,
        people=people,
        initial={"body": case.body_id},
    )
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.make_request(
                actor=request.actor,
                key=form.cleaned_data["key"],
                case=case,
                asked=form.asked,
            ),
        )
        if made is not None:
            return redirect("meetings:cooperation-detail", made.id)
    return form_page(request, form, "meetings/cooperation_form.html", {"case": case})


@signed_in
def cooperation_detail(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """One request: how it stands, what came back, what can be done with it."""
    found = selectors.kept_request(request.actor, request_id)
    asked = found.request
    audit.record_read(
        "meetings.request.read",
        actor=request.actor.id,
        subject=f"request:{asked.id}",
        case=asked.case_id,
    )
    context = {"found": found, "asked": asked, "due": DueForm()}
    return render(request, "meetings/cooperation_detail.html", context)


def _button(
    request: MemberRequest, request_id: UUID, act: Callable[..., object], done: str
) -> HttpResponse:
    asked = selectors.kept_request(request.actor, request_id).request
    press(request, lambda: act(actor=request.actor, request=asked), done)
    return redirect("meetings:cooperation-detail", asked.id)


@require_POST
@signed_in
def cooperation_remind(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Send the mail once more, with a new link."""
    done = _("もう一度お送りしました。前のリンクは使えなくなりました。")
    return _button(request, request_id, services.remind, done)


@require_POST
@signed_in
def cooperation_withdraw(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Take the request back at once."""
    done = _("依頼を取り下げました。リンクは使えなくなりました。")
    return _button(request, request_id, services.withdraw, done)


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_extend(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Give more time."""
    asked = selectors.kept_request(request.actor, request_id).request
    form = DueForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: _extended(request, asked, form)):
        return redirect("meetings:cooperation-detail", asked.id)
    return form_page(request, form, "meetings/cooperation_extend.html", _about(asked))


def _extended(request: MemberRequest, asked: CooperationRequest, form: DueForm) -> bool:
    services.extend(
        actor=request.actor, request=asked, due_on=form.cleaned_data["due_on"]
    )
    return True


def _about(asked: CooperationRequest) -> dict[str, object]:
    return {"asked": asked, "case": asked.case}


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_letter(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """GET asks; POST makes a new link and shows the letter this once, to print."""
    asked = selectors.kept_request(request.actor, request_id).request
    context = _about(asked)
    if request.method == "POST":
        issued = services.print_letter(actor=request.actor, request=asked)
        context |= letter_context(issued) | {"last_day": last_day(asked)}
    return render(request, "meetings/cooperation_letter.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_card(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Print a card of one-time codes for a respondent who has no factor."""
    asked = selectors.kept_request(request.actor, request_id).request
    cooperation.require_card(request.actor, asked)
    codes: list[str] = []
    if request.method == "POST":
        codes = cooperation.issue_card(actor=request.actor, request=asked)
    back = reverse("meetings:cooperation-detail", args=[asked.id])
    person = {"person": asked.person, "codes": codes, "back": back}
    context = {**_about(asked), **person}
    return render(request, "meetings/cooperation_card.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_use(
    request: MemberRequest, request_id: UUID, version_id: UUID
) -> HttpResponse:
    """Hand a file of the reply on to an agenda item, as a paper of its own (R21)."""
    found = selectors.kept_request(request.actor, request_id)
    version, asked = selectors.reply_file(found, version_id), found.request
    items = selectors.items_for(request.actor, asked.case)
    form = UseForm(request.POST or None, items=items)
    if form.is_valid():
        used = attempt(
            form,
            lambda: cooperation.use_reply(
                actor=request.actor,
                version=version,
                item=form.item,
                reason=form.cleaned_data["reason"],
            ),
        )
        if used is not None:
            return redirect("meetings:paper-upload", form.item.id)
    context = {**_about(asked), "version": version, "items": items}
    return form_page(request, form, "meetings/cooperation_use.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def cooperation_convert(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Make the respondent a member: commissioned and selected, approved by somebody."""
    asked = selectors.kept_request(request.actor, request_id).request
    approvers = cooperation.approvers_for(request.actor, asked)
    form = MembershipForm(request.POST or None, approvers=approvers)
    if form.is_valid():
        made = attempt(
            form,
            lambda: cooperation.convert(
                actor=request.actor, request=asked, **form.cleaned_data
            ),
        )
        if made is not None:
            return redirect("meetings:cooperation-detail", asked.id)
    return form_page(request, form, "meetings/cooperation_convert.html", _about(asked))
