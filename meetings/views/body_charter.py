"""A body's 設置要綱 to read, to print, and as a Word file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.charter_rendering import charter_docx
from meetings.selectors.body_charter import body_charter
from members.http import MemberRequest, signed_in
from portal.core import clock, media


@require_safe
@signed_in
def charter_read(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The rules of today as a 要綱; each article leads to its change."""
    page = body_charter(request.actor, body_id)
    return render(request, "meetings/body_charter.html", {"page": page})


@require_safe
@signed_in
def charter_version(
    request: MemberRequest, body_id: UUID, charter_id: int
) -> HttpResponse:
    """The 要綱 as one version had it."""
    page = body_charter(request.actor, body_id, charter_id)
    return render(request, "meetings/body_charter.html", {"page": page})


@require_safe
@signed_in
def charter_word(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The rules of today as a Word file."""
    page = body_charter(request.actor, body_id)
    return word_file(
        charter_docx(page.name, [("", page.articles)], page.supplement, clock.now())
    )


def word_file(data: bytes) -> HttpResponse:
    """The Word file that is handed out."""
    name = f"kasane-youkou-{clock.today():%Y%m%d}.docx"
    return media.attachment(data, media.DOCX, name)
