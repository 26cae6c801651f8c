"""Pages of attendance: who was in the room for an item, and who says so afterwards."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.selectors import attendance as selectors
from meetings.selectors.room import item_named
from meetings.selectors.sittings import convened_item
from meetings.services import attestations as services
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import press


@signed_in
def item_attendance(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """入退室の記録: for whoever convenes the item; its buttons need no script.

    Who was there, and when, is content (R5): each showing is in the trail.
    """
    item, _access = convened_item(request.actor, item_id)
    audit.record_read(
        "meetings.attendance.read",
        actor=request.actor.id,
        subject=f"item:{item_id}",
        case=item.case_id,
        item=item_id,
    )
    context = {
        "item": item,
        "sitting": item.sitting,
        "lines": selectors.attendance_of(item),
        "attestations": selectors.attestations_of(item),
    }
    return render(request, "meetings/item_attendance.html", context)


@require_POST
@signed_in
def item_attest(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """出席しました: a member who was missed says so."""
    item = item_named(item_id)
    press(
        request,
        lambda: services.attest(actor=request.actor, item=item),
        _("出席の申し出を受け付けました。事務局が確かめます。"),
    )
    return redirect("meetings:sitting-detail", item.sitting_id)


@require_POST
@signed_in
def attestation_answer(
    request: MemberRequest, item_id: UUID, attestation_id: int
) -> HttpResponse:
    """Accept or decline what a member said."""
    attestation = selectors.attestation_named(item_id, attestation_id)
    press(
        request,
        lambda: services.answer(
            actor=request.actor,
            attestation=attestation,
            accepted="accept" in request.POST,
        ),
        _("出席の申し出に答えました。"),
    )
    return redirect("meetings:item-attendance", item_id)
