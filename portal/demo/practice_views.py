"""Pages of the practice: the way in, what to try, and making everything anew."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import clock
from portal.core.practice import read
from portal.demo import exercises as tried
from portal.demo import practice


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Take a ticket of the real portal, once, and let the browser in."""
    ticket = read(request.GET.get("ticket", "")) if settings.PRACTICE_KEY else None
    if ticket is None or not practice.spend(ticket):
        return render(request, "demo/practice_closed.html", status=403)
    response = redirect("demo:exercises")
    practice.give_pass(response)
    return response


@require_safe
def exercises(request: HttpRequest) -> HttpResponse:
    """やってみる: what to try, and what was done already."""
    since = _filled_at()
    return render(
        request, "demo/exercises.html", {"rows": tried.progress(since), "since": since}
    )


@require_http_methods(["GET", "POST"])
def anew(request: HttpRequest) -> HttpResponse:
    """Ask whether everything is to be made anew, then have it done."""
    _filled_at()
    if request.method == "POST":
        practice.ask_anew(settings.DATA)
        messages.success(
            request,
            _(
                "はじめの状態に戻しています。1分ほどたってから、画面を開き直してください。"
            ),
        )
        return redirect("demo:practice-anew")
    return render(request, "demo/practice_anew.html")


def _filled_at() -> datetime:
    if not settings.PRACTICE:
        raise Http404
    return practice.filled_at(settings.DATA) or clock.now()
