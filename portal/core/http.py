"""What every request and response passes, whatever the app."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.core import context, journals
from portal.core.errors import DomainError, RefusedError, UnavailableError

log = logging.getLogger(__name__)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def response_headers(get_response: GetResponse) -> GetResponse:
    """Nothing the portal answers may rest in a cache or be framed."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response

    return middleware


def request_context(get_response: GetResponse) -> GetResponse:
    """Name the address behind the request for the audit trail."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        address = str(request.META.get("REMOTE_ADDR", ""))
        with context.acting_from(context.Origin(address=address, channel="page")):
            return get_response(request)

    return middleware


def journaled(get_response: GetResponse) -> GetResponse:
    """What an act took away is in the journal before the act is answered."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method not in SAFE_METHODS:
            try:
                journals.flush()
            except OSError:  # the worker tries again, and readiness tells
                log.exception("the journal cannot be written")
        return response

    return middleware


class DomainErrorMiddleware:
    """Answer a DomainError with its page and status.

    So too where two acts came between each other: what was chosen went before all
    was written, such as a person whose import was undone in that moment, or each
    waited for what the other held, and the database ended this one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Render the refusal; anything else stays an incident."""
        if isinstance(exception, IntegrityError) and refers_to_nothing(exception):
            log.warning("what an act refers to is gone", exc_info=exception)
            words = _(
                "ほかの方の操作と重なり、人や機関などの登録がなくなったか、使われ始めました。"
                "何も変わっていません。前の画面を開き直して、確かめてください。"
            )
            return refusal(request, RefusedError(words))
        if isinstance(exception, Error) and met_another(exception):
            log.warning("two acts waited for each other", exc_info=exception)
            words = _(
                "ほかの方の操作と重なったため、できませんでした。"
                "何も変わっていません。前の画面に戻り、もう一度お試しください。"
            )
            return refusal(request, UnavailableError(words))
        if not isinstance(exception, DomainError):
            return None
        return refusal(request, exception)


def refers_to_nothing(error: IntegrityError) -> bool:
    """Whether the row that a foreign key names is not there any more."""
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", "") == "23503"
        or getattr(cause, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_FOREIGNKEY"
    )


def met_another(error: Error) -> bool:
    """Whether the database ended an act because it and another waited in a ring.

    Deadlock or failed serialization on PostgreSQL (40P01, 40001); on SQLite another
    writer that stays longer than the portal waits.
    """
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") in {"40P01", "40001"} or getattr(
        cause, "sqlite_errorname", ""
    ).startswith("SQLITE_BUSY")


domain_errors = DomainErrorMiddleware


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of a refusal. Hidden and unknown share one template (R4)."""
    if error.status == 404:
        return render(request, "404.html", status=404)
    page = render(request, "refused.html", {"error": error}, status=error.status)
    if isinstance(error, UnavailableError):
        page["Retry-After"] = str(error.retry_after)
    return page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of an unknown address, equal to that of a hidden one."""
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came back too late or from elsewhere.

    What takes no forms at all (``only_reads``) says so itself.
    """
    match = request.resolver_match
    if match is not None and getattr(match.func, "only_reads", False):
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer
    error = DomainError(
        _(
            "画面を開いてから時間がたったか、別の方がサインインしたため、送れませんでした。前の画面に戻り、書いた文があれば控えてから、読み込み直してください。"
        )
    )
    return render(request, "refused.html", {"error": error}, status=403)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What the base template shows on every page."""
    return {
        "municipality": settings.MUNICIPALITY,
        "demo": settings.DEMO,
        "practice": settings.PRACTICE,
    }
