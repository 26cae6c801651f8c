"""Papers marked with their reader's name: stamped PDF copies and page pictures.

The mark is made by typst for one reader, with only that reader's letters in its font:
a shared font would tell each reader which letters the other names hold. Both ways out
lay it on as vectors, slanted over the page and as one line at its foot.

PDFs come from people. Everything here refuses what is broken, encrypted or too large
with an error that says what to do.
"""

import hashlib
import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import repeat
from typing import BinaryIO, Literal, NamedTuple

import pikepdf
import pypdfium2
from django.utils.translation import gettext as _
from PIL import Image
from pypdfium2 import raw

from documents.output import overlays
from documents.output.overlays import Place, Size
from documents.output.typesetting import overlay_pdf
from portal.core.clock import JST
from portal.core.errors import HiddenError, InvalidError
from portal.core.jp import era_short

MAX_PAGES = 2_000
MAX_PIXELS = 50_000_000
MAX_TEXT = 100_000  # characters of a page's text layer

PictureFormat = Literal["PNG", "JPEG", "WEBP"]

_PURPOSE = "閲覧用"
# The mark is drawn for the width of A4 and grows and shrinks with the page.
_DRAWN_FOR_PT = 595.0
_TILE_STEP_PT = 200.0
_MARGIN_PT = 9.0
_LABEL_MARGIN_PT = 16.0  # inside what office printers can reach

# PDFium keeps global state and is not thread-safe.
PDFIUM = threading.Lock()


class BrokenPdfError(InvalidError):
    """Not a PDF, or one that cannot be read."""

    code = "pdf_broken"

    def default_message(self) -> str:
        """Say what to do."""
        return _(
            "このPDFは壊れていて開けません。作り直して、もう一度登録してください。"
        )


class EncryptedPdfError(InvalidError):
    """A PDF with a password or with restrictions on its use."""

    code = "pdf_encrypted"

    def default_message(self) -> str:
        """Say what to do."""
        return _(
            "パスワードや利用制限のあるPDFは扱えません。外してから登録してください。"
        )


class TooLargePdfError(InvalidError):
    """More pages or pixels than one server may be asked to draw."""

    code = "pdf_too_large"

    def default_message(self) -> str:
        """Say what to do."""
        return _(
            "このPDFはページ数または紙面が大きすぎます。分けてから登録してください。"
        )


@dataclass(frozen=True, kw_only=True)
class WatermarkText:
    """Whose copy it is; ``meeting`` is a number such as ``R8-08``, never a case."""

    name: str
    organization: str
    at: datetime
    meeting: str

    @property
    def occasion(self) -> str:
        """When and for which meeting the copy was made, in local time."""
        local = self.at.astimezone(JST)
        return f"{era_short(local.date())} {local:%H:%M} 会議番号 {self.meeting}"


def stamp_pdf(source: BinaryIO, text: WatermarkText, out: BinaryIO) -> None:
    """Write a copy of ``source`` (seekable) with the mark on every page."""
    with open_pdf(source) as pdf:
        mark_pages(pdf, pdf.pages, text)
        pdf.save(out)


def mark_pages(
    pdf: pikepdf.Pdf,
    pages: Iterable[pikepdf.Page],
    text: WatermarkText,
    labels: Iterable[pikepdf.Object | None] = repeat(None),
) -> None:
    """Lay the mark on ``pages`` of ``pdf``, and a label in the corner of each."""
    stamp = _stamp(text)
    (tile,), (line,) = (overlays.forms_of(pdf, part) for part in stamp)
    name = hashlib.sha256(stamp.tile + stamp.line).hexdigest()[:16]
    forms = {f"/Tile{name}": tile, f"/Line{name}": line}
    for page, label in zip(pages, labels):  # noqa: B905 – labels may go on for ever
        mine = forms | ({f"/Label{name}": label} if label is not None else {})
        overlays.lay_on(page, mine, partial(_arrange, mine))


def _arrange(forms: overlays.Forms, page: Size) -> Iterator[tuple[str, Place]]:
    """Tile, line and, where there is one, label, in this order."""
    (tile, line, *label) = (
        (name, overlays.size_of(form)) for name, form in forms.items()
    )
    for place in _tile_places(page, tile[1]):
        yield tile[0], place
    yield line[0], _line_place(page, line[1])
    for name, size in label:
        yield name, _label_place(page, size)


def page_image(
    source: BinaryIO,
    page_index: int,
    *,
    scale: float,
    watermark: WatermarkText,
    picture: PictureFormat = "JPEG",
) -> bytes:
    """A page as picture with the mark in its pixels; ``scale`` 1 is 72 dpi."""
    stamp = _stamp(watermark)
    with _open_for_reading(source) as pdf, _page(pdf, page_index) as page:
        width, height = page.get_size()
        if width * height * scale * scale > MAX_PIXELS:
            raise TooLargePdfError
        bitmap = page.render(scale=scale)
        _draw_stamp(bitmap, stamp, Size(width, height), scale)
        return _encoded(bitmap.to_pil(), picture)


def page_count(source: BinaryIO) -> int:
    """How many pages the PDF has."""
    with _open_for_reading(source) as pdf:
        return len(pdf)


def page_text(source: BinaryIO, page_index: int) -> str:
    """The text layer of a page, for screen readers; empty for a bare scan."""
    with (
        _open_for_reading(source) as pdf,
        _page(pdf, page_index) as page,
        closing(page.get_textpage()) as text,
    ):
        count = min(text.count_chars(), MAX_TEXT)
        words: str = text.get_text_range(count=count) if count > 0 else ""
        return words.replace("\r\n", "\n")


# The mark -----------------------------------------------------------------------------


class Stamp(NamedTuple):
    """A mark as two PDFs of one page: the slanted tile, the line at the foot."""

    tile: bytes
    line: bytes


@lru_cache(maxsize=64)
def _stamp(text: WatermarkText) -> Stamp:
    data = {
        "name": text.name,
        "organization": text.organization,
        "occasion": text.occasion,
        "line": f"{_PURPOSE} {text.name}({text.organization}) {text.occasion}",
    }
    return Stamp(*(overlay_pdf("stamp.typ", data | {"part": p}) for p in Stamp._fields))


def _tile_places(page: Size, tile: Size) -> Iterator[Place]:
    """Tiles in every second square of a board centred on the page."""
    scale = min(page) / _DRAWN_FOR_PT
    step = _TILE_STEP_PT * scale
    columns, rows = round(page.width / step) or 1, round(page.height / step) or 1
    for row in range(rows):
        for column in range(columns):
            if (row + column) % 2 == 0:
                x = page.width * (column + 0.5) / columns - tile.width * scale / 2
                y = page.height * (row + 0.5) / rows - tile.height * scale / 2
                yield Place(x, y, scale)


def _line_place(page: Size, line: Size) -> Place:
    """The line in the lower left corner, made smaller where it is too wide."""
    margin = _MARGIN_PT * min(page) / _DRAWN_FOR_PT
    scale = min(min(page) / _DRAWN_FOR_PT, (page.width - 2 * margin) / line.width)
    return Place(margin, margin, scale)


def _label_place(page: Size, label: Size) -> Place:
    """The label in the upper right corner."""
    scale = min(page) / _DRAWN_FOR_PT
    margin = _LABEL_MARGIN_PT * scale
    return Place(
        page.width - margin - label.width * scale,
        page.height - margin - label.height * scale,
        scale,
    )


# PDF copies -------------------------------------------------------------------------


@contextmanager
def open_pdf(source: BinaryIO) -> Iterator[pikepdf.Pdf]:
    """The PDF to be marked or bound; refuses what is broken, locked or too large."""
    try:
        with pikepdf.open(source) as pdf:
            if pdf.is_encrypted:
                raise EncryptedPdfError
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                raise TooLargePdfError if pdf.pages else BrokenPdfError
            yield pdf
    except pikepdf.PasswordError as error:
        raise EncryptedPdfError from error
    except (pikepdf.PdfError, overlays.FlatPageError) as error:
        raise BrokenPdfError from error


# Page pictures ------------------------------------------------------------------------


@contextmanager
def _open_for_reading(source: BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    with PDFIUM, _readable(source) as pdf:
        if raw.FPDF_GetSecurityHandlerRevision(pdf) != _UNENCRYPTED:
            raise EncryptedPdfError
        if not 0 < len(pdf) <= MAX_PAGES:
            raise TooLargePdfError if len(pdf) else BrokenPdfError
        yield pdf


_UNENCRYPTED = -1


@contextmanager
def _readable(source: BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            yield pdf
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == raw.FPDF_ERR_PASSWORD
        raise (EncryptedPdfError if locked else BrokenPdfError) from error


@contextmanager
def _page(pdf: pypdfium2.PdfDocument, index: int) -> Iterator[pypdfium2.PdfPage]:
    if not 0 <= index < len(pdf):
        raise HiddenError
    with closing(pdf[index]) as page:
        yield page


def _draw_stamp(
    bitmap: pypdfium2.PdfBitmap, stamp: Stamp, page: Size, scale: float
) -> None:
    with (
        pypdfium2.PdfDocument(stamp.tile) as tile_file,
        pypdfium2.PdfDocument(stamp.line) as line_file,
        closing(tile_file[0]) as tile,
        closing(line_file[0]) as line,
    ):
        for place in _tile_places(page, Size(*tile.get_size())):
            _draw_part(bitmap, tile, page, place, scale)
        place = _line_place(page, Size(*line.get_size()))
        _draw_part(bitmap, line, page, place, scale)


def _draw_part(
    bitmap: pypdfium2.PdfBitmap,
    part: pypdfium2.PdfPage,
    page: Size,
    place: Place,
    scale: float,
) -> None:
    """Draw onto the picture, whose rows count from the top."""
    size = place.scale * scale
    top = page.height - place.y - part.get_height() * place.scale
    matrix = raw.FS_MATRIX(size, 0, 0, size, place.x * scale, top * scale)
    clip = raw.FS_RECTF(0, 0, bitmap.width, bitmap.height)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, part, matrix, clip, raw.FPDF_ANNOT)


def _encoded(image: Image.Image, picture: PictureFormat) -> bytes:
    output = io.BytesIO()
    image.save(output, picture, **_ENCODINGS[picture])
    return output.getvalue()


# Chosen for speed: the reader waits for the picture. WebP method 0 is its fastest.
_ENCODINGS: dict[PictureFormat, dict[str, int]] = {
    "PNG": {"compress_level": 3},
    "JPEG": {"quality": 82},
    "WEBP": {"quality": 80, "method": 0},
}
