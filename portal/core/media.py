"""Media types, and the answer in which a file leaves."""

from typing import TypeVar

from django.http import HttpResponse, HttpResponseBase

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
PPTX = f"{_OFFICE}.presentationml.presentation"
PDF = "application/pdf"
ZIP = "application/zip"
CSV = "text/csv"
CSV_UTF_8 = f"{CSV}; charset=utf-8"
TEXT = "text/plain"
PNG = "image/png"
JPEG = "image/jpeg"

R = TypeVar("R", bound=HttpResponseBase)


def attachment(data: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to keep, whole; see ``as_file`` for its name."""
    return as_file(HttpResponse(data), media_type, name)


def as_file(response: R, media_type: str, name: str) -> R:
    """The answer as a file to keep.

    It rests outside: its name is plain ASCII and says nothing of a case (R39).
    """
    response["Content-Type"] = media_type
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
