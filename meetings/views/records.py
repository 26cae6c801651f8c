"""Pages of the record: draft, corrections, confirmation, the frozen record."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.models import PaperVersion
from documents.selectors import version_for
from meetings import records
from meetings.forms.records import RoundForm
from meetings.models import Minutes
from meetings.records import Record
from meetings.rendering import compiled_pdf
from meetings.selectors.sittings import convened_item, convened_sitting
from meetings.services import records as services
from members.access import Access
from members.facts import Action
from members.http import MemberRequest, signed_in
from members.models import Charter
from portal.core import audit, clock
from portal.core.errors import DomainError, HiddenError

ROUND_DAYS = 14


@signed_in
def record_detail(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The record as it stands; each opening is in the audit trail."""
    record, access = records.readable(request.actor, item_id)
    audit.record_read(
        "meetings.minutes.read",
        actor=request.actor.id,
        subject=f"minutes:{record.minutes.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"version": record.minutes.version},
    )
    return render(request, "meetings/record_detail.html", _context(record, access))


def _context(record: Record, access: Access) -> dict[str, object]:
    thing = record.thing(access.actor.id)
    waiting = services.missing(record)
    return {
        "record": record,
        "minutes": record.minutes,
        "item": record.item,
        "document": records.document(
            record, confirmed=record.minutes.state == Minutes.State.FINAL
        ),
        "waiting": waiting,
        "overdue": bool(waiting) and _overdue(record),
        "pdf": record.file(record.minutes.pdf),
        "docx": _own_docx(record, access),
        "mine": access.actor.id in {person.id for person in waiting},
        "can": {
            "correct": access.offers(Action.REQUEST_CORRECTION, thing),
            "confirm": access.offers(Action.CONFIRM_MINUTES, thing),
            "answer": access.offers(Action.RELEASE, thing),
        },
    }


def _overdue(record: Record) -> bool:
    """Whether the round's day has passed; nobody's silence confirms anything."""
    due = record.minutes.due_on
    in_round = record.minutes.state == Minutes.State.ROUND
    return in_round and due is not None and due < clock.today()


def _own_docx(record: Record, access: Access) -> PaperVersion | None:
    """The working file, for those who may take it."""
    version = record.file(record.minutes.docx)
    if version is None:
        return None
    can = version_for(access.actor, version.id).can
    return version if can.download_original else None


@require_http_methods(["GET", "POST"])
@signed_in
def record_start(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Send the draft round: to whom, until when."""
    item, _access = convened_item(request.actor, item_id)
    form = RoundForm(
        request.POST or None,
        initial={"due_on": clock.today() + timedelta(days=ROUND_DAYS)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.start_round(actor=request.actor, item=item, **form.cleaned_data)
        except DomainError as error:
            if error.code not in {"refused", "invalid"}:
                raise
            form.add_error(None, error.message)
        else:
            messages.success(request, _("会議録の案を回覧しました。"))
            return redirect("meetings:record-detail", item.id)
    context = {"item": item, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "meetings/record_start.html", context, status=status)


@require_POST
@signed_in
def correction_ask(
    request: MemberRequest, item_id: UUID, entry_id: UUID
) -> HttpResponse:
    """Take a request for a correction."""
    services.ask_correction(
        actor=request.actor,
        item_id=item_id,
        entry_id=entry_id,
        text=request.POST.get("text", ""),
    )
    messages.success(request, _("修正の申し出を受け付けました。事務局が回答します。"))
    return redirect("meetings:record-detail", item_id)


@require_POST
@signed_in
def correction_answer(
    request: MemberRequest, item_id: UUID, correction_id: UUID
) -> HttpResponse:
    """Take the secretariat's answer."""
    services.answer_correction(
        actor=request.actor,
        item_id=item_id,
        correction_id=correction_id,
        answer=request.POST.get("answer", ""),
        new_text=request.POST.get("new_text", ""),
    )
    messages.success(request, _("回答しました。"))
    return redirect("meetings:record-detail", item_id)


@require_POST
@signed_in
def record_confirm(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Confirm the words that the page showed."""
    services.confirm(
        actor=request.actor,
        item_id=item_id,
        digest=request.POST.get("digest", ""),
    )
    messages.success(request, _("確認しました。ありがとうございました。"))
    return redirect("meetings:record-detail", item_id)


@signed_in
def sitting_record(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The records of a sitting as one paper, where its body keeps one per sitting."""
    opened = convened_sitting(request.actor, sitting_id)
    found = records.compiled(request.actor, opened.items)
    rules = opened.sitting.body.rules_at(opened.sitting.starts_at)
    if rules.record_unit != Charter.RecordUnit.SITTING or not found:
        raise HiddenError
    audit.record_read(
        "meetings.minutes.compile",
        actor=request.actor.id,
        subject=f"sitting:{opened.sitting.id}",
        detail={"items": " ".join(str(record.item.id) for record in found)},
    )
    state = Minutes.State.FINAL
    papers = [
        records.document(record, confirmed=record.minutes.state == state)
        for record in found
    ]
    response = HttpResponse(compiled_pdf(papers), content_type="application/pdf")
    name = f"kasane-{opened.sitting.starts_at:%Y%m%d}-record.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
