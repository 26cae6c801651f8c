"""The pledge: read, acknowledged by the person alone, then on to the papers."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.http import MemberRequest, signed_in
from members.offices import secretariat_for
from members.services import duty
from members.views.sign_in import next_url
from portal.core import clock


@require_http_methods(["GET", "POST"])
@signed_in
def pledge(request: MemberRequest) -> HttpResponse:
    """Show the texts that are due; a tick on each acknowledges exactly those words."""
    person, now = request.actor.person, clock.now()
    due = duty.pledges_due(person, duty.regimes_of(person, now), now)
    error = ""
    if request.method == "POST":
        ticked = set(request.POST.getlist("pledge"))
        if ticked >= {f"{p.id}:{p.digest}" for p in due}:
            for text in due:
                duty.acknowledge(actor=request.actor, pledge=text)
            return redirect(next_url(request))
        error = _("内容をお読みのうえ、すべての欄にチェックを入れてください。")
    if not due:
        return redirect(next_url(request))
    context = {
        "due": due,
        "error": error,
        "next": next_url(request),
        "secretariat": secretariat_for(person, request.actor.scope),
    }
    status = 422 if error else 200
    return render(request, "members/pledge.html", context, status=status)
