"""How another system's request is let in: by its key, never by a cookie."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from members.access import Actor
from members.http import MemberRequest, background
from members.services import api_tokens
from portal.core.errors import (
    DomainError,
    HiddenError,
    NeedAcknowledgementError,
    StepUpError,
    UnavailableError,
    UnknownTokenError,
)

METHODS = ("GET", "HEAD")
P = ParamSpec("P")


def only_reads(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Refuse every other method as a problem, whether or not a token comes with it."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if request.method in METHODS:
            return view(request, *args, **kwargs)
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED)
        response["Allow"] = ", ".join(METHODS)
        return response

    wrapper.only_reads = True  # type: ignore[attr-defined] # read by csrf_failure
    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", wrapper)


def answers_systems(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a living key through; every refusal is a problem in JSON (RFC 9457).

    What its person would first have to do, such as a new pledge, hides like the rest.
    """

    @background
    @wraps(view)
    def wrapper(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            member = cast("MemberRequest", request)
            member.actor = _actor_of(request)
            return view(member, *args, **kwargs)
        except (NeedAcknowledgementError, StepUpError):
            return refusal(HiddenError())
        except DomainError as error:
            return refusal(error)

    let_in = cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", wrapper)
    return only_reads(let_in)


def _actor_of(request: HttpRequest) -> Actor:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnknownTokenError
    address = str(request.META.get("REMOTE_ADDR", ""))
    return api_tokens.opened_by(secret=secret.strip(), address=address)


def refusal(error: DomainError) -> HttpResponse:
    """A refusal for a program: its status and no word about anything."""
    response = problem(HTTPStatus(error.status))
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnknownTokenError):
        response["WWW-Authenticate"] = 'Bearer realm="kasane"'
    return response


def problem(status: HTTPStatus) -> HttpResponse:
    """The one form of all problems."""
    said = {"type": "about:blank", "title": status.phrase, "status": status.value}
    return JsonResponse(said, status=status, content_type="application/problem+json")
