"""The plain bytes of a version, shown: as a seekable PDF, as marked pages and copies.

Only the gateway calls this, after decision and before audit; what comes out of here
has not been allowed to leave yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from documents import entrances
from documents.delivery.opened import SHELF
from documents.models import PaperVersion
from documents.output import watermark
from documents.output.spool import spool
from documents.output.watermark import WatermarkText
from documents.renditions.sources import PdfSource, pdf_source
from members.models import Person
from portal.core import clock, media, vault
from portal.core.errors import HiddenError, UnavailableError
from portal.core.models import StoredObject


def mark_of(person: Person, version: PaperVersion) -> WatermarkText:
    """The mark for ``person`` now, to the minute, with the meeting's neutral serial."""
    return WatermarkText(
        name=person.name,
        organization=person.organization.name,
        at=clock.now().replace(second=0, microsecond=0),
        meeting=entrances.serial_of(version.paper.scope),
    )


@contextmanager
def pdf_of(version: PaperVersion) -> Iterator[BinaryIO]:
    """The version as a PDF at its beginning; a picture is a page of A4 width."""
    source = pdf_source(version)
    if source is None:
        raise HiddenError
    stored = source.stored
    if stored.state != StoredObject.State.READY:
        raise UnavailableError
    with SHELF.opened(stored.id, stored.size, lambda out: _fill(source, out)) as pdf:
        yield pdf


def _fill(source: PdfSource, out: BinaryIO) -> None:
    with vault.open_object(source.stored) as chunks:
        if source.media_type == media.PDF:
            out.writelines(chunks)
            return
        with spool(source.stored.size) as picture:
            picture.writelines(chunks)
            watermark.picture_pdf(picture, out)


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
    with pdf_of(version) as pdf, spool(pdf.seek(0, 2)) as copy:
        watermark.stamp_pdf(pdf, mark, copy)
        copy.seek(0)
        yield copy
