"""People and organisations, for those who convene; the paper card."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members import registry, selectors
from members.access import access_for
from members.facts import Action
from members.forms.accounts import VouchForm
from members.forms.registry import WordsForm
from members.forms.relaxations import PhoneForm
from members.http import MemberRequest, signed_in
from members.models import Body, Person
from members.offices import secretariat_of
from members.policies import body_facts
from members.services import factors, phones, resets
from portal.core import clock
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


def _convened(request: MemberRequest) -> list[Body]:
    bodies = selectors.convened_bodies(access_for(request.actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    return bodies


@require_safe
@signed_in
def person_list(request: MemberRequest) -> HttpResponse:
    """Whom one's bodies commissioned or entered: pledge, ways to reach them."""
    form = WordsForm(request.GET)
    rows = registry.people_rows(request.actor, **form.wanted)
    context = {"rows": rows, "form": form, "searched": any(form.wanted.values())}
    return render(request, "members/person_list.html", context)


def _somebody_else(request: MemberRequest, person_id: UUID) -> tuple[Person, Body]:
    """One of one's bodies' people; never oneself: nobody makes their own proof.

    With a card for oneself a browser left open would be enough for every act that
    asks for a fresh factor (R8, R36).
    """
    bodies = _convened(request)
    people = {p.id: p for p in selectors.commissioned_people(bodies)}
    if person_id not in people or person_id == request.actor.id:
        raise HiddenError
    access = access_for(request.actor, cases=(), items=())
    access.require(Action.ISSUE_CARD, body_facts(bodies[0]))
    return people[person_id], bodies[0]


@require_http_methods(["GET", "POST"])
@signed_in
def card_issue(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Print the card of one-time codes of somebody who has no other proof."""
    person, where = _somebody_else(request, person_id)
    codes: list[str] = []
    if request.method == "POST":
        _card, codes = factors.issue_card(actor=request.actor, person=person)
    reset = resets.open_reset(person)
    context = {
        "person": person,
        "codes": codes,
        "secretariat": secretariat_of([where]),
        "to_begin": bool(person.login) and not person.has_usable_password(),
        "begin_page": settings.BASE_URL + reverse("members:begin"),
        "reset": reset,
        "waits": reset is not None
        and (reset.due_at is None or clock.now() < reset.due_at),
        "proved": not codes and factors.has_any(person),
        "phones": phones.offered(person),
    }
    return render(request, "members/card_issue.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def phone_record(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Keep the telephone of somebody who has no other proof, where it is allowed."""
    person, body = _somebody_else(request, person_id)
    if not phones.offered(person):
        raise HiddenError
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form,
            lambda: phones.record(
                actor=request.actor, body=body, person=person, entry=form.entry
            ),
        )
        if done is not None:
            messages.success(request, _("電話番号を記録しました。"))
            return redirect("members:person-list")
    return form_page(request, form, "members/phone_record.html", {"person": person})


@require_http_methods(["GET", "POST"])
@signed_in
def reset_ask(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Vouch for somebody who has lost what they prove themselves by."""
    person, body = _somebody_else(request, person_id)
    form = VouchForm(request.POST or None)
    if form.is_valid():
        proof = form.cleaned_data["proof"]
        done = attempt(
            form,
            lambda: resets.vouch(
                actor=request.actor, body=body, person=person, proof=proof
            ),
        )
        if done is not None:
            return redirect("members:card-issue", person.id)
    return form_page(request, form, "members/reset_ask.html", {"person": person})


@require_POST
@signed_in
def reset_withdraw(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Take back a wish for a reset that was not begun."""
    person, body = _somebody_else(request, person_id)
    press(
        request,
        lambda: resets.withdraw(actor=request.actor, body=body, person=person),
        _("依頼を取り下げました。"),
    )
    return redirect("members:card-issue", person.id)
