"""A person's papers as one PDF: gathered in one place, then bound by the press.

Every page bears the reader's mark and its number in the reader's volume. The press
gets all parts in one file and an order that says where each of them lies.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from documents.output import presses
from documents.output.sheet import AUTHOR
from documents.output.spool import IN_MEMORY, again, spool
from documents.output.typesetting import overlay_pdf
from documents.output.watermark import (
    WatermarkText,
    flat_pdf,
    page_count,
    refusals,
    sent,
    stamp_of,
)

FILE_TITLE = "会議資料"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A PDF among the gathered: where it lies and how many pages it has."""

    offset: int
    size: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A bookmark over the pages of ``part``, or over the chapters under it."""

    title: str
    part: Part | None = None
    under: "tuple[Chapter, ...]" = ()

    @property
    def pages(self) -> int:
        """How many pages it has with all under it."""
        own = self.part.pages if self.part else 0
        return own + sum(chapter.pages for chapter in self.under)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What one reader gets; ``number`` is that of a printed copy (配布番号)."""

    title: str
    mark: WatermarkText
    chapters: tuple[Chapter, ...]
    number: int | None = None

    @property
    def pages(self) -> int:
        """How many pages it has before it is filled up to whole sheets."""
        return sum(chapter.pages for chapter in self.chapters)


class Gathering:
    """The parts of a packet, one behind the other in a file without a name."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def add(self, data: BinaryIO) -> Part:
        """A PDF, flat and from its beginning; refused as uploads are (InvalidError)."""
        with spool() as flat:
            return self._append(flat, flat_pdf(data, flat))

    def add_own(self, data: bytes) -> Part:
        """A PDF that the portal made itself."""
        return self._append_own(data, page_count(BytesIO(data)))

    def _append_own(self, data: bytes, pages: int = 0) -> Part:
        with spool() as file:
            file.write(data)
            return self._append(file, pages)

    def _append(self, file: BinaryIO, pages: int) -> Part:
        offset = self.file.seek(0, 2)
        with again(file) as whole:
            while chunk := whole.read(_CHUNK):
                self.file.write(chunk)
        return Part(offset, self.file.tell() - offset, pages)

    def bind(self, volumes: Sequence[Volume], out: BinaryIO) -> None:
        """Write the volumes into ``out``, one after the other.

        Of several each is a bookmark of its own and ends with its sheet of paper.
        """
        whole = len(volumes) > 1
        order = [self._volume(volume, whole=whole) for volume in volumes]
        words = {"title": FILE_TITLE, "author": AUTHOR}
        with refusals():
            presses.order(self.file, out, do="bind", volumes=order, **words)

    def _volume(self, volume: Volume, *, whole: bool) -> dict[str, Any]:
        sides = volume.pages + (volume.pages % 2 if whole else 0)
        return {
            "title": volume.title,
            "chapters": [_chapter(chapter) for chapter in volume.chapters],
            "sides": sides,
            "labels": _where(self._append_own(_labels(sides, volume.number))),
            **sent(stamp_of(volume.mark)),
        }


@contextmanager
def gathering() -> Iterator[Gathering]:
    """An empty gathering, on disk: papers together are larger than memory."""
    with spool(IN_MEMORY + 1) as file:
        yield Gathering(file)


def _where(part: Part) -> tuple[int, int]:
    return part.offset, part.size


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "part": _where(chapter.part) if chapter.part else None,
        "under": [_chapter(under) for under in chapter.under],
    }


def _labels(pages: int, number: int | None) -> bytes:
    copy = f"配布番号 {number}　" if number else ""
    words = [f"{copy}通し {page} / {pages}" for page in range(1, pages + 1)]
    return overlay_pdf("labels.typ", {"labels": words})
