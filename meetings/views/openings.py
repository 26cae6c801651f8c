"""The page of the decision that opens an item to the public."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from meetings.forms.openings import OpeningForm
from meetings.selectors.sittings import convened_item
from meetings.services import openings
from members.http import MemberRequest, signed_in
from members.offices import deciders_in_words
from portal.core import clock
from portal.core.acting import attempt, form_page
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def item_public(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Record who opened the item, when and why."""
    item, _access = convened_item(request.actor, item_id)
    if not openings.may_be_opened(item):
        raise HiddenError
    form = OpeningForm(
        request.POST or None,
        initial={"decided_on": clock.today()},
        deciders=deciders_in_words(item.body, clock.now()),
    )
    if form.is_valid():
        opened = attempt(
            form,
            lambda: openings.open_to_public(
                actor=request.actor, item=item, opening=form.opening
            ),
        )
        if opened is not None:
            return redirect("meetings:sitting-detail", item.sitting_id)
    context = {"item": item, "sitting": item.sitting}
    return form_page(request, form, "meetings/item_public.html", context)
