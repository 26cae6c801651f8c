"""Each request numbered, counted and logged, by the name of its route alone (R39)."""

import logging
import time
from collections.abc import Callable
from secrets import token_hex

from django.http import HttpRequest, HttpResponseBase

from portal.core import logs, metrics

log = logging.getLogger("portal.request")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def observed(get_response: GetResponse) -> GetResponse:
    """Number each request, count it, and log how it went by the name of its route."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token, begun = logs.number.set(token_hex(8)), time.perf_counter()
        try:
            response = get_response(request)
            _note(request, response.status_code, time.perf_counter() - begun)
            return response
        finally:
            logs.number.reset(token)

    return middleware


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    route = (match.view_name if match else "") or "unknown"
    metrics.count_request(route, status, seconds)
    said = {
        "route": route,
        "method": request.method,
        "status": status,
        "milliseconds": round(seconds * 1000),
    }
    log.info("request", extra=said)
