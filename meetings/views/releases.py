"""Pages of releasing papers: the table, the second look, the round and its undoing."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents.models import ReleaseRound
from documents.services import rounds
from meetings.forms.releases import ReleaseForm, ReturnForm
from meetings.selectors.papers import ItemPapers, item_papers
from meetings.selectors.releases import (
    OpenRound,
    ReleaseTable,
    open_round,
    plan_of,
    release_table,
    require_fresh_factor,
    require_second_look,
)
from meetings.services.papers import approve_release, release_papers, remind_unopened
from members.http import MemberRequest, signed_in
from members.models import Relaxation
from members.services import relaxations
from portal.core import audit
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def paper_release(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Who gets what: the table, then the second look, then the round (R30)."""
    found = item_papers(request.actor, item_id)
    if not found.releasable:
        raise HiddenError
    require_fresh_factor(found)
    table = release_table(found)
    context = _around(found, table)
    if "set" in request.POST or "back" in request.POST:
        context["form"] = ReleaseForm(table=table, given=request.POST)
        return render(request, "meetings/paper_release.html", context)
    start = plan_of(found, request.GET.get("again", ""))
    form = ReleaseForm(request.POST or None, table=table, start=start)
    if form.is_valid():
        if "confirmed" not in request.POST:
            context["form"] = form
            return render(request, "meetings/paper_confirm.html", context)
        made = _release(request, found, form)
        if made is not None:
            return redirect("meetings:release-round", made.id)
    return form_page(request, form, "meetings/paper_release.html", context)


def _around(found: ItemPapers, table: ReleaseTable) -> dict[str, Any]:
    return {
        "found": found,
        "table": table,
        "undo_minutes": settings.RELEASE_UNDO_MINUTES,
        "second_person": settings.RELEASE_SECOND_PERSON,
        "lowered": relaxations.in_force(Relaxation.Kind.CLASS_3),
    }


def _release(
    request: MemberRequest, found: ItemPapers, form: ReleaseForm
) -> ReleaseRound | None:
    return attempt(
        form,
        lambda: release_papers(
            actor=request.actor,
            item=found.item,
            key=form.cleaned_data["key"],
            cells=form.cells,
        ),
    )


@require_http_methods(["GET"])
@signed_in
def release_round(request: MemberRequest, round_id: UUID) -> HttpResponse:
    """Where a round stands, who has what of it, and how to undo it."""
    opened = open_round(request.actor, round_id)
    _note_read(request, opened)
    return render(request, "meetings/release_round.html", _context(opened))


def _context(opened: OpenRound) -> dict[str, Any]:
    return {"opened": opened, "found": opened.found}


def _note_read(request: MemberRequest, opened: OpenRound) -> None:
    """The round names papers and people: it is content (R5)."""
    audit.record_read(
        "meetings.round.read",
        actor=request.actor.id,
        subject=f"round:{opened.round.id}",
        case=opened.round.case_id,
        item=opened.round.item_id,
    )


@require_http_methods(["POST"])
@signed_in
def release_undo(request: MemberRequest, round_id: UUID) -> HttpResponse:
    """Undo all of a round that has not begun."""
    opened = open_round(request.actor, round_id)
    press(
        request,
        lambda: rounds.undo_round(actor=request.actor, made=opened.round),
        _("公開を取り消しました。だれにも開かれず、お知らせも送られていません。"),
    )
    return redirect("meetings:release-round", round_id)


@require_http_methods(["POST"])
@signed_in
def release_remind(request: MemberRequest, round_id: UUID) -> HttpResponse:
    """Tell those once more who have opened nothing."""
    opened = open_round(request.actor, round_id)
    press(
        request,
        lambda: remind_unopened(actor=request.actor, made=opened.round),
        _("まだ開いていない人に、もう一度知らせました。"),
    )
    return redirect("meetings:release-round", round_id)


@require_http_methods(["GET", "POST"])
@signed_in
def release_look(request: MemberRequest, round_id: UUID) -> HttpResponse:
    """The second person's look: the same people and files, a yes or a word (R30)."""
    opened = open_round(request.actor, round_id)
    require_second_look(request.actor, opened.round)
    form = ReturnForm(request.POST if "return" in request.POST else None)
    if request.method == "POST" and _decided(request, opened, form):
        return redirect("meetings:release-round", round_id)
    _note_read(request, opened)
    context = _context(opened)
    return form_page(request, form, "meetings/release_look.html", context)


def _decided(request: MemberRequest, opened: OpenRound, form: ReturnForm) -> bool:
    """Whether the round has got its answer, or takes none any more."""
    actor, made = request.actor, opened.round
    if "return" not in request.POST:
        press(
            request,
            lambda: approve_release(actor=actor, made=made),
            _("公開を承認しました。"),
        )
        return True
    if not form.is_valid():
        return False
    note = form.cleaned_data["note"]
    press(
        request,
        lambda: rounds.return_round(actor=actor, made=made, note=note),
        _("差し戻しました。公開を決めた人のホームに表示されます。"),
    )
    return True
