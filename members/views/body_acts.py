"""The one page on which an act on a body is asked for."""

from collections.abc import Callable, Mapping

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect

from members.http import MemberRequest
from members.models import Body
from portal.core.acting import attempt, form_page

Place = tuple[Body, str]  # the body, and the page of it that leads here and back


def act_page(
    request: MemberRequest, place: Place, form: Form, words: Mapping[str, object]
) -> HttpResponse:
    """The page in ``words``: title, lead, button, and whether the act is grave."""
    body, back = place
    context = {"body": body, "words": words, "back": back}
    return form_page(request, form, "members/body_act.html", context)


def form_act(
    request: MemberRequest,
    place: Place,
    form: Form,
    act: Callable[[], object],
    words: Mapping[str, object],
) -> HttpResponse:
    """Do the act and go back to its place, or ask for it."""
    if form.is_valid() and attempt(form, act) is not None:
        body, back = place
        return redirect(back, body.id)
    return act_page(request, place, form, words)
