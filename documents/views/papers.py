"""Pages of one version of a paper: the viewer, its page pictures, the download."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents import entrances, gateway
from documents.gateway import ZOOM_STEPS
from documents.selectors import OpenVersion
from members.http import MemberRequest, signed_in


@require_safe
@signed_in
def version_view(
    request: MemberRequest, version_id: UUID, page: int = 1
) -> HttpResponse:
    """One page of the version, as picture and as words for screen readers."""
    found = gateway.readable(request.actor, version_id)
    if request.method == "HEAD":
        return HttpResponse()
    words = gateway.page_words(found, page)
    context = _context(found, page, _zoom(request)) | {"words": words}
    return render(request, "documents/version_view.html", context)


def _zoom(request: MemberRequest) -> int:
    wished = request.GET.get("zoom", "1")
    return int(wished) if wished in {str(step) for step in ZOOM_STEPS} else 1


def _context(found: OpenVersion, page: int, zoom: int) -> dict[str, object]:
    version, last = found.version, found.version.page_count
    return {
        "version": version,
        "paper": version.paper,
        "origin": entrances.page_of(version.paper.scope),
        "can": found.can,
        "page": page,
        "zoom": zoom,
        "previous": page - 1 if page > 1 else None,
        "next": page + 1 if page < last else None,
        "closer": zoom + 1 if zoom + 1 in ZOOM_STEPS else None,
        "farther": zoom - 1 if zoom > 1 else None,
    }


@require_safe
@signed_in
def page_image(request: MemberRequest, version_id: UUID, page: int) -> HttpResponse:
    """The picture of one page, marked with the reader's name."""
    found = gateway.readable(request.actor, version_id)
    if request.method == "HEAD":
        return HttpResponse(content_type="image/webp")
    return gateway.page_image(found, page, _zoom(request))


@require_safe
@signed_in
def version_download(request: MemberRequest, version_id: UUID) -> HttpResponseBase:
    """The file itself, or a copy with the reader's name on every page."""
    return gateway.download(request, version_id)
