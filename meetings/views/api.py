"""The API for other systems of the municipality: it reads, and nothing else."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from documents.delivery import gateway
from meetings import api
from meetings.models import Minutes
from meetings.selectors import api as selectors
from members.api import answers_systems, only_reads
from members.http import MemberRequest
from portal.core.errors import HiddenError
from portal.core.openapi import described, encoded


@only_reads
def description(request: HttpRequest) -> HttpResponse:
    """What there is to ask: the same at every installation."""
    return JsonResponse(described(api.API, settings.BASE_URL))


@answers_systems
def records(request: MemberRequest) -> HttpResponse:
    """A page of confirmed records."""
    found = selectors.records_after(request.actor, _place(request))
    answer = api.Records(found.records, found.next)
    return _answer(request, answer, len(found.records), found.minutes)


@answers_systems
def record(request: MemberRequest, record_id: UUID) -> HttpResponse:
    """One confirmed record."""
    found = selectors.record(request.actor, record_id)
    return _answer(request, found.records[0], 1, found.minutes)


@answers_systems
def record_file(
    request: MemberRequest, record_id: UUID, file_id: UUID
) -> HttpResponseBase:
    """The bytes of a file of a record, as its person may have them."""
    version = selectors.file_of_record(request.actor, record_id, file_id)
    return gateway.download(request, version)


@answers_systems
def disposals(request: MemberRequest) -> HttpResponse:
    """A page of what was disposed of."""
    found = selectors.disposals_after(request.actor, _place(request))
    return _answer(request, found, len(found.disposals))


@answers_systems
def unknown(request: MemberRequest) -> HttpResponse:
    """Any other address of the API."""
    raise HiddenError


def _place(request: HttpRequest) -> selectors.After:
    return selectors.after(request.GET.get("since"), request.GET.get("cursor"))


def _answer(
    request: MemberRequest, answer: Any, count: int, rows: Sequence[Minutes] = ()
) -> HttpResponse:
    """The answer, once it is on record; to HEAD nothing is told."""
    if request.method == "HEAD":
        return HttpResponse(content_type="application/json")
    what = str(request.resolver_match.url_name) if request.resolver_match else ""
    selectors.note_told(request.actor, what, count, rows)
    return JsonResponse(encoded(answer))
