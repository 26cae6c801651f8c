"""An Office file without what must not reach its PDF: remarks, traces, authors.

Runs in the sandbox, after intake has looked into the package. Imports nothing of the
portal. Tracked changes are accepted; what is hidden (sheets, rows, columns, slides)
LibreOffice itself leaves out of a PDF.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

# Parts that hold remarks and names; what refers to them goes with them.
_DROPPED = re.compile(
    r"(^docprops/|/comments|/threadedcomments/|/persons?/|/people\.xml$|/notesslides/"
    r"|/commentauthors|/authors\.xml$|/revisions/|/customxml/|^customxml/)",
    re.IGNORECASE,
)


def clean(source: BinaryIO, target: BinaryIO) -> None:
    """Write the package again without them."""
    with (
        zipfile.ZipFile(source) as package,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for entry in package.infolist():
            if not _DROPPED.search(entry.filename):
                out.writestr(entry.filename, _part(entry.filename, package.read(entry)))


def _part(name: str, body: bytes) -> bytes:
    change = next((do for ending, do in _CHANGES if ending.search(name.lower())), None)
    if change is None:
        return body
    root = etree.fromstring(body, _PARSER)
    change(root)
    return bytes(etree.tostring(root, encoding="UTF-8", standalone=True))


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _without_dropped(root: etree._Element) -> None:
    """Relationships and content types of parts that are gone."""
    for element in list(root):
        place = element.get("PartName", element.get("Target", "")).lstrip("/.")
        if _DROPPED.search(place) or _DROPPED.search(f"/{place}"):
            root.remove(element)


# Word ---------------------------------------------------------------------------------

_TAKEN_BACK = ("del", "moveFrom")
_ADDED = ("ins", "moveTo")
_TRACES = re.compile(
    r"(PrChange|tblGridChange|numberingChange|RangeStart|RangeEnd|commentReference"
    r"|annotationRef|cellIns|cellMerge)$"
)


def _accept(root: etree._Element) -> None:
    """Accept every tracked change; drop remarks and bookkeeping of both."""
    _drop_rows(root)
    _join_paragraphs(root)
    for name in _TAKEN_BACK:
        for element in list(root.iter(_W + name)):
            _remove(element)
    for name in _ADDED:
        for element in list(root.iter(_W + name)):
            _unwrap(element)
    for element in list(_elements(root)):
        if _TRACES.search(element.tag):
            _remove(element)


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    return (e for e in root.iter(etree.Element) if e.tag.startswith(_W))


def _drop_rows(root: etree._Element) -> None:
    """Rows and cells that were deleted."""
    for name, owner in (("trPr", "del"), ("tcPr", "cellDel")):
        for properties in list(root.iter(_W + name)):
            if properties.find(_W + owner) is not None:
                _remove(properties.getparent())


def _join_paragraphs(root: etree._Element) -> None:
    """A paragraph whose end was deleted goes on with the words of the next one."""
    for paragraph in reversed(list(root.iter(_W + "p"))):
        if paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is None:
            continue
        after = paragraph.getnext()
        if after is None or after.tag != _W + "p":
            continue
        for child in after:
            if child.tag != _W + "pPr":
                paragraph.append(child)
        _remove(after)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrap(element: etree._Element) -> None:
    """The contents take the element's place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(element):
        parent.insert(at, child)
    parent.remove(element)


# Excel --------------------------------------------------------------------------------


def _without_remarks(root: etree._Element) -> None:
    """No remarks at the end of the print, nor their drawings."""
    for setup in root.iter(_XL + "pageSetup"):
        setup.attrib.pop("cellComments", None)
    for element in list(root.iter(_XL + "legacyDrawing")):
        _remove(element)


_CHANGES: list[tuple[re.Pattern[str], Callable[[etree._Element], None]]] = [
    (re.compile(r"(\.rels$|^\[content_types\]\.xml$)"), _without_dropped),
    (re.compile(r"^word/[^/]+\.xml$"), _accept),
    (re.compile(r"^xl/(work|chart)sheets/[^/]+\.xml$"), _without_remarks),
]
