"""Pages of a proposal: written and sent in by its author, judged by custodians."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.services.uploads import place_of
from documents.views.uploads import by_script, files_of, refused
from meetings import references
from meetings.forms.calls import (
    DeclineForm,
    NewCaseForm,
    ProposalForm,
    ReturnForm,
    SheetForm,
    TakeForm,
)
from meetings.selectors import proposals as selectors
from meetings.selectors.calls import proposing
from meetings.selectors.proposals import OpenProposal
from meetings.selectors.triage import Triage, triage_of
from meetings.services import proposals as services
from meetings.services.triage import (
    NewCase,
    decline_proposal,
    return_proposal,
    take_proposal,
)
from members.forms.cases import HouseholdFormSet, HouseholdMemberForm
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_create(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """Begin a proposal; its sheets follow on its own page."""
    own = proposing(request.actor, call_id)
    cases = selectors.known_cases(request.actor, own.call)
    form = ProposalForm(request.POST or None, cases=cases)
    if form.is_valid():
        proposal = attempt(
            form,
            lambda: services.save_proposal(
                actor=request.actor,
                key=form.cleaned_data["key"],
                call=own.call,
                case=form.known_case,
                words=form.proposed,
            ),
        )
        if proposal is not None:
            return redirect("meetings:proposal-detail", proposal.id)
    context = {"call": own.call, "proposal": None}
    return form_page(request, form, "meetings/proposal_form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_edit(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """Write the own draft anew, or one that was returned."""
    opened = _own(request, proposal_id)
    proposal = opened.proposal
    form = ProposalForm(request.POST or None, proposal=proposal)
    if form.is_valid():
        changed = attempt(
            form,
            lambda: services.change_proposal(
                actor=request.actor, proposal=proposal, words=form.proposed
            ),
        )
        if changed is not None:
            return redirect("meetings:proposal-detail", proposal.id)
    context = {"call": proposal.call, "proposal": proposal}
    return form_page(request, form, "meetings/proposal_form.html", context)


def _own(request: MemberRequest, proposal_id: UUID) -> OpenProposal:
    opened = selectors.open_proposal(request.actor, proposal_id)
    if not opened.mine:
        raise HiddenError
    return opened


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_detail(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """The proposal with its sheets; POST attaches one more."""
    opened = selectors.open_proposal(request.actor, proposal_id)
    place = place_of(references.of_proposal(opened.proposal))
    files = files_of(request, place)
    form = SheetForm(request.POST or None, files, **opened.words)
    if form.is_valid() and opened.mine and _file(request, opened, form):
        return _filed(request, proposal_id)
    if form.is_bound and by_script(request):
        return refused(form)
    audit.record_read(
        "meetings.proposal.read",
        actor=request.actor.id,
        subject=f"proposal:{proposal_id}",
        case=opened.proposal.case_id,
        item=proposal_id,
    )
    context = {"opened": opened, "max_bytes": settings.UPLOAD_MAX_BYTES}
    return form_page(request, form, "meetings/proposal_detail.html", context)


def _file(request: MemberRequest, opened: OpenProposal, form: SheetForm) -> bool:
    filed = attempt(
        form,
        lambda: services.file_sheet(
            actor=request.actor,
            proposal=opened.proposal,
            details=form.details,
            upload=form.upload,
            token=form.cleaned_data["key"],
        ),
    )
    return filed is not None


def _filed(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    if by_script(request):
        return JsonResponse({}, status=201)
    messages.success(request, _("様式を登録しました。"))
    return redirect("meetings:proposal-detail", proposal_id)


@require_POST
@signed_in
def proposal_submit(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """Send it in."""
    opened = _own(request, proposal_id)
    press(
        request,
        lambda: services.submit_proposal(actor=request.actor, proposal=opened.proposal),
        _("提案をお預かりしました。結果は、このページでお知らせします。"),
    )
    return redirect("meetings:proposal-detail", proposal_id)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_return(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """Give it back to be mended."""
    opened = selectors.judged_proposal(request.actor, proposal_id)
    form = ReturnForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form,
            lambda: return_proposal(
                actor=request.actor,
                proposal=opened.proposal,
                reason=form.cleaned_data["reason"],
                due_at=form.due_at,
            ),
        )
        if done is not None:
            return redirect("meetings:call-board", opened.proposal.call_id)
    words = {
        "here": _("差戻し"),
        "title": _("提案を差し戻す"),
        "button": _("差し戻して知らせる"),
    }
    context = {"opened": opened, "words": words}
    return form_page(request, form, "meetings/proposal_answer.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_decline(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """Leave it off, with a reason for its author."""
    opened = selectors.judged_proposal(request.actor, proposal_id)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form,
            lambda: decline_proposal(
                actor=request.actor, proposal=opened.proposal, **form.cleaned_data
            ),
        )
        if done is not None:
            return redirect("meetings:call-board", opened.proposal.call_id)
    words = {
        "here": _("見送り"),
        "title": _("提案を見送る"),
        "button": _("見送って知らせる"),
    }
    context = {"opened": opened, "words": words}
    return form_page(request, form, "meetings/proposal_answer.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal_take(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    """The triage; it ends where the people of the new item are chosen."""
    opened = selectors.judged_proposal(request.actor, proposal_id)
    triage = triage_of(request.actor, opened)
    form = TakeForm(request.POST or None, initial=triage.initial, **triage.choices)
    new = NewCaseForm(request.POST or None, initial=triage.new_case)
    household = HouseholdFormSet(request.POST or None, prefix="household")
    if form.is_valid():
        response = _take(request, triage, form, (new, household))
        if response is not None:
            return response
    context = {"opened": opened, "triage": triage, "new": new, "household": household}
    return form_page(request, form, "meetings/proposal_take.html", context)


def _take(
    request: MemberRequest,
    triage: Triage,
    form: TakeForm,
    described: tuple[NewCaseForm, BaseFormSet[HouseholdMemberForm]],
) -> HttpResponse | None:
    case: NewCase | None = None
    if triage.proposal.case is None and form.makes_case:
        new, household = described
        if not (new.is_valid() and household.is_valid()):
            form.add_error(None, _("新しい事例の欄をお確かめください。"))
            return None
        case = new.new_case([row.member for row in household if row.has_changed()])
    item = attempt(
        form,
        lambda: take_proposal(
            actor=request.actor, proposal=triage.proposal, taking=form.taking(case)
        ),
    )
    return redirect("meetings:item-people", item.id) if item is not None else None
