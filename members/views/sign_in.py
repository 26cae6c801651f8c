"""Sign-in by password and factor, renewal of the factor, sign-out."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from members import held, http
from members.forms.sign_in import FactorForm, SignInForm
from members.http import MemberRequest, signed_in
from members.models import Person
from members.services import factors, passwords, sign_ins
from portal.core import clock

PENDING = "pending_sign_in"
PENDING_MINUTES = 5


def next_url(request: HttpRequest) -> str:
    """The page to go on to: one of our own, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return resolve_url("meetings:home")


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First half: name and password. It opens nothing yet (R8)."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = passwords.prove(**form.cleaned_data)
        if person is not None:
            request.session.flush()
            request.session[PENDING] = [str(person.id), clock.now().isoformat()]
            back = urlencode({"next": next_url(request)})
            return redirect(f"{reverse('members:factor')}?{back}")
        form.refuse()
    context = {"form": form, "next": next_url(request)}
    status = 422 if form.is_bound else 200
    return render(request, "members/sign_in.html", context, status=status)


def _pending(request: HttpRequest) -> Person | None:
    person_id, begun = request.session.get(PENDING) or ("", "")
    if not person_id:
        return None
    limit = datetime.fromisoformat(begun) + timedelta(minutes=PENDING_MINUTES)
    if clock.now() >= limit:
        return None
    return sign_ins.person_named(UUID(person_id))


@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Second half: the personal factor; only now a sign-in begins."""
    person = _pending(request)
    if person is None:
        return redirect("members:sign-in")
    form = FactorForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        row = sign_ins.start(
            person=person,
            strength=2,
            address=str(request.META.get("REMOTE_ADDR", "")),
            user_agent=request.headers.get("User-Agent", ""),
        )
        target = next_url(request)
        http.begin(request, row)
        return redirect(target)
    context = {"form": form, "next": next_url(request), "person": person}
    status = 422 if form.is_bound else 200
    return render(request, "members/factor.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def step_up(request: MemberRequest) -> HttpResponse:
    """Prove the personal factor again before an act that asks for it (R8)."""
    form = FactorForm(request.POST or None, person=request.actor.person)
    if request.method == "POST" and form.is_valid():
        sign_ins.strengthen(actor=request.actor)
        request.session.cycle_key()
        kept = held.take(request)
        if kept is None:
            return redirect(next_url(request))
        context = {"held": kept, "next": next_url(request)}
        return render(request, "members/held_form.html", context)
    context = {
        "form": form,
        "next": next_url(request),
        "person": request.actor.person,
        "devices": factors.usable_devices(request.actor.person),
    }
    status = 422 if form.is_bound else 200
    return render(request, "members/step_up.html", context, status=status)


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
