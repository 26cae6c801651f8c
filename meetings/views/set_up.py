"""はじめの設定: a typical ordinance, its questions page by page, and the result."""

import uuid
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from meetings import set_up as drawing
from meetings.charter_rendering import charter_docx, in_force_words
from meetings.forms.set_up import FORMS, BeginForm, PeopleForm, ThemeForm
from meetings.models import SetUp
from meetings.selectors import set_up as selectors
from meetings.services import set_up as services
from meetings.views.body_charter import word_file
from members.http import MemberRequest, signed_in
from members.typical_charters import TYPICAL
from portal.core import clock
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def set_up_begin(request: MemberRequest) -> HttpResponse:
    """The typical ordinances to choose from; what was begun goes on."""
    begun = selectors.set_ups(request.actor)
    form = BeginForm(request.POST or None)
    if form.is_valid():
        row = services.begin(actor=request.actor, **form.cleaned_data)
        return redirect("meetings:set-up-page", row.id, next(iter(FORMS)))
    kinds = [(kind, uuid.uuid4()) for kind in TYPICAL.values()]
    context = {"kinds": kinds, "begun": [(row, _next(row)) for row in begun]}
    return form_page(request, form, "meetings/set_up_begin.html", context)


def _steps() -> list[str]:
    return [*drawing.THEMES.values(), _("要綱を確かめる")]


def _next(row: SetUp) -> str:
    return drawing.first_missing(row) or "people"


@require_http_methods(["GET", "POST"])
@signed_in
def set_up_page(request: MemberRequest, set_up_id: UUID, theme: str) -> HttpResponse:
    """One page of questions."""
    row = selectors.set_up_of(request.actor, set_up_id)
    if row.founded_at is not None:
        return redirect("meetings:set-up-result", row.id)
    missing = drawing.first_missing(row)
    if missing is not None and _number(theme) > _number(missing):
        return redirect("meetings:set-up-page", row.id, missing)
    form = _form(request, row, theme)
    if form.is_valid():
        kept = attempt(
            form,
            lambda: services.answer(
                actor=request.actor, set_up=row, theme=theme, answers=form.answers
            ),
        )
        if kept is not None:
            return _onward(kept, theme)
    context = {"set_up": row, "complete": missing is None, **_place(theme)}
    return form_page(request, form, "meetings/set_up_page.html", context)


def _number(theme: str) -> int:
    if theme not in FORMS:
        raise HiddenError
    return list(FORMS).index(theme)


def _place(theme: str) -> dict[str, object]:
    number = _number(theme)
    return {
        "title": drawing.THEMES[theme],
        "steps": _steps(),
        "current": number + 1,
        "before": list(FORMS)[number - 1] if number else "",
    }


def _form(request: MemberRequest, row: SetUp, theme: str) -> ThemeForm:
    data = request.POST if request.method == "POST" else None
    if theme == "people":
        keepers = selectors.keepers(request.actor)
        return PeopleForm(data, set_up=row, keepers=keepers)
    return FORMS[theme](data, set_up=row)


def _onward(row: SetUp, theme: str) -> HttpResponse:
    """The next page; the result once all are answered."""
    if drawing.is_complete(row):
        return redirect("meetings:set-up-result", row.id)
    following = list(FORMS)[_number(theme) + 1]
    return redirect("meetings:set-up-page", row.id, following)


@require_http_methods(["GET", "POST"])
@signed_in
def set_up_result(request: MemberRequest, set_up_id: UUID) -> HttpResponse:
    """The answers as the town's own 要綱; pressing the button makes the bodies."""
    row = selectors.set_up_of(request.actor, set_up_id)
    missing = drawing.first_missing(row)
    if missing is not None:
        return redirect("meetings:set-up-page", row.id, missing)
    if request.method == "POST":
        done = _("会議体を設置しました。続きは「はじめに」をご覧ください。")
        if press(
            request,
            lambda: services.found(actor=request.actor, set_up=row),
            done,
        ):
            return redirect("meetings:home")
        return redirect("meetings:set-up-result", row.id)
    context = {
        "result": selectors.result_of(row),
        "set_up": row,
        "themes": drawing.THEMES.items(),
        "steps": _steps(),
        "current": len(FORMS) + 1,
    }
    return render(request, "meetings/set_up_result.html", context)


@require_safe
@signed_in
def set_up_word(request: MemberRequest, set_up_id: UUID) -> HttpResponse:
    """The 要綱 of the answers as a Word file."""
    row = selectors.set_up_of(request.actor, set_up_id)
    missing = drawing.first_missing(row)
    if missing is not None:
        return redirect("meetings:set-up-page", row.id, missing)
    result = selectors.result_of(row)
    parts = [(part.title, part.articles) for part in result.parts]
    supplement = [in_force_words(result.starts_on)]
    return word_file(charter_docx(result.name, parts, supplement, clock.now()))


@require_POST
@signed_in
def set_up_drop(request: MemberRequest, set_up_id: UUID) -> HttpResponse:
    """Throw away what was answered."""
    row = selectors.set_up_of(request.actor, set_up_id)
    press(
        request,
        lambda: services.drop(actor=request.actor, set_up=row),
        _("答えを消しました。会議体はつくられていません。"),
    )
    return redirect("meetings:set-up")
