"""Pages that take tables in: the file, its dry run, how far it is, what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from meetings.forms.imports import ApprovalForm, ExportForm, ImportForm
from meetings.importing.columns import Kind
from meetings.importing.template import template_xlsx
from meetings.models import Import
from meetings.selectors import imports as selectors
from meetings.selectors.import_known import known_to
from meetings.selectors.import_plans import planned
from meetings.services import import_undo as undoing
from meetings.services import imports as services
from meetings.services import table_exports
from members import registry
from members.http import MemberRequest, signed_in
from portal.core import clock, media
from portal.core.acting import attempt, form_page, press
from portal.core.errors import InvalidError, RefusedError

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@signed_in
def import_read(request: MemberRequest) -> HttpResponse:
    """Take a file; what would become of its rows is shown before any is entered."""
    kept = registry.keeping(request.actor)
    kept.require_fresh()  # first: a file is not kept while somebody proves themselves
    kinds, bodies = selectors.offered(kept)
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        bodies=bodies,
        kinds=kinds,
        initial={name: request.GET.get(name) for name in ("kind", "body")},
    )
    if form.is_valid():
        made = attempt(form, lambda: _take_in(request, form))
        if made is not None:
            return redirect("meetings:import-detail", made.id)
    context = {
        "rows": selectors.own_imports(request.actor),
        "out": ExportForm(bodies=bodies, kinds=kinds, auto_id="out_%s"),
    }
    return form_page(request, form, "meetings/import_read.html", context)


def _take_in(request: MemberRequest, form: ImportForm) -> Import:
    data = form.cleaned_data
    return services.take_in(
        actor=request.actor,
        key=data["key"],
        kind=data["kind"],
        body=data.get("body"),
        upload=form.upload,
    )


@require_safe
@signed_in
def import_template(request: MemberRequest) -> HttpResponse:
    """The workbook to be filled in: a page for each kind, and how it is written."""
    kinds, _bodies = selectors.offered(registry.keeping(request.actor))
    data = template_xlsx(kinds, clock.now())
    return media.attachment(data, media.XLSX, "hinagata.xlsx")


@require_safe
@signed_in
def table_export(request: MemberRequest) -> HttpResponse:
    """The same columns with what is here; on record before it leaves."""
    kept = registry.keeping(request.actor)
    kinds, bodies = selectors.offered(kept)
    form = ExportForm(request.GET, bodies=bodies, kinds=kinds)
    if not form.is_valid():
        messages.error(request, _("書き出すものを選んでください。"))
        return redirect("meetings:import-read")
    data = form.cleaned_data
    try:
        written = table_exports.write(
            actor=request.actor,
            kind=Kind(data["kind"]),
            body=data.get("body"),
            form=table_exports.Form(data["form"]),
        )
    except (InvalidError, RefusedError) as error:
        messages.error(request, error.message)
        return redirect("meetings:import-read")
    return media.attachment(written.data, written.media_type, written.name)


@require_http_methods(["GET", "POST"])
@signed_in
def import_detail(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """The dry run until it is begun, then how far it is, then what came of it."""
    source = selectors.own_import(request.actor, import_id)
    services.require(request.actor, source.kind, source.body)
    if source.state == Import.State.READ:
        return _dry_run(request, source)
    context = {
        "source": source,
        "result": selectors.result_of(source),
        "running": source.state == Import.State.RUNNING,
        "undoable": undoing.undoable(source),
    }
    return render(request, "meetings/import_result.html", context)


def _dry_run(request: MemberRequest, source: Import) -> HttpResponse:
    """Every row with its marks; the button enters the sound ones."""
    form = ApprovalForm(
        request.POST if request.method == "POST" else None,
        approvers=selectors.approvers(source),
        initial={"approved_on": clock.today(), "starts_on": clock.today()},
    )
    roll = source.kind == Kind.ROLL
    if request.method == "POST" and (not roll or form.is_valid()):
        approval = form.approval if roll else None
        begun = attempt(
            form,
            lambda: services.begin(
                actor=request.actor, source=source, approval=approval
            ),
        )
        if begun is not None:
            return redirect("meetings:import-detail", source.id)
    return form_page(
        request, form, "meetings/import_plan.html", _plan_context(request, source)
    )


def _plan_context(request: MemberRequest, source: Import) -> dict[str, Any]:
    found = services.contents(source)
    look = selectors.look_of(
        found, planned(found, source, known_to(source, request.actor))
    )
    page = Paginator(look.lines, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "source": source,
        "look": look,
        "page": page,
        "rows": look.rows(list(page)),
        "roll": source.kind == Kind.ROLL,
        "until": selectors.term_from_today(source),
    }


@require_POST
@signed_in
def import_give_up(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Throw the file away; nothing was entered."""
    source = selectors.own_import(request.actor, import_id)
    press(
        request,
        lambda: services.give_up(actor=request.actor, source=source),
        _("ファイルを消しました。何も登録していません。"),
    )
    return redirect("meetings:import-read")


@require_POST
@signed_in
def import_undo(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Take back what was entered and nobody has used."""
    source = selectors.own_import(request.actor, import_id)
    press(request, lambda: _undone(request, source))
    return redirect("meetings:import-detail", source.id)


def _undone(request: MemberRequest, source: Import) -> None:
    count = undoing.undo(actor=request.actor, source=source)
    words = _("%(count)s件を取り消しました。")
    messages.success(request, words % {"count": count})
