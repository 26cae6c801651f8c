"""Pages of a case's progress: the board, one case, outcome, decision, hand-back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.outcomes import (
    BoardForm,
    DecisionForm,
    HandBackForm,
    OutcomeForm,
    StepForm,
)
from meetings.models import AgendaItem
from meetings.selectors import outcomes as selectors
from meetings.selectors import progress as board
from meetings.selectors.resolutions import resolvable
from meetings.selectors.timeline import timeline_of
from meetings.services import outcomes as services
from meetings.services import resolutions
from members.http import MemberRequest, signed_in
from members.models import Case
from members.services import progress
from portal.core import audit
from portal.core.acting import attempt, form_page, press


@signed_in
def case_board(request: MemberRequest) -> HttpResponse:
    """Every case that one keeps, at its four timings; overdue ones first."""
    form = BoardForm(request.GET)
    number = request.GET.get("page")
    found = board.board_of(request.actor, **form.wanted, number=number)
    audit.record_read(
        "meetings.board.read",
        actor=request.actor.id,
        subject="board",
        detail={"cases": " ".join(str(row.case.id) for row in found.rows)},
    )
    context = {"form": form, "board": found, "page": found.page}
    return render(request, "meetings/case_board.html", context)


@signed_in
def case_progress(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case's way so far, and what can be done now."""
    found = board.progress_of(request.actor, case_id)
    audit.record_read(
        "meetings.progress.read",
        actor=request.actor.id,
        subject=f"case:{case_id}",
        case=case_id,
    )
    context = {"progress": found, "case": found.case}
    return render(request, "meetings/case_progress.html", context)


@signed_in
def case_timeline(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case as a line of time, for everybody who reads it."""
    found = timeline_of(request.actor, case_id)
    audit.record_read(
        "meetings.timeline.read",
        actor=request.actor.id,
        subject=f"case:{case_id}",
        case=case_id,
        detail={"items": " ".join(str(item) for item in found.items)},
    )
    context = {"line": found, "case": found.case}
    return render(request, "meetings/case_timeline.html", context)


@require_POST
@signed_in
def case_step(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Move a case on before its plan, or take up an ended one again."""
    case = board.progress_of(request.actor, case_id).case
    form = StepForm(request.POST)
    if form.is_valid():
        status = Case.Status(form.cleaned_data["status"])
        press(
            request,
            lambda: progress.take_step(actor=request.actor, case=case, status=status),
            _("事例の状況を変えました。"),
        )
    else:
        messages.error(request, _("次の段階を選んでください。"))
    return redirect("meetings:case-progress", case_id)


@require_http_methods(["GET", "POST"])
@signed_in
def case_hand_back(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """つなぎもどし, with the day and the words of the talk."""
    case = board.progress_of(request.actor, case_id).case
    form = HandBackForm(request.POST or None, case=case)
    if form.is_valid():
        done = attempt(
            form,
            lambda: services.hand_back(actor=request.actor, case=case, back=form.back),
        )
        if done is not None:
            messages.success(request, _("つなぎもどしを登録しました。"))
            return redirect("meetings:case-progress", case_id)
    return form_page(request, form, "meetings/case_hand_back.html", {"case": case})


@require_http_methods(["GET", "POST"])
@signed_in
def item_outcome(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """What the meeting resolved on an item."""
    page = selectors.outcome_page(request.actor, item_id)
    form = OutcomeForm(
        request.POST or None,
        item=page.item,
        outcome=page.outcome,
        results=page.results,
        frozen=page.frozen,
    )
    if form.is_valid() and _resolved(request, page.item, form):
        messages.success(request, _("議題の結果を登録しました。"))
        return redirect("meetings:item-outcome", item_id)
    context = {"page": page, "item": page.item, "sitting": page.item.sitting}
    return form_page(request, form, "meetings/item_outcome.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def item_resolve(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """From the room: into the minutes and, for a custodian, onto the case."""
    page = resolvable(request.actor, item_id)
    form = OutcomeForm(
        request.POST or None,
        item=page.item,
        outcome=page.outcome,
        results=page.results,
        frozen=page.frozen,
    )
    if form.is_valid() and _resolved(request, page.item, form):
        return redirect("meetings:room", page.item.sitting_id)
    context = {"page": page, "item": page.item, "sitting": page.item.sitting}
    return form_page(request, form, "meetings/item_resolve.html", context)


def _resolved(request: MemberRequest, item: AgendaItem, form: OutcomeForm) -> bool:
    """Resolve it; a refusal becomes the form's own error."""
    return bool(
        attempt(
            form,
            lambda: [
                resolutions.resolve(
                    actor=request.actor,
                    key=form.cleaned_data["key"],
                    item=item,
                    resolution=form.resolution,
                )
            ],
        )
    )


@require_http_methods(["GET", "POST"])
@signed_in
def item_decision(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The city's decision on what the meeting resolved."""
    page = selectors.outcome_page(request.actor, item_id)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form,
            lambda: services.enter_decision(
                actor=request.actor, item=page.item, decision=form.decision
            ),
        )
        if done is not None:
            messages.success(request, _("自治体の決定を登録しました。"))
            return redirect("meetings:item-outcome", item_id)
    context = {"page": page, "item": page.item, "sitting": page.item.sitting}
    return form_page(request, form, "meetings/item_decision.html", context)
