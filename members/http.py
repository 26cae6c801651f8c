"""The signed-in request: who acts, in which sign-in, and with what access."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from members import held, models
from members.access import Actor, session_holds
from portal.core import clock, context
from portal.core.errors import NeedAcknowledgementError, StepUpError

SESSION_KEY = "sign_in"
# The idle clock is written at most this often, so that reading stays reading.
SEEN_EVERY = timedelta(seconds=30)
# As long as browsers keep a cookie at all.
DEVICE_LIFE = timedelta(days=400)


class MemberRequest(HttpRequest):
    """What a view below ``signed_in`` may rely on: a live ``actor``."""

    actor: Actor


GetResponse = Callable[[HttpRequest], HttpResponseBase]
P = ParamSpec("P")


class SignInMiddleware:
    """Recognise the sign-in behind the cookie; answer NEED_ACK and STEP_UP."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Attach ``request.actor``: an Actor with a live sign-in, or None."""
        request.actor = actor_of(request.session.get(SESSION_KEY))  # type: ignore[attr-defined] # added here
        response = self.get_response(request)
        token = getattr(request, "new_device", None)
        if token is not None:
            _keep_device(response, token)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *args: Any
    ) -> None:
        """Move the idle clock on, except for what a page asks by itself (R7)."""
        actor: Actor | None = request.actor  # type: ignore[attr-defined] # set above
        if actor is not None and not getattr(view, "background", False):
            _touch(actor)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Send the person to the missing step, and from there back here."""
        # An address that only takes a form is no page to come back to.
        page = request.get_full_path()
        if request.method == "POST":
            page = request.headers.get("Referer") or page
        back = urlencode({"next": page})
        if isinstance(exception, NeedAcknowledgementError):
            return redirect(f"{reverse('members:pledge')}?{back}")
        if isinstance(exception, StepUpError):
            held.hold(request)
            return redirect(f"{reverse('members:step-up')}?{back}")
        return None


sign_in = SignInMiddleware


def actor_of(sign_in_id: str | None) -> Actor | None:
    """The actor of a live sign-in; None for any other."""
    if not sign_in_id:
        return None
    row = (
        models.SignIn.objects.select_related("person__organization")
        .filter(id=sign_in_id)
        .first()
    )
    if row is None:
        return None
    actor, now = Actor(row.person, row), clock.now()
    if not session_holds(actor, now):
        return None
    context.note_sign_in(str(row.id))
    return actor


def _touch(actor: Actor) -> None:
    row, now = actor.sign_in, clock.now()
    if row is not None and now - row.seen_at > SEEN_EVERY:
        row.seen_at = now
        row.save(update_fields=["seen_at"])


def device_of(request: HttpRequest) -> str:
    """The token by which this browser is known again; a new one for a new browser."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    if not token:
        token = secrets.token_urlsafe(32)
        request.new_device = token  # type: ignore[attr-defined] # read by the middleware
    return token


def _keep_device(response: HttpResponseBase, token: str) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        token,
        max_age=DEVICE_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def background(view: View) -> View:
    """Mark a view that pages ask by themselves: it does not keep a sign-in alive."""
    view.background = True  # type: ignore[attr-defined] # read by the middleware
    return view


def signed_in(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only a live sign-in through; others go to the sign-in page."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            back = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('members:sign-in')}?{back}")
        return view(cast("MemberRequest", request), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", wrapper)


def begin(request: HttpRequest, sign_in: models.SignIn) -> None:
    """Bind a new sign-in to this browser, under a new session id."""
    request.session.flush()
    request.session[SESSION_KEY] = str(sign_in.id)


def leave(request: HttpRequest) -> None:
    """Forget the sign-in in this browser."""
    request.session.flush()
