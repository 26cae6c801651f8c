"""The home page: what waits for me now."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from meetings.selectors import home as selectors
from members.http import MemberRequest, signed_in


@signed_in
def home(request: MemberRequest) -> HttpResponse:
    """Chair, secretariat and member share one page, composed by what each may do.

    A session that a link opened has one page only: its sitting.
    """
    sign_in = request.actor.sign_in
    if sign_in is not None and sign_in.sitting_id is not None:
        return redirect("meetings:sitting-detail", sign_in.sitting_id)
    context = {"home": selectors.home_of(request.actor)}
    return render(request, "meetings/home.html", context)
