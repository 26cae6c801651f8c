"""Sign-in by the city's identity service: the way there, and the way back.

What was asked rests in the browser's session: for one occasion, one answer, ten
minutes. Each way back begins a new session id.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access import require_own_factor
from members.http import MemberRequest, signed_in
from members.models import Person
from members.services import city_identities
from members.views import pending, sign_in
from portal.core import clock, oidc
from portal.core.acting import press
from portal.core.errors import HiddenError, UnavailableError
from portal.core.oidc import Identity, WrongAnswerError

QUESTION = "city_question"
FOUND = "city_identity"
# Where to go on to: the page (``next``), or the form that waits for a proof (``held``).
Way = dict[str, str]


def own_part(person: Person) -> dict[str, Any]:
    """What one's own page says of the service; nothing where one cannot use it."""
    if not oidc.configured() or not city_identities.may_use(person):
        return {}
    bound = city_identities.identity_of(person)
    return {"city": settings.OIDC_NAME, "city_identity": bound}


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """To the service, to sign in."""
    return _ask(request, "enter")


@require_safe
@signed_in
def step_up(request: MemberRequest) -> HttpResponse:
    """To the service, where its word can stand for the own factor (R8)."""
    if not city_identities.can_renew(request.actor.person):
        raise HiddenError
    return _ask(request, "step-up")


@require_safe
@signed_in
def bind(request: MemberRequest) -> HttpResponse:
    """To the service, to bind one's identity there to one's account."""
    if not own_part(request.actor.person):
        raise HiddenError
    require_own_factor(request.actor, fresh=True)
    return _ask(request, "bind")


def _ask(request: HttpRequest, occasion: str) -> HttpResponse:
    if not oidc.configured():
        raise HiddenError
    scope = "openid profile" if occasion == "bind" else "openid"
    way = {"next": sign_in.next_url(request), "held": request.GET.get("held", "")}
    try:
        address, kept = oidc.ask(_address(), scope=scope)
    except (UnavailableError, WrongAnswerError) as error:
        return _failed(request, occasion, way, error)
    request.session[QUESTION] = {**kept, "occasion": occasion, "way": way}
    return redirect(address)


def _address() -> str:
    """Where the provider sends the browser: fixed, whatever host was asked for."""
    return f"{settings.BASE_URL}{reverse('members:city-return')}"


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From the service: what was asked is used up before the answer is judged."""
    if not oidc.configured():
        raise HiddenError
    kept = request.session.pop(QUESTION, None)
    occasion, way = "enter", {"next": reverse("meetings:home"), "held": ""}
    if kept is not None:
        request.session.save()
        occasion, way = kept["occasion"], kept["way"]
    try:
        identity = oidc.judge(kept, request.GET.dict(), _address())
    except (UnavailableError, WrongAnswerError) as error:
        return _failed(request, occasion, way, error)
    return _AFTER[occasion](request, identity, way)


def _entered(request: HttpRequest, identity: Identity, way: Way) -> HttpResponse:
    """The whole sign-in, or its first half: then the own factor is asked for."""
    person = city_identities.prove(identity=identity)
    if person is None:
        return _failed(request, "enter", way, WrongAnswerError("nobody's"))
    if identity.two_factors:
        return sign_in.enter(request, person, way["next"])
    pending.begin(request, person)
    back = urlencode({"next": way["next"]})
    return redirect(f"{reverse('members:factor')}?{back}")


def _stepped_up(request: HttpRequest, identity: Identity, way: Way) -> HttpResponse:
    actor = getattr(request, "actor", None)
    if actor is None:  # it ended meanwhile
        return redirect("members:sign-in")
    person = city_identities.prove(identity=identity)
    if person != actor.person or not identity.two_factors:
        problem = WrongAnswerError("nobody's" if identity.two_factors else "too weak")
        return _failed(request, "step-up", way, problem)
    return sign_in.go_on(cast("MemberRequest", request), way["next"], way["held"])


def _found(request: HttpRequest, identity: Identity, _way: Way) -> HttpResponse:
    """Its owner looks at it and says yes, on a page of ours."""
    request.session.cycle_key()
    request.session[FOUND] = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "label": identity.label,
        "at": clock.now().isoformat(),
    }
    return redirect("members:city-confirm")


_AFTER: dict[str, Callable[[HttpRequest, Identity, Way], HttpResponse]] = {
    "enter": _entered,
    "step-up": _stepped_up,
    "bind": _found,
}


@require_http_methods(["GET", "POST"])
@signed_in
def confirm(request: MemberRequest) -> HttpResponse:
    """Bind what the service has just told, once its owner knows it again."""
    found = request.session.get(FOUND)
    if found is None or not own_part(request.actor.person):
        raise HiddenError
    require_own_factor(request.actor, fresh=True)
    if clock.now() >= datetime.fromisoformat(found["at"]) + oidc.LIFE:
        del request.session[FOUND]
        return redirect("members:own")
    if request.method == "POST":
        del request.session[FOUND]
        identity = Identity(found["issuer"], found["subject"], "", two_factors=False)
        press(
            request,
            lambda: city_identities.bind(actor=request.actor, identity=identity),
            _("結び付けました。次から「%(city)s」でサインインできます。")
            % {"city": settings.OIDC_NAME},
        )
        return redirect("members:own")
    context = {"city": settings.OIDC_NAME, "label": found["label"]}
    return render(request, "members/city_confirm.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def unbind(request: MemberRequest) -> HttpResponse:
    """Take one's binding away."""
    if not own_part(request.actor.person).get("city_identity"):
        raise HiddenError
    require_own_factor(request.actor, fresh=True)
    if request.method == "POST":
        press(
            request,
            lambda: city_identities.unbind(actor=request.actor),
            _("結び付けを外しました。ほかの端末のサインインは終わりました。"),
        )
        return redirect("members:own")
    return render(request, "members/city_unbind.html", {"city": settings.OIDC_NAME})


_WAYS_ON = {
    "enter": ("members:sign-in", "members:city-enter"),
    "step-up": ("members:step-up", "members:city-step-up"),
    "bind": ("members:own", "members:city-bind"),
}


def _failed(
    request: HttpRequest,
    occasion: str,
    way: Way,
    error: UnavailableError | WrongAnswerError,
) -> HttpResponse:
    """One page for whatever went wrong; the own ways in are there as ever."""
    other, again = (reverse(name) for name in _WAYS_ON[occasion])
    query = urlencode(way)
    context = {
        "city": settings.OIDC_NAME,
        "reason": getattr(error, "reason", "away"),
        "occasion": occasion,
        "other": f"{other}?{query}",
        "again": f"{again}?{query}",
    }
    return render(request, "members/city_failed.html", context, status=error.status)
