"""The pledge: read, acknowledged by the person alone, then on to the papers."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.facts import Regime
from members.http import MemberRequest, signed_in
from members.models import Commission, Person, PledgeText
from members.services import duty
from members.views.sign_in import next_url
from portal.core import clock


def _due(person: Person) -> list[PledgeText]:
    """The pledges of the regimes of all bodies that the person is commissioned to."""
    now = clock.now()
    commissions = Commission.objects.filter(person=person) | Commission.objects.filter(
        organization=person.organization_id
    )
    regimes = {
        Regime(c.body.regime)
        for c in commissions.select_related("body")
        if c.span.holds(now)
    }
    return duty.pledges_due(person, regimes, now)


@require_http_methods(["GET", "POST"])
@signed_in
def pledge(request: MemberRequest) -> HttpResponse:
    """Show the texts that are due; a tick on each acknowledges exactly those words."""
    due = _due(request.actor.person)
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
    context = {"due": due, "error": error, "next": next_url(request)}
    status = 422 if error else 200
    return render(request, "members/pledge.html", context, status=status)
