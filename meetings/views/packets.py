"""わたしの資料一式; printing it for others, and the check-list of what comes back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from documents.delivery import gateway
from meetings.copies_rendering import CopyRow, check_list_pdf
from meetings.forms.packets import AccountForm, PrintForm
from meetings.notices import serial_of
from meetings.selectors import packets
from meetings.selectors.sittings import Opened, convened_sitting
from meetings.services import copies
from meetings.times import interval_words
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media
from portal.core.acting import attempt, form_page, press

READY = "packet"  # the cookie by which the page learns that the file is on its way


@require_safe
@signed_in
def packet(request: MemberRequest, sitting_id: UUID) -> HttpResponseBase:
    """The own agenda and papers as one PDF."""
    plan = packets.own_plan(request.actor, sitting_id)
    return _ready(request, gateway.packet(request, plan))


def _ready(request: MemberRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Tell the waiting page that its file is made."""
    mark = request.POST.get("key") or request.GET.get("key", "")
    if len(mark) <= 36 and mark.replace("-", "").isalnum():
        response.set_cookie(
            READY, mark, max_age=60, secure=request.is_secure(), samesite="Strict"
        )
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def copies_print(request: MemberRequest, sitting_id: UUID) -> HttpResponseBase:
    """Print packets for people who come without a device; the copies that are out."""
    printer = convened_sitting(request.actor, sitting_id)
    found = packets.copies_of(printer)
    form = PrintForm(request.POST or None, people=found.printable)
    if form.is_valid():
        printed = attempt(form, lambda: _printed(request, printer, form))
        if printed is not None:
            return _ready(request, printed)
    _note_read(printer, found.lines)
    context = {"found": found, "sitting": printer.sitting, "over": _over(printer)}
    return form_page(request, form, "meetings/copies.html", context)


def _printed(
    request: MemberRequest, printer: Opened, form: PrintForm
) -> HttpResponseBase:
    plans = [packets.plan_for(printer, person) for person in form.chosen]
    numbered = copies.number_copies(
        actor=request.actor,
        sitting=printer.sitting,
        people=form.chosen,
        key=form.cleaned_data["key"],
    )
    return gateway.printed(request, plans, numbered)


def _over(printer: Opened) -> bool:
    return printer.sitting.ends_at <= printer.access.t


def _note_read(printer: Opened, lines: list[packets.CopyLine]) -> None:
    """The list says who came and what they had: it is content (R5)."""
    if lines:
        audit.record_read(
            "meetings.copies.read",
            actor=printer.access.actor.id,
            subject=f"sitting:{printer.sitting.id}",
        )


@require_POST
@signed_in
def copies_account(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Enter what became of the chosen copies."""
    printer = convened_sitting(request.actor, sitting_id)
    form = AccountForm(request.POST, lines=packets.copy_lines(printer))
    if form.is_valid():
        press(
            request,
            lambda: copies.account_for(
                actor=request.actor,
                sitting=printer.sitting,
                copy_ids=form.cleaned_data["copies"],
                note=form.cleaned_data["note"],
            ),
            _("回収の状況を記録しました。"),
        )
    else:
        messages.error(request, _("配布番号を選んでから押してください。"))
    return redirect("meetings:copies-print", sitting_id)


@require_safe
@signed_in
def copies_sheet(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The check-list, to be ticked on paper."""
    printer = convened_sitting(request.actor, sitting_id)
    lines = packets.copy_lines(printer)
    _note_read(printer, lines)
    sitting = printer.sitting
    data = check_list_pdf(
        serial_of(sitting.starts_at, sitting.number),
        interval_words(sitting.starts_at, sitting.ends_at),
        sitting.place,
        [_row(line) for line in lines],
        printer.access.t,
    )
    day = clock.day_of(sitting.starts_at)
    return media.attachment(data, media.PDF, f"kasane-{day:%Y%m%d}-kaishu.pdf")


def _row(line: packets.CopyLine) -> CopyRow:
    copy = line.copy
    by = copy.returned_to.name if copy.returned_to else ""
    return CopyRow(
        number=copy.number,
        name=copy.person.name,
        organization=copy.person.organization.name,
        papers="\n".join(line.papers) or "次第",
        returned_at=copy.returned_at,
        result=f"{copy.get_note_display()} {by}",
    )
