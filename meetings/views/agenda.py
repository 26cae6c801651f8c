"""Pages of an agenda as a whole: order and time, 持ち越し, 報告, the frame."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings import agenda
from meetings.forms.agenda import ArrangeForm, CarryForm
from meetings.forms.frame import FrameForm
from meetings.selectors import carrying
from meetings.selectors import sittings as selectors
from meetings.selectors.year import convened_body
from meetings.services import agenda as services
from meetings.services import carrying as carrying_services
from meetings.services import frame as frame_services
from meetings.services.carrying import Mode
from members.facts import Action
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press


@require_POST
@signed_in
def agenda_arrange(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Save order and minutes, or move one item a place up or down."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    form = ArrangeForm(request.POST, items=opened.visible(Action.CONVENE))
    if form.is_valid():
        press(
            request,
            lambda: services.order_items(
                actor=request.actor,
                sitting=opened.sitting,
                seen=form.cleaned_data["seen"],
                boxes=form.boxes,
            ),
        )
    else:
        messages.error(request, form.complaint)
    page = reverse("meetings:sitting-detail", args=[sitting_id])
    return redirect(f"{page}#agenda")


@require_http_methods(["GET", "POST"])
@signed_in
def item_carry(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Take an item on to a later draft, then go on to choose its people."""
    item, _access = selectors.convened_item(request.actor, item_id)
    drafts = carrying.drafts_after(item.sitting)
    form = CarryForm(request.POST or None, drafts=drafts, initial={"mode": Mode.MOVE})
    if form.is_valid():
        new = attempt(
            form,
            lambda: carrying_services.carry_over(
                actor=request.actor, item=item, **form.going
            ),
        )
        if new is not None:
            messages.success(request, _("持ち越しました。参加する人を選んでください。"))
            return redirect("meetings:item-people", new.id)
    context = {"item": item, "sitting": item.sitting, "drafts": drafts}
    return form_page(request, form, "meetings/item_carry.html", context)


@require_POST
@signed_in
def report_add(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Put the decisions and tasks of the last sitting on this draft."""
    sitting = selectors.convened_sitting(request.actor, sitting_id).sitting
    press(
        request,
        lambda: carrying_services.add_reports(actor=request.actor, sitting=sitting),
        _("前回の決定と役割を、報告事項に加えました。"),
    )
    return redirect("meetings:sitting-detail", sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def agenda_frame(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The lines and templates that all agendas of a body have in common."""
    body, _access = convened_body(request.actor, body_id)
    form = FrameForm(
        request.POST or None,
        frame=agenda.frame_of(body),
        points=agenda.points_of(body),
    )
    if form.is_valid() and press(
        request,
        lambda: frame_services.set_frame(
            actor=request.actor, body=body, lines=form.frame, points=form.points
        ),
        _("次第のひな形を保存しました。これから開く次第にも使われます。"),
    ):
        return redirect("meetings:agenda-frame", body_id)
    return form_page(request, form, "meetings/agenda_frame.html", {"body": body})
