"""Office packages: every part, sheet, comment and property."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from documents.mixups.extraction.places import Place

# Parts without words that anybody typed.
_MUTE = re.compile(
    r"(^|/)(\[content_types\]|styles|fonttable|theme\d*|websettings|numbering|"
    r"presprops|viewprops|tablestyles|calcchain|stylewithEffects)\.xml$|\.rels$",
    re.IGNORECASE,
)
_PARTS = (
    (re.compile(r"^word/document\.xml$"), "body"),
    (re.compile(r"^word/(header|footer)\d*\.xml$"), "header"),
    (re.compile(r"^word/(footnotes|endnotes)\.xml$"), "footnote"),
    (re.compile(r"comments?[^/]*\.xml$", re.IGNORECASE), "comment"),
    (re.compile(r"^(word|ppt|xl)/(charts|diagrams|drawings)/"), "body"),
    (re.compile(r"^ppt/slides/slide(\d+)\.xml$"), "slide"),
    (re.compile(r"^ppt/notesSlides/notesSlide(\d+)\.xml$"), "notes"),
    (re.compile(r"^ppt/slide(Masters|Layouts)/"), "header"),
    (
        re.compile(r"^(docProps|customXml)/|persons?/|people\.xml|Authors\.xml"),
        "properties",
    ),
)


def office(file: BinaryIO, kind: str) -> Iterator[Place]:
    """All parts of a package, each by what it is."""
    with zipfile.ZipFile(file) as package:
        names = sorted(
            name
            for name in package.namelist()
            if name.lower().endswith(".xml") and not _MUTE.search(name)
        )
        if kind == "xlsx":
            yield from _book(package, names)
            names = [name for name in names if not _OF_BOOK.match(name)]
        for name in names:
            yield from _part(package, name)


def _part(package: zipfile.ZipFile, name: str) -> Iterator[Place]:
    for pattern, part in _PARTS:
        if found := pattern.search(name):
            number = int(found[1]) if part in {"slide", "notes"} else 0
            break
    else:
        part, number = "hidden", 0
    if part == "properties":
        yield from _read(package, name, Everything()).places(part, number)
    else:
        yield from _read(package, name, Words()).places(part, number)


def _read(package: zipfile.ZipFile, name: str, reader: "Reader") -> "Reader":
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, found: reader.start(
        tag.rsplit(" ", 1)[-1], {k.rsplit(" ", 1)[-1]: v for k, v in found.items()}
    )
    parser.EndElementHandler = lambda tag: reader.end(tag.rsplit(" ", 1)[-1])
    parser.CharacterDataHandler = reader.text
    with package.open(name) as part:
        parser.ParseFile(part)
    return reader


class Reader:
    """What is heard of one XML part."""

    def start(self, tag: str, found: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters."""

    def places(self, part: str, number: int) -> Iterator[Place]:
        """What was heard."""
        yield from ()


class Everything(Reader):
    """All characters and values: properties, forms' data."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tag = ""

    def start(self, tag: str, found: dict[str, str]) -> None:
        self.tag = tag
        for key in ("displayName", "author", "name"):
            if key in found:
                self.lines.append(f"作成者 {found[key]}")

    def text(self, data: str) -> None:
        by = "作成者 " if self.tag in {"creator", "lastModifiedBy", "Manager"} else ""
        self.lines.append(by + data)

    def places(self, part: str, number: int) -> Iterator[Place]:
        yield part, number, "\n".join(line for line in self.lines if line.strip())


_TEXTS = {"t", "delText", "text", "oddHeader", "oddFooter", "v"}
# Where values hide in attributes: controls, lists to choose from, merged data.
_VALUES = {"alias", "tag", "docVar", "listItem", "default", "result", "bookmarkStart"}


class Words(Reader):
    """Paragraphs; those of a table's row make one line; deletions stand apart."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, int, str]] = []
        self.deleted: list[str] = []
        self.hidden: list[str] = []
        self.authors: set[str] = set()
        self.open: list[list[str]] = []  # paragraphs, the innermost last
        self.struck: list[list[str]] = []  # the same with what was deleted
        self.rows: list[list[str]] = []
        self.inside = ""
        self.broken = self.forced = 1  # pages where Word broke them, forced ones

    def start(self, tag: str, found: dict[str, str]) -> None:
        self._attributes(tag, found)
        if tag in {"p", "rt", "text"}:
            self.open.append([])
            self.struck.append([])
        if tag == "tr":
            self.rows.append([])
        if tag in _TEXTS or tag == "instrText":
            self.inside = tag
        elif tag == "lastRenderedPageBreak":
            self.broken += 1
        elif tag in {"br", "cr", "tab"}:
            self._append("\t" if tag == "tab" else "\n")
            self.forced += found.get("type") == "page"

    def _attributes(self, tag: str, found: dict[str, str]) -> None:
        if "author" in found:
            self.authors.add(found["author"])
        if tag in _VALUES:
            self.hidden += found.values()
        self.hidden += [found[key] for key in ("descr", "title") if key in found]

    def text(self, data: str) -> None:
        if self.inside == "instrText":
            self.hidden.append(data)
        elif self.inside == "delText":
            if self.struck:
                self.struck[-1] += [" ", data, " "]
        elif self.inside:
            self._append(data)

    def _append(self, data: str) -> None:
        if self.open:
            self.open[-1].append(data)
            self.struck[-1].append(data)
        elif data.strip():
            self.lines.append((self.broken, self.forced, data))

    def end(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""
        if tag in {"p", "rt", "text"} and self.open:
            self._close("".join(self.open.pop()), "".join(self.struck.pop()), tag)
        elif tag == "tr" and self.rows:
            self._line("\t".join(self.rows.pop()))

    def _close(self, words: str, struck: str, tag: str) -> None:
        if struck != words:
            self.deleted.append(struck)
        if self.rows and tag == "p" and not self.open:
            self.rows[-1].append(words)
        else:
            self._line(words)

    def _line(self, words: str) -> None:
        if self.rows:
            self.rows[-1].append(words)
        elif words.strip():
            self.lines.append((self.broken, self.forced, words))

    def places(self, part: str, number: int) -> Iterator[Place]:
        pages: dict[int, list[str]] = {}
        for broken, forced, words in self.lines:
            page = broken if self.broken > 1 else forced
            pages.setdefault(page if part == "body" else number, []).append(words)
        for page, lines in pages.items():
            yield part, page, "\n".join(lines)
        yield "deleted", 0, "\n".join(line for line in self.deleted if line)
        yield "hidden", 0, "\n".join(self.hidden)
        yield "properties", 0, "\n".join(f"作成者 {name}" for name in self.authors)


# Workbooks ----------------------------------------------------------------------------

_OF_BOOK = re.compile(r"^xl/(workbook|sharedStrings|worksheets/.*|pivotCache/.*)\.xml$")


def _book(package: zipfile.ZipFile, names: list[str]) -> Iterator[Place]:
    book = _read(package, "xl/workbook.xml", Book())
    assert isinstance(book, Book)  # noqa: S101 – for the type checker
    targets = _targets(package, "xl/_rels/workbook.xml.rels")
    strings = Strings()
    if "xl/sharedStrings.xml" in names:
        _read(package, "xl/sharedStrings.xml", strings)
    used: set[int] = set()
    for number, (name, state, link) in enumerate(book.sheets, start=1):
        yield "sheet_name", number, name
        part = "hidden_sheet" if state in {"hidden", "veryHidden"} else "sheet"
        path = targets.get(link, "")
        if path in names:
            cells = Cells(strings.words, used)
            yield from _read(package, path, cells).places(part, number)
    left = [words for at, words in enumerate(strings.words) if at not in used]
    yield "hidden", 0, "\n".join([*book.names, *left])
    for name in names:
        if name.startswith("xl/pivotCache/"):
            yield from _read(package, name, Values()).places("hidden", 0)


def _targets(package: zipfile.ZipFile, name: str) -> dict[str, str]:
    links = Links()
    if name in package.namelist():
        _read(package, name, links)
    folder = PurePosixPath(name).parent.parent
    return {
        key: target.lstrip("/") if target.startswith("/") else str(folder / target)
        for key, target in links.found.items()
    }


class Links(Reader):
    """Where a part's relations lead."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def start(self, tag: str, found: dict[str, str]) -> None:
        if tag == "Relationship":
            self.found[found.get("Id", "")] = found.get("Target", "")


class Book(Reader):
    """The sheets with their states, and the names of ranges."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.names: list[str] = []
        self.inside = False

    def start(self, tag: str, found: dict[str, str]) -> None:
        if tag == "sheet":
            self.sheets.append(
                (found.get("name", ""), found.get("state", ""), found.get("id", ""))
            )
        self.inside = tag == "definedName"
        if self.inside:
            self.names.append(found.get("name", ""))

    def text(self, data: str) -> None:
        if self.inside:
            self.names.append(data)


class Strings(Reader):
    """The shared strings; a reading (ふりがな) is a line of its own."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.inside = self.reading = False

    def start(self, tag: str, found: dict[str, str]) -> None:
        if tag == "si":
            self.words.append("")
        elif tag == "rPh":
            self.reading = True
            self.words[-1] += "\n"
        self.inside = tag == "t"

    def end(self, tag: str) -> None:
        self.inside = False
        if tag == "rPh":
            self.reading = False

    def text(self, data: str) -> None:
        if self.inside:
            self.words[-1] += data


class Cells(Reader):
    """The rows of a sheet."""

    def __init__(self, strings: list[str], used: set[int]) -> None:
        self.strings, self.used = strings, used
        self.rows: list[list[str]] = []
        self.aside: list[str] = []
        self.kind = self.inside = self.value = ""

    def start(self, tag: str, found: dict[str, str]) -> None:
        if tag == "row" or not self.rows:
            self.rows.append([])
        if tag == "c":
            self.kind, self.value = found.get("t", "n"), ""
        elif tag in {"v", "t", "f", "formula1", "oddHeader", "oddFooter"}:
            self.inside = tag

    def text(self, data: str) -> None:
        if self.inside in {"v", "t"}:
            self.value += data
        elif self.inside:
            self.aside.append(data)

    def end(self, tag: str) -> None:
        self.inside = ""
        if tag == "c":
            self.rows[-1].append(self._cell())

    def _cell(self) -> str:
        if self.kind != "s":
            return _number(self.value) if self.kind == "n" else self.value
        at = int(self.value or -1)
        if not 0 <= at < len(self.strings):
            return ""
        self.used.add(at)
        words, _, reading = self.strings[at].partition("\n")
        if reading:
            self.aside.append(reading.replace("\n", ""))
        return words

    def places(self, part: str, number: int) -> Iterator[Place]:
        rows = ["\t".join(row) for row in self.rows]
        yield part, number, "\n".join([*rows, *self.aside])


def _number(value: str) -> str:
    """A number as people read it: days are dates, phones have lost their first 0."""
    if not value.isdigit():
        return value
    if len(value) in {9, 10}:
        return f"0{value}"
    if 3_000 < int(value) < 60_000:
        return f"{value} {date(1899, 12, 30) + timedelta(days=int(value))}"
    return value


class Values(Reader):
    """What a pivot table keeps of the rows it was made of."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def start(self, tag: str, found: dict[str, str]) -> None:
        if "v" in found:
            self.lines.append(found["v"])

    def places(self, part: str, number: int) -> Iterator[Place]:
        yield part, number, "\n".join(self.lines)
