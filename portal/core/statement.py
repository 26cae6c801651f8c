"""The public statement on accessibility: what was aimed at, tried and found."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Open to everybody, also before a sign-in."""
    context = {"contact": settings.ACCESSIBILITY_CONTACT}
    return render(request, "accessibility.html", context)
