"""The way from the real portal to the one for practice (ADR 0038)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from members.http import MemberRequest, signed_in
from members.services.practice import way_over


@require_safe
@signed_in
def practice(request: MemberRequest) -> HttpResponse:
    """Send whoever is signed in over there, with a ticket that names nobody."""
    return redirect(way_over(actor=request.actor))
