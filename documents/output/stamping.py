"""Flat, marked copies of uploaded PDFs, by pikepdf. Runs in the press alone."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from typing import BinaryIO

import pikepdf

from documents.output import overlays
from documents.output.marks import (
    MAX_PAGES,
    RefusedError,
    Stamp,
    label_place,
    line_place,
    tile_places,
)
from documents.output.overlays import FlatPageError, Place, Size


@contextmanager
def open_pdf(source: BinaryIO) -> Iterator[pikepdf.Pdf]:
    """The PDF, if it may be changed; raises RefusedError."""
    try:
        with pikepdf.open(source) as pdf:
            if pdf.is_encrypted:
                raise RefusedError("encrypted")
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                raise RefusedError("too_large" if pdf.pages else "broken")
            yield pdf
    except pikepdf.PasswordError as error:
        raise RefusedError("encrypted") from error
    except (pikepdf.PdfError, FlatPageError) as error:
        raise RefusedError("broken") from error


def stamp(source: BinaryIO, out: BinaryIO, mark: Stamp) -> None:
    """A flat copy with the mark on every page."""
    with open_pdf(source) as pdf:
        _flatten(pdf)
        mark_pages(pdf, pdf.pages, mark)
        pdf.save(out)


def mark_pages(
    pdf: pikepdf.Pdf,
    pages: Iterable[pikepdf.Page],
    mark: Stamp,
    labels: Iterable[pikepdf.Object | None] = repeat(None),
) -> None:
    """Lay the mark on ``pages`` of ``pdf``, and a label in the corner of each."""
    (tile,), (line,) = (overlays.forms_of(pdf, part) for part in mark)
    name = hashlib.sha256(mark.tile + mark.line).hexdigest()[:16]
    forms = {f"/Tile{name}": tile, f"/Line{name}": line}
    for page, label in zip(pages, labels):  # noqa: B905 – labels may go on for ever
        mine = forms | ({f"/Label{name}": label} if label is not None else {})
        overlays.lay_on(page, mine, partial(_arrange, mine))


def _arrange(forms: overlays.Forms, page: Size) -> Iterator[tuple[str, Place]]:
    """Tile, line and, where there is one, label, in this order."""
    (tile, line, *label) = (
        (name, overlays.size_of(form)) for name, form in forms.items()
    )
    for place in tile_places(page, tile[1]):
        yield tile[0], place
    yield line[0], line_place(page, line[1])
    for name, size in label:
        yield name, label_place(page, size)


def flatten(source: BinaryIO, out: BinaryIO) -> int:
    """A flat copy; returns how many pages it has."""
    with open_pdf(source) as pdf:
        _flatten(pdf)
        pdf.save(out)
        return len(pdf.pages)


_ROOT_EXTRAS = (
    "/AcroForm",
    "/AA",
    "/Collection",
    "/DSS",
    "/Legal",
    "/Metadata",
    "/Names",
    "/OpenAction",
    "/Perms",
    "/PieceInfo",
)
_PAGE_EXTRAS = ("/AA", "/LastModified", "/Metadata", "/PieceInfo", "/Thumb")


def _flatten(pdf: pikepdf.Pdf) -> None:
    """What is seen stays, what only rides along goes.

    Remarks and form fields become part of the page. Authors, dates, attachments,
    scripts, private data of programs and the small pictures of earlier pages are
    dropped; saving writes neither earlier revisions nor what nothing refers to.
    """
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    _drop(pdf.trailer, ("/Info",))
    _drop(pdf.Root, _ROOT_EXTRAS)
    for page in pdf.pages:
        overlays.seen_size(page)  # a page without an area can bear no mark
        _drop(page.obj, (*_PAGE_EXTRAS, "/Annots"))
        for picture in page.images.values():
            _drop(picture, ("/Metadata", "/PieceInfo"))


def _drop(holder: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in holder:
            del holder[key]
