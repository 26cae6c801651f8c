"""PDF: pages, notes, fields, properties, earlier revisions."""

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from documents.mixups.extraction.places import PartiallyReadError, Place

MAX_REVISIONS = 5


def pdf(file: BinaryIO, _kind: str) -> Iterator[Place]:
    """Pages, notes, fields, properties, and what earlier revisions said."""
    data = file.read()
    seen: set[str] = set()
    whole = True
    for number, words, readable in _pages(data):
        seen.update(words.split("\n"))
        whole = whole and readable
        yield "page", number, words
    yield from _objects(data)
    yield from _revisions(data, seen)
    if not whole:
        raise PartiallyReadError


def _pages(data: bytes) -> Iterator[tuple[int, str, bool]]:
    import pypdfium2  # noqa: PLC0415 – the other kinds start faster without

    document = pypdfium2.PdfDocument(data)
    for number, page in enumerate(document, start=1):
        words = page.get_textpage().get_text_range().replace("\r\n", "\n")
        drawn = any(True for _ in page.get_objects(max_depth=1))
        yield number, words.replace("\ufffe", ""), bool(words.strip()) or not drawn
        page.close()


_SPOKEN = {
    "/Contents": "comment",
    "/RC": "comment",
    "/Subj": "comment",
    "/V": "page",
    "/DV": "page",
    "/Title": "hidden",
    "/Alt": "hidden",
    "/ActualText": "hidden",
}


def _objects(data: bytes) -> Iterator[Place]:
    import pikepdf  # noqa: PLC0415

    with pikepdf.open(io.BytesIO(data)) as document:
        info = [
            f"作成者 {value}" if key == "/Author" else str(value)
            for key, value in document.docinfo.items()
        ]
        yield "properties", 0, "\n".join(info)
        for thing in document.objects:
            for inner in _within(pikepdf, thing):
                yield from _spoken(pikepdf, inner)


def _within(pikepdf: Any, thing: Any) -> Iterator[Any]:
    """The object and all that lies directly in it; references have their own turn."""
    waiting = [thing]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting += [part for part in current if not _is_indirect(part)]
        elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            yield current
            waiting += [part for _, part in current.items() if not _is_indirect(part)]


def _is_indirect(part: Any) -> bool:
    return getattr(part, "is_indirect", False)


def _spoken(pikepdf: Any, thing: Any) -> Iterator[Place]:
    for key, part in _SPOKEN.items():
        value = thing.get(key)
        if isinstance(value, pikepdf.String) and (
            key != "/Title" or "/Parent" in thing
        ):
            yield part, 0, str(value)
    if thing.get("/Type") == "/Metadata":
        words = thing.read_bytes().decode("utf-8", "replace")
        yield "properties", 0, re.sub(r"<[^>]*>", "\n", words)


def _revisions(data: bytes, seen: set[str]) -> Iterator[Place]:
    """Each saved state below the last, without the lines that still stand."""
    ends = [found.end() for found in re.finditer(rb"%%EOF[\r\n]*", data)][:-1]
    for number, end in enumerate(ends[-MAX_REVISIONS:], start=1):
        try:
            pages = [words for _, words, _ in _pages(data[:end])]
        except Exception:  # nosec B112 # noqa: BLE001, S112 – half of a file may be anything
            continue
        lines = [line for words in pages for line in words.split("\n")]
        yield "revision", number, "\n".join(x for x in lines if x not in seen)
