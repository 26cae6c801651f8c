"""謝金・旅費: the list of a sitting with its files, and the rates of a body."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import fee_rendering
from meetings.forms.fees import RateForm, TravelForm
from meetings.selectors.fees import FeeList, fees_of, rates_of
from meetings.services import fees as services
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_fees(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Who came from outside, for how long, and what is paid to them."""
    found = _read(request, sitting_id, "page")
    form = TravelForm(request.POST or None, fees=found.fees)
    if form.is_valid():
        done = attempt(
            form,
            lambda: [
                services.enter_travel(
                    actor=request.actor, sitting=found.sitting, amounts=form.amounts
                )
            ],
        )
        if done is not None:
            messages.success(request, _("旅費を登録しました。"))
            return redirect("meetings:sitting-fees", sitting_id)
    context = {
        "sitting": found.sitting,
        "found": found,
        "rows": [(fee, form[str(fee.person.id)]) for fee in found.fees],
    }
    return form_page(request, form, "meetings/sitting_fees.html", context)


def _read(request: MemberRequest, sitting_id: UUID, kind: str) -> FeeList:
    found = fees_of(request.actor, sitting_id)
    audit.record_read(
        "meetings.fees.read",
        actor=request.actor.id,
        subject=f"sitting:{sitting_id}",
        detail={"as": kind},
    )
    return found


@require_safe
@signed_in
def fees_file(request: MemberRequest, sitting_id: UUID, as_file: str) -> HttpResponse:
    """The list to go on with, or to be signed."""
    found = _read(request, sitting_id, as_file)
    make, media_type = _FILES[as_file]
    name = f"kasane-{clock.day_of(found.sitting.starts_at):%Y%m%d}-fees.{as_file}"
    return media.attachment(make(found, made_at=clock.now()), media_type, name)


_FILES = {
    "xlsx": (fee_rendering.fees_xlsx, media.XLSX),
    "pdf": (fee_rendering.fees_pdf, media.PDF),
}


@require_http_methods(["GET", "POST"])
@signed_in
def fee_rates(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """What a body pays, from when on."""
    rates = rates_of(request.actor, body_id)
    form = RateForm(request.POST or None, rates=rates)
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.set_rate(
                actor=request.actor, body=rates.body, rate=form.rate
            ),
        )
        if made is not None:
            messages.success(request, _("謝金の単価を登録しました。"))
            return redirect("meetings:fee-rates", body_id)
    context = {"body": rates.body, "rates": rates.rates}
    return form_page(request, form, "meetings/fee_rates.html", context)
