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
from meetings.forms.records import AloudForm, ReopenForm, RoundForm
from meetings.models import Minutes
from meetings.policies import reopened_facts
from meetings.records import Record
from meetings.rendering import compiled_pdf
from meetings.selectors.earlier_records import earlier_of
from meetings.selectors.locks import LockState, of_record
from meetings.selectors.record_versions import earlier_files
from meetings.selectors.records import draft_of, read_record, reopenable
from meetings.selectors.sittings import convened_item, convened_sitting
from meetings.services import records as services
from meetings.services import reopening, room_confirmation
from members.access import Access
from members.facts import Action
from members.http import MemberRequest, signed_in
from members.models import Charter
from portal.core import audit, clock, media
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError

ROUND_DAYS = 14


@signed_in
def record_detail(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The record as it stands; each opening is in the audit trail."""
    record, access = read_record(request.actor, item_id)
    return render(request, "meetings/record_detail.html", _context(record, access))


def _context(record: Record, access: Access) -> dict[str, object]:
    thing = record.thing(access.actor.id)
    waiting, actor = record.missing, access.actor
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
        "mine": actor.person in record.awaited,
        "before_me": record.awaited[0] if actor.person in waiting else None,
        "frozen": earlier_files(actor, record),
        "lock": _lock(record, access),
        "can": {
            "correct": access.offers(Action.REQUEST_CORRECTION, thing),
            "confirm": access.offers(Action.CONFIRM_MINUTES, thing),
            "answer": access.offers(Action.RELEASE, thing),
            "disclose": _disclosable(record, access),
            "reopen": access.offers(Action.RELEASE, reopened_facts(thing)),
        },
    }


def _disclosable(record: Record, access: Access) -> bool:
    """Whether a copy for a disclosure can be made."""
    final = record.minutes.state == Minutes.State.FINAL
    return final and access.offers(Action.OPEN_FROZEN, record.thing(access.actor.id))


def _lock(record: Record, access: Access) -> LockState | None:
    """書換え防止 of a confirmed record, for its custodian."""
    own = access.offers(Action.RELEASE, reopened_facts(record.thing(access.actor.id)))
    final = record.minutes.state == Minutes.State.FINAL
    return of_record(record.minutes) if own and final else None


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
    """Read the draft over, then send it round: until when."""
    item, access = convened_item(request.actor, item_id)
    form = RoundForm(
        request.POST or None,
        initial={"due_on": clock.today() + timedelta(days=ROUND_DAYS)},
    )
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.start_round(
                actor=request.actor, item=item, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("案を回覧し、出席した方にお知らせしました。"))
            return redirect("meetings:record-detail", item.id)
    context = {"item": item, "draft": draft_of(access, item)}
    return form_page(request, form, "meetings/record_start.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def record_reopen(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Begin a new version of a confirmed record, with a reason."""
    record = reopenable(request.actor, item_id)
    form = ReopenForm(
        request.POST or None,
        initial={"due_on": clock.today() + timedelta(days=ROUND_DAYS)},
    )
    if form.is_valid():
        made = attempt(
            form,
            lambda: reopening.reopen(
                actor=request.actor, item_id=item_id, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("見直しを始め、出席した方にお知らせしました。"))
            return redirect("meetings:record-detail", item_id)
    context = {"item": record.item, "record": record}
    return form_page(request, form, "meetings/record_reopen.html", context)


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


@require_http_methods(["GET", "POST"])
@signed_in
def earlier_records(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """前回会議録の確認: earlier records, confirmed aloud in the room of this item."""
    earlier = earlier_of(request.actor, item_id)
    form = AloudForm(request.POST or None)
    if request.method == "POST":
        if not form.is_valid():
            raise HiddenError
        press(
            request,
            lambda: room_confirmation.confirm_in_room(
                actor=request.actor, item=earlier.item, **form.cleaned_data
            ),
            _("出席者の確認を記録しました。"),
        )
        return redirect("meetings:earlier-records", item_id)
    return render(request, "meetings/earlier_records.html", {"earlier": earlier})


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
    name = f"kasane-{clock.day_of(opened.sitting.starts_at):%Y%m%d}-record.pdf"
    return media.attachment(compiled_pdf(papers), media.PDF, name)
