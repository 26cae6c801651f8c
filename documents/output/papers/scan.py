"""Scans: a PDF as a copier would make it, pages of pictures without text."""

import io
import random
import threading
from collections.abc import Iterator
from contextlib import closing

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter

# PDFium keeps global state and is not thread-safe.
_PDFIUM = threading.Lock()
_A4_PT = (595.28, 841.89)


def scanned_pdf(
    source: bytes, *, pages: int, dpi: int = 200, quality: int = 88, seed: int = 1
) -> bytes:
    """A scan of ``pages`` pages, made of the source's pages over and over.

    Every page is a grey JPEG, a little askew, with the grain of paper and lamp; about
    0.6 MB a page at the given dpi. The same arguments give the same bytes.
    """
    chance = random.Random(seed)  # nosec B311 # noqa: S311 – grain
    originals = list(_pictures(source, dpi))
    with pikepdf.new() as pdf:
        for number in range(pages):
            picture = _scanned(originals[number % len(originals)], chance)
            _add_page(pdf, picture, quality)
        output = io.BytesIO()
        pdf.save(output, deterministic_id=True)
    return output.getvalue()


def _pictures(source: bytes, dpi: int) -> Iterator[Image.Image]:
    with _PDFIUM, pypdfium2.PdfDocument(source) as pdf:
        for index in range(len(pdf)):
            with closing(pdf[index]) as page:
                yield page.render(scale=dpi / 72, grayscale=True).to_pil()


def _scanned(original: Image.Image, chance: random.Random) -> Image.Image:
    turned = original.rotate(
        chance.uniform(-0.6, 0.6), Image.Resampling.BILINEAR, fillcolor=255
    )
    grain = Image.frombytes(
        "L", turned.size, chance.randbytes(turned.width * turned.height)
    )
    grain = grain.filter(ImageFilter.BoxBlur(1)).point(lambda value: value // 9)
    return ImageChops.subtract(turned, grain)


def _add_page(pdf: pikepdf.Pdf, picture: Image.Image, quality: int) -> None:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    image = pikepdf.Stream(
        pdf,
        data.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page = pdf.add_blank_page(page_size=_A4_PT)
    width, height = _A4_PT
    page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name.Scan)
    page.contents_add(f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode())
