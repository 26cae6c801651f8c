"""The plain bytes of a version, shown: as a seekable PDF, as marked pages and copies.

Only the gateway calls this, after decision and before audit; what comes out of here
has not been allowed to leave yet.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from PIL import Image, ImageOps

from documents.models import PaperVersion
from documents.output import watermark
from documents.output.watermark import WatermarkText
from members.models import Person
from portal.core import clock, vault

# Plain bytes stay in memory up to this; beyond, in a file without a name.
SPOOL = 64 * 1024 * 1024
A4_POINTS = (595, 842)


def mark_of(person: Person, version: PaperVersion) -> WatermarkText:
    """The mark for ``person`` now, to the minute; the meeting is a pseudonym."""
    return WatermarkText(
        name=person.name,
        organization=person.organization.name,
        at=clock.now().replace(second=0, microsecond=0),
        meeting=version.paper.sitting_id.hex[:8].upper(),
    )


@contextmanager
def pdf_of(version: PaperVersion) -> Iterator[BinaryIO]:
    """The version as a seekable PDF; a picture becomes a page of A4 width."""
    with spool() as plain:
        with vault.open_object(version.stored) as chunks:
            for chunk in chunks:
                plain.write(chunk)
        plain.seek(0)
        if version.media_type == "application/pdf":
            yield plain
            return
        with spool() as page:
            _picture_page(plain, page)
            page.seek(0)
            yield page


def _picture_page(picture: BinaryIO, out: BinaryIO) -> None:
    """Draw the picture on a page of its own, without the data of its camera."""
    with Image.open(picture) as opened:
        upright = ImageOps.exif_transpose(opened)
        flat = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
    fit = max(size / points for size, points in zip(flat.size, A4_POINTS, strict=True))
    flat.save(out, "PDF", resolution=fit * 72, quality=90)


def page_picture(
    version: PaperVersion, index: int, scale: float, mark: WatermarkText
) -> bytes:
    """Page ``index`` (from 0) as WebP with the mark in its pixels."""
    with pdf_of(version) as pdf:
        return watermark.page_image(pdf, index, scale=scale, watermark=mark)


def page_words(version: PaperVersion, index: int) -> str:
    """The text layer of page ``index`` (from 0); empty for scans and pictures."""
    with pdf_of(version) as pdf:
        return watermark.page_text(pdf, index)


@contextmanager
def stamped_copy(version: PaperVersion, mark: WatermarkText) -> Iterator[BinaryIO]:
    """A PDF copy with the mark on every page, at its beginning."""
    with spool() as copy:
        with pdf_of(version) as pdf:
            watermark.stamp_pdf(pdf, mark, copy)
        copy.seek(0)
        yield copy


def spool() -> BinaryIO:
    """A seekable place for plain bytes that vanishes with its closing."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=SPOOL))
