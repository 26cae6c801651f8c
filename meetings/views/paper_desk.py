"""Pages of one paper on the desk: its words, its history, and that it was shown."""

from collections.abc import Callable
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from documents.evidence.histories import history_of
from documents.forms.papers import PaperWords
from documents.services import paper_words, showings
from meetings import references
from meetings.forms.paper_desk import KeptForm, ShowingForm
from meetings.selectors import paper_desk as selectors
from meetings.selectors.papers import item_papers
from meetings.views.papers import note_read
from members.http import MemberRequest, signed_in
from portal.core import audit, clock
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Do what the form asks; whether it was done."""
    return attempt(form, lambda: act() is not None) is not None


@require_http_methods(["GET", "POST"])
@signed_in
def paper_edit(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """Mend what is said of a paper, as long as nobody was given it."""
    desk = selectors.editable_paper(request.actor, paper_id)
    initial = PaperWords.initial_of(desk.paper)
    form = PaperWords(request.POST or None, initial=initial, **desk.found.words)
    if form.is_valid() and _done(
        form,
        lambda: paper_words.edit_paper(
            actor=request.actor, paper=desk.paper, details=form.details
        ),
    ):
        return redirect("meetings:paper-upload", desk.found.item.id)
    note_read(request, desk.found)
    context = {"found": desk.found, "row": desk.row, "paper": desk.paper}
    return form_page(request, form, "meetings/paper_edit.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def paper_kept(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Put a paper on the list that its agency keeps and only shows (提示のみ)."""
    found = item_papers(request.actor, item_id)
    if not found.keeps:
        raise HiddenError
    organizations = selectors.keepers(found.item, request.actor)
    form = KeptForm(request.POST or None, organizations=organizations, **found.words)
    if form.is_valid() and _done(
        form,
        lambda: paper_words.list_kept_paper(
            actor=request.actor,
            key=form.cleaned_data["key"],
            item=references.of_item(found.item),
            details=form.details,
            kept_by=form.cleaned_data["kept_by"],
        ),
    ):
        return redirect("meetings:paper-upload", item_id)
    return form_page(request, form, "meetings/paper_kept.html", {"found": found})


@require_http_methods(["GET", "POST"])
@signed_in
def paper_unlist(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """Take a paper that is only shown off the list, after a page that asks."""
    desk = selectors.editable_paper(request.actor, paper_id)
    if not desk.row.kept:
        raise HiddenError
    if request.method == "POST" and press(
        request,
        lambda: paper_words.unlist_kept_paper(actor=request.actor, paper=desk.paper),
        _("一覧から外しました。"),
    ):
        return redirect("meetings:paper-upload", desk.found.item.id)
    context = {"found": desk.found, "paper": desk.paper}
    return render(request, "meetings/paper_unlist.html", context)


@require_safe
@signed_in
def paper_history(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """Every version of a paper: who filed it, who was given it, what became of it."""
    history = history_of(request.actor, paper_id)
    paper = history.paper
    found = item_papers(request.actor, paper.item_id)
    audit.record_read(
        "documents.paper.history",
        actor=request.actor.id,
        subject=f"paper:{paper.id}",
        case=paper.case_id,
        item=paper.item_id,
    )
    source = paper.source.paper if paper.source else paper
    context = {
        "found": found,
        "history": history,
        "paper": paper,
        "received_at": selectors.received_at(source),
    }
    return render(request, "meetings/paper_history.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def paper_show(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """Note that a paper was shown to those who were in the room."""
    desk = selectors.showable_paper(request.actor, paper_id)
    item = desk.found.item
    day = clock.day_of(item.sitting.starts_at)
    form = ShowingForm(
        request.POST or None, day=day, initial={"time": selectors.shown_time(item)}
    )
    if form.is_valid() and _done(
        form,
        lambda: showings.note_showing(
            actor=request.actor,
            key=form.cleaned_data["key"],
            paper=desk.paper,
            at=form.at,
            people=selectors.present_at(item, form.at),
            admitted=selectors.own_stays(item, request.actor),
        ),
    ):
        return redirect("meetings:paper-upload", item.id)
    note_read(request, desk.found)
    context = {"found": desk.found, "paper": desk.paper, "stays": selectors.stays(item)}
    return form_page(request, form, "meetings/paper_show.html", context)
