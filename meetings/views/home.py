"""The home page: what waits for me now."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from documents import entrances
from meetings.selectors import home as selectors
from meetings.selectors.apart import apart_of
from meetings.selectors.first_steps import first_steps
from members.http import MemberRequest, signed_in
from members.models import Relaxation
from members.services import relaxations


@signed_in
def home(request: MemberRequest) -> HttpResponse:
    """Chair, secretariat and member share one page, composed by what each may do.

    A session that a link opened has one page only: what it leads to. Administrators and
    auditors have a page of their own, without sittings.
    """
    scope = request.actor.scope
    if scope is not None:
        return redirect(entrances.page_of(scope))
    apart = apart_of(request.actor)
    if apart is not None:
        context = {"apart": apart, "first_steps": first_steps(request.actor)}
        return render(request, "meetings/home_apart.html", context)
    home = selectors.home_of(request.actor)
    lowered = relaxations.in_force(Relaxation.Kind.CLASS_3) if home.desk else None
    steps = first_steps(request.actor) if home.desk else []
    context = {"home": home, "lowered": lowered, "first_steps": steps}
    return render(request, "meetings/home.html", context)
