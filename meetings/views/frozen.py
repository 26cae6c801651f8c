"""The page on which a custodian opens, with a reason, what a consent closed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from meetings import records
from meetings.forms.records import FrozenForm
from meetings.models import Minutes
from meetings.selectors.frozen import frozen_record
from meetings.services import frozen as services
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def record_frozen(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Ask for the reason; the words come with the answer and with no other page."""
    item = frozen_record(request.actor, item_id).item
    form = FrozenForm(request.POST or None)
    if form.is_valid():
        record = attempt(
            form,
            lambda: services.open_frozen(
                actor=request.actor, item_id=item_id, **form.cleaned_data
            ),
        )
        if record is not None:
            final = record.minutes.state == Minutes.State.FINAL
            context = {
                "item": item,
                "record": record,
                "document": records.document(record, confirmed=final),
                "reason": form.cleaned_data["reason"],
            }
            return render(request, "meetings/record_frozen_read.html", context)
    return form_page(request, form, "meetings/record_frozen.html", {"item": item})
