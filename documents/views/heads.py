"""Signed heads of the trail, for who audits it (R32)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.evidence import head_rows
from members.http import MemberRequest, signed_in
from portal.core import clock


@require_safe
@signed_in
def heads_view(request: MemberRequest) -> HttpResponse:
    """The last head, where it went, how old it is, and what it does not cover yet."""
    found = head_rows.for_auditor(request.actor)
    context = {"heads": found, "standing": found.standing, "now": clock.now()}
    return render(request, "documents/heads.html", context)
