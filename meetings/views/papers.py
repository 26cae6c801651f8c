"""Pages of an item's papers: file, replace, recall, and release after a second look."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents.forms.papers import PaperForm, UploadForm
from documents.models import PaperVersion
from documents.selectors import version_for
from documents.services import papers, releases
from documents.services.papers import ItemReference
from documents.services.uploads import place_instead_of, place_of
from documents.views.uploads import by_script, files_of, refused
from meetings import references
from meetings.selectors.papers import (
    ItemPapers,
    item_of_version,
    item_papers,
)
from meetings.selectors.releases import rounds_of
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def paper_upload(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The item's papers, and the form to file one more."""
    found = item_papers(request.actor, item_id)
    item = references.of_item(found.item)
    files = files_of(request, place_of(item))
    form = PaperForm(request.POST or None, files, **found.words)
    if form.is_valid() and found.may_file and _file(request, item, form):
        return _filed(request, found)
    if request.method == "POST" and by_script(request):
        return refused(form)
    note_read(request, found)
    context = {
        "found": found,
        "rounds": rounds_of(found),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return form_page(request, form, "meetings/paper_upload.html", context)


def _file(
    request: MemberRequest, item: ItemReference, form: PaperForm
) -> PaperVersion | None:
    return attempt(
        form,
        lambda: papers.file_paper(
            actor=request.actor,
            item=item,
            details=form.details,
            upload=form.upload,
            token=form.cleaned_data["key"],
        ),
    )


def note_read(request: MemberRequest, found: ItemPapers) -> None:
    """The list names the papers: it is content (R5)."""
    if found.rows:
        audit.record_read(
            "meetings.papers.read",
            actor=request.actor.id,
            subject=f"item:{found.item.id}",
            case=found.item.case_id,
            item=found.item.id,
        )


def _filed(request: MemberRequest, found: ItemPapers) -> HttpResponse:
    if by_script(request):
        return JsonResponse({}, status=201)
    messages.success(request, _("資料を登録しました。"))
    return redirect("meetings:paper-upload", found.item.id)


@require_http_methods(["GET", "POST"])
@signed_in
def paper_replace(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """Put a new version in the place of one (差替え)."""
    found = item_of_version(request.actor, version_id)
    opened = version_for(request.actor, version_id)
    if _sent_before(request, opened.version):
        return _replaced(request, found)
    if not opened.can.replace or not found.may_file:
        raise HiddenError
    place = place_instead_of(opened.version)
    form = UploadForm(request.POST or None, files_of(request, place))
    if form.is_valid() and _replace(request, form, opened.version):
        return _replaced(request, found)
    if request.method == "POST" and by_script(request):
        return refused(form)
    context = {
        "found": found,
        "version": opened.version,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return form_page(request, form, "meetings/paper_replace.html", context)


def _sent_before(request: MemberRequest, version: PaperVersion) -> bool:
    """Whether the form was filed already and comes again after a lost answer."""
    try:
        token = UUID(request.POST.get("key", ""))
    except ValueError:
        return False
    return papers.replaced_already(actor=request.actor, version=version, token=token)


def _replaced(request: MemberRequest, found: ItemPapers) -> HttpResponse:
    if by_script(request):
        return JsonResponse({}, status=201)
    messages.success(request, _("差し替えました。新しい版を公開してください。"))
    return redirect("meetings:paper-upload", found.item.id)


def _replace(
    request: MemberRequest, form: UploadForm, version: PaperVersion
) -> PaperVersion | None:
    return attempt(
        form,
        lambda: papers.replace_version(
            actor=request.actor,
            version=version,
            upload=form.upload,
            token=form.cleaned_data["key"],
        ),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def paper_recall(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """Close a paper to everybody, after a page that asks."""
    found = item_of_version(request.actor, version_id)
    opened = version_for(request.actor, version_id)
    if not opened.can.recall:
        raise HiddenError
    if request.method == "POST" and press(
        request,
        lambda: releases.recall_version(actor=request.actor, version=opened.version),
        _("資料を取り下げました。"),
    ):
        return redirect("meetings:paper-upload", found.item.id)
    context = {"found": found, "version": opened.version}
    return render(request, "meetings/paper_recall.html", context)
