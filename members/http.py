"""The signed-in request: who acts, in which sign-in, and with what access."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from members import held, models
from members.access import Actor, session_holds
from portal.core import clock, context
from portal.core.errors import NeedAcknowledgementError, StepUpError

SESSION_KEY = "sign_in"
# The sign-in that this session was before it began anew.
FORMER = "former_sign_in"
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
        back = {"next": _page_of(request)}
        if isinstance(exception, NeedAcknowledgementError):
            return redirect(f"{reverse('members:pledge')}?{urlencode(back)}")
        if isinstance(exception, StepUpError):
            actor: Actor = request.actor  # type: ignore[attr-defined] # asked for more
            form = _hold(request, actor.id)
            back |= {"held": form} if form else {}
            return redirect(f"{reverse('members:step-up')}?{urlencode(back)}")
        return None


sign_in = SignInMiddleware


def _page_of(request: HttpRequest) -> str:
    """Where to come back to: an address that only takes a form is no page."""
    page = request.get_full_path()
    if _is_unheld(request):
        return request.GET.get("next") or page
    return request.headers.get("Referer") or page if request.method == "POST" else page


def _is_unheld(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "unheld", False)


def _hold(request: HttpRequest, person_id: UUID) -> str:
    if _is_unheld(request):
        return ""
    return held.hold(request, person_id, _page_of(request))


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in; a form whose sender was away too long waits for them."""
    lapsed = _last_sign_in(request)
    if lapsed is not None and lapsed.session.span.holds(clock.now()):
        _hold(request, lapsed.person_id)
    back = urlencode({"next": _page_of(request)})
    return redirect(f"{reverse('members:sign-in')}?{back}")


def _last_sign_in(request: HttpRequest) -> models.SignIn | None:
    """The sign-in of this session, live or not; while one begins, the one before."""
    key = request.session.get(SESSION_KEY) or request.session.get(FORMER)
    return models.SignIn.objects.filter(id=key).first() if key else None


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


def unheld(view: View) -> View:
    """Mark a view whose forms never wait: secrets, and answers that soon are too old.

    Whoever was away too long goes on to where the view itself would have led.
    """
    view.unheld = True  # type: ignore[attr-defined] # read where a form would wait
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
            return _to_sign_in(request)
        return view(cast("MemberRequest", request), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", wrapper)


def begin_anew(request: HttpRequest) -> None:
    """Begin a new session: of the old one stay a form that waits, and whose it was."""
    session = request.session
    kept = {
        held.KEY: session.get(held.KEY),
        FORMER: session.get(SESSION_KEY) or session.get(FORMER),
    }
    session.flush()
    session.update({key: value for key, value in kept.items() if value is not None})


def begin(request: HttpRequest, sign_in: models.SignIn) -> None:
    """Bind a new sign-in to this browser, under a new session id.

    Pages that are open here go on working for the person who opened them, and for
    nobody else: what one typed is never sent in the name of another.
    """
    former = _last_sign_in(request)
    if former is None or former.person_id != sign_in.person_id:
        rotate_token(request)
    begin_anew(request)
    request.session.pop(FORMER, None)
    request.session[SESSION_KEY] = str(sign_in.id)


def leave(request: HttpRequest) -> None:
    """Forget the sign-in in this browser, and with it the forms of its pages."""
    request.session.flush()
    rotate_token(request)
