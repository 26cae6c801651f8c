"""What a browser is asked about a passkey, and the session's memory of it.

The question is made when the button is pressed, and can be answered once.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from members.access import Actor
from members.services import passkeys
from members.services.passkeys import Ceremony
from members.views import pending
from portal.core.errors import HiddenError

KEY = "passkey_question"


def take(request: HttpRequest, occasion: str) -> dict[str, Any] | None:
    """What was asked for this occasion, once: it is forgotten before it is judged."""
    kept = request.session.pop(KEY, None)
    if kept is None:
        return None
    request.session.save()
    asked, state = kept
    return state if asked == occasion else None


@require_POST
def passkey_question(request: HttpRequest, occasion: str) -> HttpResponse:
    """Ask for a passkey: to enter, as second half, to step up, or a new one."""
    make = _OCCASIONS.get(occasion)
    if make is None:
        raise HiddenError
    return put(request, occasion, make(request))


def put(request: HttpRequest, occasion: str, ceremony: Ceremony) -> HttpResponse:
    """Put the question to the browser, and remember it for one answer."""
    request.session[KEY] = [occasion, ceremony.state]
    return HttpResponse(ceremony.words, content_type="application/json")


def _actor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise HiddenError
    return actor


def _enter(_request: HttpRequest) -> Ceremony:
    return passkeys.begin_proof(None)


def _factor(request: HttpRequest) -> Ceremony:
    person = pending.person_of(request)
    if person is None:
        raise HiddenError
    return passkeys.begin_proof(person)


def _step_up(request: HttpRequest) -> Ceremony:
    return passkeys.begin_proof(_actor(request).person)


def _enrol(request: HttpRequest) -> Ceremony:
    return passkeys.begin_enrolment(actor=_actor(request))


_OCCASIONS: dict[str, Callable[[HttpRequest], Ceremony]] = {
    "enter": _enter,
    "factor": _factor,
    "step-up": _step_up,
    "enrol": _enrol,
}
