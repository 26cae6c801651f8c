"""Pages of uploaded papers as pictures and as words, by PDFium and Pillow.

Runs in the press alone: one order at a time, PDFium keeps global state.
"""

import ctypes
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

from documents.output.marks import (
    MAX_PAGES,
    MAX_PIXELS,
    MAX_TEXT,
    RefusedError,
    Stamp,
    line_place,
    tile_places,
)
from documents.output.overlays import Place, Size

A4_POINTS = (595, 842)
_FONTS = (Path(__file__).parent / "fonts", Path("/usr/share/fonts"))


def know_fonts() -> None:
    """Let PDFium draw Japanese papers that bring no fonts, with those shipped here.

    It takes their folders only when it begins, and pypdfium2 begins it without any.
    """
    folders = [ctypes.create_string_buffer(bytes(folder)) for folder in _FONTS]
    letters = ctypes.POINTER(ctypes.c_char)
    places = (letters * (len(folders) + 1))()  # the last one is null
    for at, folder in enumerate(folders):
        places[at] = ctypes.cast(folder, letters)
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(
        raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=places)
    )
    _KEPT.extend(folders)


_KEPT: list[object] = []  # PDFium keeps pointers to their names


@contextmanager
def _open_for_reading(source: BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    with _readable(source) as pdf:
        if raw.FPDF_GetSecurityHandlerRevision(pdf) != _UNENCRYPTED:
            raise RefusedError("encrypted")
        if not 0 < len(pdf) <= MAX_PAGES:
            raise RefusedError("too_large" if len(pdf) else "broken")
        yield pdf


_UNENCRYPTED = -1


@contextmanager
def _readable(source: BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            yield pdf
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == raw.FPDF_ERR_PASSWORD
        raise RefusedError("encrypted" if locked else "broken") from error


@contextmanager
def _page(pdf: pypdfium2.PdfDocument, index: int) -> Iterator[pypdfium2.PdfPage]:
    if not 0 <= index < len(pdf):
        raise RefusedError("hidden")
    with closing(pdf[index]) as page:
        yield page


def draw(source: BinaryIO, index: int, scale: float, mark: Stamp) -> Image.Image:
    """The page with the mark in its pixels; ``scale`` 1 is 72 dpi."""
    with _open_for_reading(source) as pdf, _page(pdf, index) as page:
        width, height = page.get_size()
        if width * height * scale * scale > MAX_PIXELS:
            raise RefusedError("too_large")
        bitmap = page.render(scale=scale)
        _draw_stamp(bitmap, mark, Size(width, height), scale)
        image: Image.Image = bitmap.to_pil()
        return image


def count(source: BinaryIO) -> int:
    """How many pages the PDF has."""
    with _open_for_reading(source) as pdf:
        return len(pdf)


def words(source: BinaryIO, index: int) -> str:
    """The text layer of a page; empty for a bare scan."""
    with (
        _open_for_reading(source) as pdf,
        _page(pdf, index) as page,
        closing(page.get_textpage()) as text,
    ):
        length = min(text.count_chars(), MAX_TEXT)
        found: str = text.get_text_range(count=length) if length > 0 else ""
        return found.replace("\r\n", "\n")


def _draw_stamp(
    bitmap: pypdfium2.PdfBitmap, mark: Stamp, page: Size, scale: float
) -> None:
    with (
        pypdfium2.PdfDocument(mark.tile) as tile_file,
        pypdfium2.PdfDocument(mark.line) as line_file,
        closing(tile_file[0]) as tile,
        closing(line_file[0]) as line,
    ):
        for place in tile_places(page, Size(*tile.get_size())):
            _draw_part(bitmap, tile, page, place, scale)
        place = line_place(page, Size(*line.get_size()))
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


# Chosen for speed: the reader waits for the picture. WebP method 0 is its fastest.
ENCODINGS: dict[str, dict[str, int]] = {
    "PNG": {"compress_level": 3},
    "JPEG": {"quality": 82},
    "WEBP": {"quality": 80, "method": 0},
}


def picture_page(source: BinaryIO, out: BinaryIO) -> None:
    """A picture upright on a page of its own, without the data of its camera."""
    try:
        with Image.open(source, formats=["PNG", "JPEG"]) as opened:
            upright = ImageOps.exif_transpose(opened)
            flat = Image.new("RGB", upright.size, "white")
            clear = upright.convert("RGBA")
            flat.paste(clear, mask=clear.getchannel("A"))
    except (OSError, SyntaxError, ValueError) as error:
        raise RefusedError("broken") from error
    fit = max(size / points for size, points in zip(flat.size, A4_POINTS, strict=True))
    flat.save(out, "PDF", resolution=fit * 72, quality=90)
