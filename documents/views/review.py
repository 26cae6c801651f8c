"""Who can see what now, and why: per case and per agency (R32)."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.evidence import review, review_rows
from documents.evidence.review import Review
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media

PER_PAGE = 50


@require_safe
@signed_in
def review_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """The grants for one case."""
    return _answer(request, review.of_case(request.actor, case_id))


@require_safe
@signed_in
def review_organization(request: MemberRequest, organization_id: UUID) -> HttpResponse:
    """The grants of one agency's people."""
    return _answer(request, review.of_organization(request.actor, organization_id))


def _answer(request: MemberRequest, found: Review) -> HttpResponse:
    """The page or the file; each reading of it is on record itself."""
    as_file = request.GET.get("as") == "xlsx"
    audit.record_read(
        "documents.review.read",
        actor=request.actor.id,
        subject=found.subject,
        case=found.case.id if found.case else None,
        detail={"as": "xlsx" if as_file else "page"},
    )
    if as_file:
        data = review_rows.as_xlsx(found)
        name = f"kengen-{clock.today():%Y%m%d}.xlsx"
        return media.attachment(data, media.XLSX, name)
    page = Paginator(review_rows.lines(found), PER_PAGE).get_page(
        request.GET.get("page")
    )
    others = review_rows.other_lines(found)
    context = {"review": found, "page": page, "others": others}
    return render(request, "documents/review.html", context)
