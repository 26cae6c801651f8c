"""How every page acts: a refusal is said, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.errors import InvalidError, RefusedError

Result = TypeVar("Result")


def attempt(form: Form, act: Callable[[], Result]) -> Result | None:
    """Do the act; a refusal becomes the error of its field, or the form's own."""
    try:
        return act()
    except InvalidError as error:
        form.add_error(
            error.field if error.field in form.fields else None, error.message
        )
    except RefusedError as error:
        form.add_error(None, error.message)
    return None


def press(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do what a button asks; a refusal or ``done`` is shown on the next page."""
    try:
        act()
    except (InvalidError, RefusedError) as error:
        messages.error(request, error.message)
        return False
    if done:
        messages.success(request, done)
    return True


def form_page(
    request: HttpRequest, form: Form, template: str, context: dict[str, Any]
) -> HttpResponse:
    """The page of a form; 422 when what was sent could not be taken."""
    status = 422 if form.is_bound else 200
    return render(request, template, {**context, "form": form}, status=status)
