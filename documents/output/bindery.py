"""Pages of many PDFs bound into one, with bookmarks and marks. Runs in the press alone.

Pages stay references into their source until the file is written, and the volumes of
several readers share them: memory does not grow with the size of the papers.
"""

import base64
import io
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any, BinaryIO

import pikepdf

from documents.output import overlays
from documents.output.marks import RefusedError, Stamp
from documents.output.stamping import mark_pages

_A4 = (595, 842)
Order = dict[str, Any]
Where = tuple[int, int]  # offset and length of a PDF in the source


class _Slice(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file: BinaryIO, where: Where) -> None:
        self.file, (self.start, self.size) = file, where
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {0: 0, 1: self.at, 2: self.size}[whence]
        return self.at

    def readinto(self, buffer: Any) -> int:
        self.file.seek(self.start + self.at)
        data = self.file.read(max(0, min(len(buffer), self.size - self.at)))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def bind(source: BinaryIO, out: BinaryIO, order: Order) -> int:
    """Write the order's volumes, one after the other; how many pages they have.

    A single one has its chapters as bookmarks; of several each is a bookmark of its
    own and is filled up to whole sheets, so that no two readers share a sheet when
    both sides are printed.
    """
    try:
        with pikepdf.new() as pdf, ExitStack() as opened:
            _bind(_Binder(pdf, source, opened), order)
            pdf.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
            return len(pdf.pages)
    except pikepdf.PdfError as error:
        raise RefusedError("broken") from error


def _bind(binder: "_Binder", order: Order) -> None:
    pdf = binder.pdf
    volumes = order["volumes"]
    marks = [binder.add(volume) for volume in volumes]
    # Only now: pages that come again are copies of what they are at that moment.
    binder.mark(volumes)
    with pdf.open_outline() as outline:
        outline.root.extend(marks if len(marks) > 1 else marks[0].children)
    pdf.Root.PageMode = pikepdf.Name.UseOutlines
    pdf.Root.Lang = pikepdf.String("ja")
    for name in ("title", "author"):
        pdf.docinfo[f"/{name.capitalize()}"] = order[name]


class _Binder:
    """A PDF to which volumes are added; each of their parts is opened once."""

    def __init__(self, pdf: pikepdf.Pdf, source: BinaryIO, opened: ExitStack) -> None:
        self.pdf, self.source, self.opened = pdf, source, opened
        self.parts: dict[Where, pikepdf.Pdf] = {}

    def add(self, volume: Order) -> pikepdf.OutlineItem:
        """Append the volume's pages; its bookmark."""
        first = len(self.pdf.pages)
        bookmark = pikepdf.OutlineItem(volume["title"], first)
        bookmark.children.extend(self._chapters(volume["chapters"]))
        while len(self.pdf.pages) - first < volume["sides"]:
            self.pdf.add_blank_page(page_size=_A4)
        return bookmark

    def mark(self, volumes: list[Order]) -> None:
        """Lay each volume's mark and its labels on its pages, and on no others."""
        pages = iter(list(self.pdf.pages))
        if len(self.pdf.pages) != sum(volume["sides"] for volume in volumes):
            raise RefusedError("broken")
        for volume in volumes:
            mark = Stamp(*(base64.b64decode(volume[part]) for part in Stamp._fields))
            labels = overlays.forms_of(self.pdf, self._bytes(volume["labels"]))
            mark_pages(self.pdf, list(islice(pages, volume["sides"])), mark, labels)

    def _chapters(self, chapters: list[Order]) -> Iterator[pikepdf.OutlineItem]:
        for chapter in chapters:
            bookmark = pikepdf.OutlineItem(chapter["title"], len(self.pdf.pages))
            if chapter["part"] is not None:
                self.pdf.pages.extend(self._part(chapter["part"]).pages)
            bookmark.children.extend(self._chapters(chapter["under"]))
            yield bookmark

    def _bytes(self, where: Where) -> bytes:
        self.source.seek(where[0])
        return self.source.read(where[1])

    def _part(self, where: Where) -> pikepdf.Pdf:
        offset, size = where
        if (offset, size) not in self.parts:
            file = io.BufferedReader(_Slice(self.source, (offset, size)), 65_536)
            part = self.opened.enter_context(pikepdf.open(file))
            _loosen(part)
            self._keep_layers(part)
            self.parts[offset, size] = part
        return self.parts[offset, size]

    def _keep_layers(self, part: pikepdf.Pdf) -> None:
        """What a layer of the part hides stays hidden: pages alone forget it."""
        layers = part.Root.get("/OCProperties")
        if layers is None or "/D" not in layers:
            return
        kept = self.pdf.Root.get("/OCProperties")
        if kept is None:
            hidden = pikepdf.Dictionary(OFF=pikepdf.Array(), Order=pikepdf.Array())
            kept = pikepdf.Dictionary(OCGs=pikepdf.Array(), D=hidden)
            self.pdf.Root.OCProperties = kept
        for group in layers.get("/OCGs", ()):
            kept.OCGs.append(self.pdf.copy_foreign(group))
        for group in _hidden(layers):
            kept.D.OFF.append(self.pdf.copy_foreign(group))


def _hidden(layers: pikepdf.Object) -> list[pikepdf.Object]:
    """The layers that the part does not show when it is opened."""
    if layers.D.get("/BaseState") != pikepdf.Name.OFF:
        return list(layers.D.get("/OFF", ()))
    shown = {group.objgen for group in layers.D.get("/ON", ())}
    return [group for group in layers.get("/OCGs", ()) if group.objgen not in shown]


def _loosen(part: pikepdf.Pdf) -> None:
    """Take away what ties pages to their file: links, threads, the tree of tags."""
    for page in part.pages:
        for name in ("/Annots", "/B", "/StructParents"):
            if name in page.obj:
                del page.obj[name]
