"""Pages of guests: the person concerned and others who come for one item alone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.guests import GuestForm
from meetings.selectors.people import invitable
from meetings.selectors.room import person_named
from meetings.selectors.sittings import convened_item
from meetings.services import guests as services
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press


@require_http_methods(["GET", "POST"])
@signed_in
def item_guests(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """関係者・本人を招く: to this item, before or during the sitting."""
    item, _access = convened_item(request.actor, item_id)
    offered = invitable(item)
    form = GuestForm(request.POST or None, invitable=offered)
    if form.is_valid():
        seat = attempt(
            form,
            lambda: services.invite(actor=request.actor, item=item, whom=form.whom),
        )
        if seat is not None:
            done = _("%(name)sさんを、この議題に招きました。")
            messages.success(request, done % {"name": seat.person.name})
            return redirect("meetings:item-guests", item_id)
    context = {"item": item, "sitting": item.sitting, "invitable": offered}
    return form_page(request, form, "meetings/item_guests.html", context)


@require_POST
@signed_in
def guest_withdraw(
    request: MemberRequest, item_id: UUID, person_id: UUID
) -> HttpResponse:
    """Take somebody off the item again."""
    item, _access = convened_item(request.actor, item_id)
    person = person_named(person_id)
    press(
        request,
        lambda: services.withdraw(actor=request.actor, item=item, person=person),
        _("招くのを取り消しました。"),
    )
    return redirect("meetings:item-guests", item_id)
