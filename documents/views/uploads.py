"""Files in parts, for the script: how far a file is, one part more, never mind.

A place's own address, where its plain form goes too, has one of these below it; whoever
knows the place calls ``answer``.
"""

from typing import BinaryIO, cast
from urllib.parse import unquote
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from documents import selectors
from documents.services import replies
from documents.services import uploads as services
from documents.services.uploads import Part, Place
from members.http import MemberRequest, signed_in
from portal.core.errors import InvalidError

in_parts = require_http_methods(["GET", "POST", "DELETE"])
_DIGITS = 12


def answer(request: MemberRequest, place: Place, key: UUID) -> HttpResponse:
    """GET tells how far the file is, POST brings a part, DELETE throws it away."""
    actor = request.actor
    if request.method == "DELETE":
        services.cancel(actor=actor, place=place, key=key)
        return HttpResponse(status=204)
    if request.method == "GET":
        here = services.offset(actor=actor, place=place, key=key)
        return JsonResponse({"offset": here})
    place.require(actor)  # whoever may not learns nothing of what was wrong
    try:
        part = _part(request)
        here = services.receive(actor=actor, place=place, key=key, part=part)
    except InvalidError as error:
        return JsonResponse({"errors": [error.message]}, status=422)
    return JsonResponse({"offset": here})


def _part(request: MemberRequest) -> Part:
    return Part(
        name=unquote(request.headers.get("Upload-Name", "")),
        size=_number(request, "Upload-Size"),
        offset=_number(request, "Upload-Offset"),
        body=cast("BinaryIO", request),
    )


def _number(request: MemberRequest, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise InvalidError
    return int(value)


def files_of(
    request: MemberRequest, place: Place
) -> "MultiValueDict[str, UploadedFile[bytes]] | None":
    """The files of a form; one that came in parts stands for the field ``file``."""
    if request.FILES or request.method != "POST":
        return request.FILES or None
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    taken = services.taken(actor=request.actor, place=place, key=key)
    if taken is None:
        return None
    # Among the request's own files, so that it is closed with them.
    request.FILES["file"] = UploadedFile(taken.file, taken.name, size=taken.size)
    return request.FILES


def by_script(request: HttpRequest) -> bool:
    """Whether the script asks, which wants no page."""
    return request.headers.get("Accept") == "application/json"


def refused(form: Form) -> HttpResponse:
    """The errors for the script, which shows them beside the file."""
    errors = [str(error) for field in form.errors.values() for error in field]
    return JsonResponse({"errors": errors}, status=422)


@in_parts
@signed_in
def reply_part(request: MemberRequest, request_id: UUID, key: UUID) -> HttpResponse:
    """A file of a reply to a co-operation request."""
    asked = selectors.open_request(request.actor, request_id)
    return answer(request, replies.place_of(request.actor, asked), key)
