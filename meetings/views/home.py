"""The home page: what waits for me now."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from meetings.selectors import home as selectors
from meetings.selectors.apart import apart_of
from members.http import MemberRequest, signed_in


@signed_in
def home(request: MemberRequest) -> HttpResponse:
    """Chair, secretariat and member share one page, composed by what each may do.

    A session that a link opened has one page only: its sitting. Administrators and
    auditors have a page of their own, without sittings.
    """
    sign_in = request.actor.sign_in
    if sign_in is not None and sign_in.sitting_id is not None:
        return redirect("meetings:sitting-detail", sign_in.sitting_id)
    apart = apart_of(request.actor)
    if apart is not None:
        return render(request, "meetings/home_apart.html", {"apart": apart})
    context = {"home": selectors.home_of(request.actor)}
    return render(request, "meetings/home.html", context)
