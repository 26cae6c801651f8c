"""Pages of one version of a paper: the viewer, its pictures, the ways to take it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents import entrances
from documents.delivery import gateway, viewer
from documents.selectors import OpenVersion, replaced_for
from documents.services import renditions
from members.http import MemberRequest, signed_in
from portal.core import clock
from portal.core.errors import HiddenError


@require_safe
@signed_in
def version_view(
    request: MemberRequest, version_id: UUID, page: int = 1
) -> HttpResponse:
    """One page of the version, as picture and as words for screen readers."""
    try:
        found = gateway.readable(request.actor, version_id)
    except HiddenError:
        return _replaced(request, version_id)
    if request.method == "HEAD":
        return HttpResponse()
    wished = viewer.wished_page(found, request.GET.get("page", ""))
    if wished is not None:
        return redirect("documents:version-page", version_id, wished)
    sheet = viewer.sheet_of(found, page, request.GET.get("zoom", ""))
    words = gateway.page_words(found, page)
    if sheet is None:
        return _unshown(request, found)
    context = _context(found) | {"sheet": sheet, "words": words}
    return render(request, "documents/version_view.html", context)


def _replaced(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """差替え: who read the old version is told so; anybody else gets the 404."""
    replaced = replaced_for(request.actor, version_id)
    origin = entrances.page_of(replaced.old.paper.scope)
    context = {"new": replaced.new, "origin": origin}
    return render(request, "documents/version_replaced.html", context)


def _unshown(request: MemberRequest, found: OpenVersion) -> HttpResponse:
    context = _context(found) | {
        "unshown": viewer.unshown_of(found),
        "again": renditions.may_ask_again(found),
    }
    return render(request, "documents/version_unshown.html", context)


def _context(found: OpenVersion) -> dict[str, object]:
    until = viewer.open_until(found)
    return {
        "version": found.version,
        "paper": found.version.paper,
        "origin": entrances.page_of(found.version.paper.scope),
        "can": found.can,
        "until": until,
        "last_day": clock.last_day(until) if until else None,
        "left": viewer.left_words(until - found.access.t) if until else "",
    }


@require_safe
@signed_in
def version_pages(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """All pages of the version in small, each a way to itself."""
    found = gateway.readable(request.actor, version_id)
    gateway.require_page(found.version, 1)
    if request.method == "HEAD":
        return HttpResponse()
    gateway.note_opened(found)
    sheet = viewer.sheet_of(found, 1, "")
    pages = Paginator(
        range(1, (sheet.last if sheet else 0) + 1), viewer.THUMBNAILS_A_PAGE
    )
    context = _context(found) | {"pages": pages.get_page(request.GET.get("page"))}
    return render(request, "documents/version_pages.html", context)


@require_safe
@signed_in
def page_image(request: MemberRequest, version_id: UUID, page: int) -> HttpResponse:
    """The picture of one page, marked with the reader's name."""
    found = gateway.readable(request.actor, version_id)
    if request.method == "HEAD":
        gateway.require_page(found.version, page)
        return HttpResponse(content_type="image/webp")
    zoom = viewer.step_of(request.GET.get("zoom", ""))
    return gateway.page_image(found, page, zoom)


@require_safe
@signed_in
def page_thumbnail(request: MemberRequest, version_id: UUID, page: int) -> HttpResponse:
    """The same in small."""
    found = gateway.readable(request.actor, version_id)
    if request.method == "HEAD":
        gateway.require_page(found.version, page)
        return HttpResponse(content_type="image/webp")
    return gateway.thumbnail(found, page)


@require_safe
@signed_in
def version_download(request: MemberRequest, version_id: UUID) -> HttpResponseBase:
    """The file itself, or a copy with the reader's name on every page."""
    return gateway.download(request, version_id)


@require_safe
@signed_in
def version_copy(request: MemberRequest, version_id: UUID) -> HttpResponseBase:
    """The copy with the reader's name, also for whom the file itself is open."""
    return gateway.download(request, version_id, stamped=True)


@require_POST
@signed_in
def rendition_ask(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """Try again to make what the viewer shows."""
    found = gateway.readable(request.actor, version_id)
    renditions.ask_again(actor=request.actor, version=found.version)
    messages.success(request, _("画面表示の用意を、もう一度始めました。"))
    return redirect("documents:version-view", version_id)
