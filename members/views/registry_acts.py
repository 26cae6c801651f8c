"""The one page on which an act on the register is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect

from members.http import MemberRequest
from portal.core.acting import attempt, form_page

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says, and where "never mind" leads."""

    title: str
    lead: str
    button: str
    done: str
    back: str
    area: str
    area_url: str
    danger: bool = False


def act_page(
    request: MemberRequest,
    form: Form,
    act: Callable[[], Made],
    words: Words,
    page_of: Callable[[Made], str],
) -> HttpResponse:
    """Do the act and go on to the page of what it made, or ask for it."""
    if form.is_valid():
        made = attempt(form, act)
        if made is not None:
            messages.success(request, words.done)
            return redirect(page_of(made))
    context = {"words": words}
    return form_page(request, form, "members/registry_act.html", context)
