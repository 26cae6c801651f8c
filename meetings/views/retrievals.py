"""Pages of 廃棄・返却の申告: the reader declares, the custodian sees and asks."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from documents.evidence import owing
from documents.services import retrievals
from meetings import references
from meetings.forms.paper_desk import DeclareForm
from meetings.selectors.paper_desk import due_board, serial_of_sitting
from meetings.selectors.sittings import open_sitting
from meetings.views.papers import note_read
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press


@require_http_methods(["GET", "POST"])
@signed_in
def retrieval(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """From one's own page of a sitting: say what became of its papers."""
    open_sitting(request.actor, sitting_id)
    return _declare(request, sitting_id, sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def retrieval_asked(request: MemberRequest, ask_id: UUID) -> HttpResponse:
    """From the mail that asked: the same, and nothing else of the sitting."""
    ask = retrievals.open_ask(request.actor, ask_id)
    return _declare(request, ask.sitting_id, ask_id)


def _declare(request: MemberRequest, sitting_id: UUID, way_in: UUID) -> HttpResponse:
    dues = owing.own_dues(request.actor, sitting_id, way_in)
    form = DeclareForm(request.POST or None, dues=dues)
    if form.is_valid():
        done = attempt(
            form,
            lambda: retrievals.declare(
                actor=request.actor,
                sitting_id=sitting_id,
                way_in=way_in,
                ways=form.ways,
            ),
        )
        if done is not None:
            messages.success(request, _("申告を受け付けました。"))
            return redirect(request.path)
    context = {
        "serial": serial_of_sitting(sitting_id),
        "sitting_id": sitting_id if sitting_id == way_in else None,
        "silent": any(due.declared is None for due in dues),
    }
    return form_page(request, form, "meetings/retrieval.html", context)


@require_safe
@signed_in
def retrieval_board(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """What became of the item's papers: who has declared, who has not."""
    board = due_board(request.actor, item_id)
    note_read(request, board.found)
    context = {"board": board, "found": board.found}
    return render(request, "meetings/retrieval_board.html", context)


@require_POST
@signed_in
def retrieval_ask(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Ask everybody who is silent, by mail."""
    item = due_board(request.actor, item_id).found.item
    press(
        request,
        lambda: retrievals.ask(
            actor=request.actor,
            item=references.of_item(item),
            serial=serial_of_sitting(item.sitting_id),
        ),
        _("まだの方に、メールでお願いしました。"),
    )
    return redirect("meetings:retrieval-board", item_id)
