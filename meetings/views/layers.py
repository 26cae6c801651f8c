"""Pages of the layers: up to the parent body, down again, joint sittings."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.layers import AnswerDownForm, CarryForm, JointForm, TakeForm
from meetings.models import AgendaItem, ResourceGap
from meetings.selectors import gaps
from meetings.selectors import layers as selectors
from meetings.selectors import sittings as sitting_selectors
from meetings.services import layers as services
from members.access import access_for
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page


@signed_in
def carried_list(request: MemberRequest) -> HttpResponse:
    """What the child bodies have carried up to the bodies that one convenes."""
    parents = selectors.parents_of(request.actor)
    audit.record_read("meetings.layers.read", actor=request.actor.id, subject="carried")
    return render(request, "meetings/carried_list.html", {"parents": parents})


@require_http_methods(["GET", "POST"])
@signed_in
def carried_take(request: MemberRequest, carried_id: UUID) -> HttpResponse:
    """Put it on a draft agenda of the parent."""
    carried = selectors.carried_named(request.actor, carried_id)
    access = access_for(request.actor, cases=(), items=())
    drafts = selectors.drafts_of(access, carried.body)
    form = TakeForm(request.POST or None, sittings=drafts)
    if form.is_valid():
        item = attempt(
            form,
            lambda: services.take_up(
                actor=request.actor,
                carried=carried,
                sitting=form.cleaned_data["sitting"],
            ),
        )
        if item is not None:
            return redirect("meetings:item-people", item.id)
    context = {"carried": carried, "drafts": drafts}
    return form_page(request, form, "meetings/carried_take.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def carried_hand_down(request: MemberRequest, carried_id: UUID) -> HttpResponse:
    """Give the child body its answer."""
    carried = selectors.carried_named(request.actor, carried_id)
    form = AnswerDownForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form,
            lambda: services.hand_down(
                actor=request.actor, carried=carried, **form.cleaned_data
            ),
        )
        if done is not None:
            messages.success(request, _("元の会議体に結果を返しました。"))
            return redirect("meetings:carried-list")
    context = {"carried": carried}
    return form_page(request, form, "meetings/carried_hand_down.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def item_carry_up(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Lay an item before the parent body."""
    item, _access = sitting_selectors.convened_item(request.actor, item_id)
    return _carry_up(request, item)


@require_http_methods(["GET", "POST"])
@signed_in
def gap_carry_up(request: MemberRequest, gap_id: UUID) -> HttpResponse:
    """Lay a gap before the parent body."""
    return _carry_up(request, gaps.convened_gap(request.actor, gap_id))


def _carry_up(request: MemberRequest, source: AgendaItem | ResourceGap) -> HttpResponse:
    access = access_for(request.actor, cases=(), items=())
    item = source if isinstance(source, AgendaItem) else None
    form = CarryForm(
        request.POST or None,
        sittings=selectors.drafts_of(access, source.body.parent),
        with_case=item is not None and item.case_id is not None,
    )
    if form.is_valid():
        carried = attempt(
            form,
            lambda: services.carry_up(
                actor=request.actor,
                key=form.cleaned_data["key"],
                source=source,
                words=form.words,
                sitting=form.cleaned_data.get("sitting"),
            ),
        )
        if carried is not None:
            messages.success(request, _("上位の会議体に上げました。"))
            if item is not None:
                return redirect("meetings:item-outcome", item.id)
            return redirect("meetings:gap-list")
    context = {"item": item, "gap": source, "body": source.body}
    return form_page(request, form, "meetings/carry_up.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_joint(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Record the sitting under a second body too."""
    opened = sitting_selectors.convened_sitting(request.actor, sitting_id)
    sitting = opened.sitting
    bodies = selectors.bodies_for_joint(opened.access, sitting)
    form = JointForm(request.POST or None, bodies=bodies)
    if form.is_valid():
        joint = attempt(
            form,
            lambda: services.record_under(
                actor=request.actor, sitting=sitting, body=form.cleaned_data["body"]
            ),
        )
        if joint is not None:
            messages.success(request, _("合同開催として登録しました。"))
            return redirect("meetings:sitting-detail", sitting_id)
    context = {"sitting": sitting, "bodies": bodies}
    return form_page(request, form, "meetings/sitting_joint.html", context)
