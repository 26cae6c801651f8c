"""Sign-in by password and factor or by passkey, renewal of the factor, sign-out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from members import held, http
from members.forms.own import PasskeyProofForm
from members.forms.sign_in import BeginForm, FactorForm, SignInForm
from members.http import MemberRequest, signed_in, unheld
from members.models import Person
from members.offices import secretariat_for
from members.services import (
    city_identities,
    factors,
    passkeys,
    passwords,
    sign_ins,
)
from members.views import pending, questions
from portal.core import oidc
from portal.core.acting import form_page
from portal.core.errors import InvalidError


def next_url(request: HttpRequest) -> str:
    """The page to go on to: one of our own, or home."""
    return _own_page(request, request.POST.get("next") or request.GET.get("next") or "")


def _own_page(request: HttpRequest, wanted: str) -> str:
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return resolve_url("meetings:home")


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First half: name and password, which open nothing yet; or a passkey (R8)."""
    if "answer" in request.POST:
        return _enter_by_passkey(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = passwords.prove(**form.cleaned_data)
        if person is not None:
            pending.begin(request, person)
            back = urlencode({"next": next_url(request)})
            return redirect(f"{reverse('members:factor')}?{back}")
        form.refuse()
    return _sign_in_page(request, form, None)


def _enter_by_passkey(request: HttpRequest) -> HttpResponse:
    form = PasskeyProofForm(
        request.POST, person=None, state=questions.take(request, "enter")
    )
    if form.is_valid() and form.owner is not None:
        return enter(request, form.owner)
    return _sign_in_page(request, SignInForm(), form)


def _sign_in_page(
    request: HttpRequest, form: SignInForm, passkey: PasskeyProofForm | None
) -> HttpResponse:
    context = {
        "form": form,
        "passkey_form": passkey,
        "passkeys": passkeys.available(request.get_host()),
        "next": next_url(request),
        "waits": held.waits(request),
        "city": settings.OIDC_NAME if oidc.configured() else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "members/sign_in.html", context, status=status)


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first password, with a code of the card; then a passkey or an app."""
    form = BeginForm(request.POST or None)
    if form.is_valid():
        try:
            person = passwords.begin(**form.cleaned_data)
        except InvalidError as error:
            form.add_error("new", error.message)
        else:
            if person is not None:
                return enter(request, person, reverse("members:own"))
            form.refuse()
    return form_page(request, form, "members/begin.html", {})


def enter(
    request: HttpRequest, person: Person, target: str | None = None
) -> HttpResponse:
    """Everything is proved: only now a sign-in begins."""
    target = target or next_url(request)
    row = sign_ins.start(
        person=person,
        strength=2,
        address=str(request.META.get("REMOTE_ADDR", "")),
        user_agent=request.headers.get("User-Agent", ""),
        device=http.device_of(request),
    )
    http.begin(request, row)
    return onwards(request, person, target)


def _proof(
    request: HttpRequest, person: Person, occasion: str
) -> FactorForm | PasskeyProofForm:
    """What was sent to prove the person's factor: a passkey's answer or a code."""
    if "answer" in request.POST:
        state = questions.take(request, occasion)
        return PasskeyProofForm(request.POST, person=person, state=state)
    return FactorForm(request.POST or None, person=person)


def _proof_page(
    request: HttpRequest,
    template: str,
    person: Person,
    form: FactorForm | PasskeyProofForm,
    **more: object,
) -> HttpResponse:
    by_code = isinstance(form, FactorForm)
    own = passkeys.passkeys_of(person)
    context: dict[str, Any] = {
        "form": form if by_code else FactorForm(person=person),
        "passkey_form": None if by_code else form,
        "passkeys": bool(own) and passkeys.available(request.get_host()),
        "next": next_url(request),
        "person": person,
        "city": settings.OIDC_NAME if city_identities.can_renew(person) else "",
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Second half: the personal factor; only now a sign-in begins."""
    person = pending.person_of(request)
    if person is None:
        return redirect("members:sign-in")
    form = _proof(request, person, "factor")
    if request.method == "POST" and form.is_valid():
        return enter(request, person)
    return _proof_page(request, "members/factor.html", person, form)


@require_http_methods(["GET", "POST"])
@signed_in
@unheld
def step_up(request: MemberRequest) -> HttpResponse:
    """Prove the personal factor again before an act that asks for it (R8)."""
    person = request.actor.person
    form = _proof(request, person, "step-up")
    if request.method == "POST" and form.is_valid():
        return go_on(request, _after_proof(request), request.GET.get("held", ""))
    office = secretariat_for(person, request.actor.scope)
    return _proof_page(
        request, "members/step_up.html", person, form, secretariat=office
    )


def _after_proof(request: MemberRequest) -> str:
    """The page; by way of an offer of what lasts, as at the gate, for who came weaker.

    Once in a sign-in: who proves a card for the second time has seen the offer.
    """
    target, session = next_url(request), request.actor.session
    came_strong = session is None or session.strength == 2
    if came_strong or factors.has_lasting(request.actor.person):
        return target
    return f"{reverse('members:own-offer')}?{urlencode({'next': target})}"


def go_on(request: MemberRequest, target: str, form: str) -> HttpResponse:
    """The factor is proved anew: back to the page, or on with the form it was for."""
    sign_ins.strengthen(actor=request.actor)
    request.session.cycle_key()
    return onwards(request, request.actor.person, target, form)


def onwards(
    request: HttpRequest, person: Person, target: str, form: str | None = None
) -> HttpResponse:
    """To the page, or on with a form that waited: any of the person's, or that one."""
    kept = held.take(request, person.id, form)
    if kept is None:
        return redirect(target)
    context = {"held": kept, "page": _own_page(request, kept.page)}
    return render(request, "members/held_form.html", context)


@require_POST
@signed_in
def stay(request: MemberRequest) -> HttpResponse:
    """Somebody is still there: that they asked has moved the idle clock on."""
    return HttpResponse(status=204)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the sign-in and clear what the browser keeps."""
    actor = getattr(request, "actor", None)
    if actor is not None:
        sign_ins.end(actor=actor)
    http.leave(request)
    response = render(request, "members/signed_out.html")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
