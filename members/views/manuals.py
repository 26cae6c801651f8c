"""The manuals, for everybody who is signed in; they tell of no case."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.http import MemberRequest, signed_in
from portal.core import manuals
from portal.core.errors import HiddenError


@require_safe
@signed_in
def manual(request: MemberRequest, manual_name: str) -> HttpResponse:
    """A manual as a page, beside it the others."""
    if manual_name not in manuals.NAMES:
        raise HiddenError
    context = {
        "manual": manuals.manual(manual_name),
        "here": manual_name,
        "all": {name: manuals.manual(name).title for name in manuals.NAMES},
    }
    return render(request, "members/manual.html", context)
