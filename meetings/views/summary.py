"""決定のまとめ: the outcomes of one's own items, as a page and to take along."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from meetings.selectors.summary import Summary, summary_of
from meetings.summary_rendering import summary_pdf
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media


@signed_in
def sitting_summary(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The summary as a page."""
    summary = _read(request, sitting_id)
    sitting = summary.opened.sitting
    context = {"sitting": sitting, "document": summary.document}
    return render(request, "meetings/sitting_summary.html", context)


@signed_in
def summary_print(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The summary as PDF/A, to be printed."""
    document = _read(request, sitting_id).document
    name = f"kasane-{clock.day_of(document.starts_at):%Y%m%d}-summary.pdf"
    return media.attachment(summary_pdf(document), media.PDF, name)


def _read(request: MemberRequest, sitting_id: UUID) -> Summary:
    summary = summary_of(request.actor, sitting_id)
    audit.record_read(
        "meetings.summary.read",
        actor=request.actor.id,
        subject=f"sitting:{sitting_id}",
        detail={"items": summary.item_ids},
    )
    return summary
