"""Papers marked with their reader's name: stamped PDF copies and page pictures.

The mark is made by typst for one reader, with only that reader's letters in its font:
a shared font would tell each reader which letters the other names hold. Both ways out
lay it on as vectors, slanted over the page and as one line at its foot.

PDFs come from people: they are opened in the presses alone. What is broken, encrypted
or too large is refused with an error that says what to do.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO, Literal

from django.utils.translation import gettext as _

from documents.output import presses
from documents.output.marks import RefusedError, Stamp
from documents.output.spool import spool
from documents.output.text import marked
from documents.output.typesetting import overlay_pdf
from portal.core.clock import JST
from portal.core.errors import HiddenError, InvalidError
from portal.core.jp import era_short

PictureFormat = Literal["PNG", "JPEG", "WEBP"]

_PURPOSE = "閲覧用"


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


_ERRORS = {
    "broken": BrokenPdfError,
    "encrypted": EncryptedPdfError,
    "too_large": TooLargePdfError,
    "hidden": HiddenError,
}


@contextmanager
def refusals() -> Iterator[None]:
    """What a press refuses, as an error of the portal."""
    try:
        yield
    except RefusedError as error:
        raise _ERRORS[str(error)] from error


def stamp_pdf(source: BinaryIO, text: WatermarkText, out: BinaryIO) -> None:
    """Write a flat copy of ``source`` with the mark on every page to a spool."""
    with refusals():
        presses.order(source, out, do="stamp", **sent(stamp_of(text)))


def flat_pdf(source: BinaryIO, out: BinaryIO) -> int:
    """Write a flat copy of ``source`` without a mark; returns how many pages it has."""
    with refusals():
        return int(presses.order(source, out, do="flatten"))


def picture_pdf(source: BinaryIO, out: BinaryIO) -> None:
    """Write a picture as a PDF of one page, without the data of its camera."""
    with refusals():
        presses.order(source, out, do="picture")


def page_image(
    source: BinaryIO,
    page_index: int,
    *,
    scale: float,
    watermark: WatermarkText,
    picture: PictureFormat = "JPEG",
) -> bytes:
    """A page as picture with the mark in its pixels; ``scale`` 1 is 72 dpi."""
    order = {"index": page_index, "scale": scale, "picture": picture}
    with refusals(), spool() as out:
        presses.order(source, out, do="draw", **order, **sent(stamp_of(watermark)))
        out.seek(0)
        return out.read()


def page_count(source: BinaryIO) -> int:
    """How many pages the PDF has."""
    with refusals():
        return int(presses.order(source, do="count"))


def page_text(source: BinaryIO, page_index: int) -> str:
    """The text layer of a page, for screen readers; empty for a bare scan."""
    with refusals():
        return str(presses.order(source, do="words", index=page_index))


def sent(stamp: Stamp) -> dict[str, str]:
    """A mark as an order to a press carries it."""
    parts = zip(Stamp._fields, stamp, strict=True)
    return {part: base64.b64encode(data).decode() for part, data in parts}


@lru_cache(maxsize=64)
def stamp_of(text: WatermarkText) -> Stamp:
    """The mark itself, with the letters of this reader alone in its font."""
    """The mark of one reader, with that reader's letters only."""
    occasion = marked(text.occasion)
    data = {
        "name": text.name,
        "organization": text.organization,
        "occasion": occasion,
        "line": f"{_PURPOSE} {text.name}({text.organization}) {occasion}",
    }
    return Stamp(*(overlay_pdf("stamp.typ", data | {"part": p}) for p in Stamp._fields))
