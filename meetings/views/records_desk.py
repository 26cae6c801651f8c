"""記録の整理: what is due of records, and asking again in one press."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings.selectors.records_desk import desk_of
from meetings.services import record_mail
from members.http import MemberRequest, signed_in
from portal.core import audit, clock
from portal.core.acting import press


@require_safe
@signed_in
def records_desk(request: MemberRequest) -> HttpResponse:
    """What is due of records, for those who keep bodies."""
    desk = desk_of(request.actor)
    audit.record_read(
        "meetings.desk.read",
        actor=request.actor.id,
        subject="records",
        detail={"items": " ".join(str(item) for item in desk.items)},
    )
    context = {"desk": desk, "today": clock.today()}
    return render(request, "meetings/records_desk.html", context)


@require_POST
@signed_in
def record_remind(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Ask those again whose confirmation of a record is awaited."""
    press(
        request,
        lambda: record_mail.remind(actor=request.actor, item_id=item_id),
        _("確認をもう一度お願いしました。"),
    )
    return redirect("meetings:records-desk")
