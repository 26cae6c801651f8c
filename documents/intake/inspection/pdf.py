"""PDFs that open without password, do nothing and carry nothing."""

import mmap
import re
from typing import Any, BinaryIO

from documents.intake.inspection.found import FoundError, Residue

MAX_PAGES = 2_000
MAX_OBJECTS = 300_000

_ACTING = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/Rendition",
}
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA"}
_NOTES = {
    *("/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine"),
    *("/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret"),
    *("/Ink", "/Redact"),
}
_INFO = {
    "/Author": "people",
    **dict.fromkeys(("/Title", "/Subject", "/Keywords"), "document_info"),
}
_END = re.compile(rb"startxref\s{1,4}(\d{1,12})\s{1,4}%%EOF")
_EMBEDDING_KEYS = {"/EF", "/EmbeddedFiles", "/RichMediaContent", "/3DD"}
_EMBEDDING_TYPES = {"/EmbeddedFile", "/RichMedia", "/3D", "/Movie", "/Screen"}


def pdf(file: BinaryIO, _kind: str) -> tuple[int, Residue]:
    """A PDF that opens without password, does nothing and carries nothing."""
    import pikepdf  # noqa: PLC0415 – the other kinds start faster without

    try:
        with pikepdf.open(file) as document:
            if document.is_encrypted:
                raise FoundError("encrypted")
            pages = len(document.pages)
            if not pages:
                raise FoundError("broken")
            if pages > MAX_PAGES or len(document.objects) > MAX_OBJECTS:
                raise FoundError("too_long")
            residue = Residue()
            for item in document.objects:
                _check_object(pikepdf, item, residue)
            _check_object(pikepdf, document.trailer, residue)
            _count_info(document.trailer.get("/Info"), pikepdf, residue)
    except pikepdf.PasswordError as error:
        raise FoundError("encrypted") from error
    except pikepdf.PdfError as error:
        raise FoundError("broken") from error
    residue["earlier_versions"] += _revisions(file) - 1
    return pages, +residue


def _count_info(info: Any, pikepdf: Any, residue: Residue) -> None:
    if not isinstance(info, pikepdf.Dictionary):
        return
    for key, code in _INFO.items():
        if str(info.get(key, "")).strip():
            residue[code] += 1


def _revisions(file: BinaryIO) -> int:
    """How often the file was written to its end; a linearized one begins with a 0."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        ends = [int(at[1]) for at in _END.finditer(data)]
    return max(1, len([at for at in ends if at]))


def _check_object(pikepdf: Any, item: Any, residue: Residue) -> None:
    """The object with all that lies directly in it; references have their own turn."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting += [p for p in current if _is_direct(pikepdf, p)]
        elif isinstance(current, (pikepdf.Dictionary, pikepdf.Stream)):
            _check_keys(pikepdf, current)
            residue["annotations"] += _is_note(pikepdf, current)
            waiting += [p for _, p in current.items() if _is_direct(pikepdf, p)]


def _is_note(pikepdf: Any, item: Any) -> bool:
    """An annotation that somebody wrote: no link, no field, no window of another."""
    subtype = item.get("/Subtype")
    return (
        "/Rect" in item and isinstance(subtype, pikepdf.Name) and str(subtype) in _NOTES
    )


def _is_direct(pikepdf: Any, part: Any) -> bool:
    holder = isinstance(part, (pikepdf.Array, pikepdf.Dictionary))
    return holder and not part.is_indirect


def _check_keys(pikepdf: Any, item: Any) -> None:
    keys = set(item.keys())
    if keys & _ACTIVE_KEYS:
        raise FoundError("active")
    if keys & _EMBEDDING_KEYS:
        raise FoundError("embedded")
    for key, findings in (("/S", _ACTING), ("/Type", set()), ("/Subtype", set())):
        value = item.get(key)
        word = str(value) if isinstance(value, pikepdf.Name) else ""
        if word in findings:
            raise FoundError("active")
        if word in _EMBEDDING_TYPES:
            raise FoundError("embedded")
