"""Office packages: nothing in them runs or reaches out; what they still carry."""

import re
import zipfile
from typing import Any, BinaryIO
from xml.parsers import expat

from documents.intake.inspection.found import FoundError, Residue
from documents.intake.inspection.packages import package_of
from documents.intake.inspection.pictures import camera_residue
from documents.intake.inspection.remains import Remains

MAX_XML = 64 * 1024 * 1024
MAX_PHOTO = 32 * 1024 * 1024

MAIN_PARTS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
}

ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
OLE = b"\xd0\xcf\x11\xe0"
PROGRAMS = (b"MZ", b"\x7fELF")
PHOTOS = (".jpg", ".jpeg")
_FIELD_THAT_FETCHES = re.compile(
    r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b", re.IGNORECASE
)


def office(file: BinaryIO, kind: str) -> tuple[int, Residue]:
    """An Office package of ``kind``; it has no pages that the viewer could show."""
    package = package_of(file)
    names = {entry.filename for entry in package.infolist()}
    if "[Content_Types].xml" not in names:
        raise FoundError("zip")
    if MAIN_PARTS[kind] not in names:
        raise FoundError("mismatch")
    for entry in package.infolist():
        _check_part_name(entry.filename.lower())
    residue = Residue()
    for entry in package.infolist():
        _check_part(package, entry, residue)
    return 0, residue


def _check_part_name(name: str) -> None:
    if "vbaproject" in name or "vbadata" in name or "macrosheets/" in name:
        raise FoundError("macros")
    if "activex" in name or "/ctrlprops/" in name:
        raise FoundError("macros")
    if "oleobject" in name or "/embeddings/" in name or "afchunk" in name:
        raise FoundError("embedded")
    if "/externallinks/" in name:
        raise FoundError("external")


def _check_part(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, residue: Residue
) -> None:
    name = entry.filename.lower()
    is_xml = name.endswith((".xml", ".rels"))
    if is_xml and entry.file_size > MAX_XML:
        raise FoundError("bomb")
    is_read = is_xml or (name.endswith(PHOTOS) and entry.file_size <= MAX_PHOTO)
    try:
        with package.open(entry) as part:  # to its end: the checksum is part of it
            head = part.read(8)
            body = head + part.read() if is_read else b""
            while part.read(1024 * 1024):
                pass
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise FoundError("broken") from error
    if head.startswith((*ARCHIVES, OLE, *PROGRAMS)):
        raise FoundError("embedded")
    if is_xml and body:
        _check_xml(name, body, residue)
    elif body:
        residue.update(camera_residue(body))


def _check_xml(name: str, body: bytes, residue: Residue) -> None:
    remains = Remains(name)
    reader = _READERS["rels" if name.endswith(".rels") else "part"]()
    if name == "[content_types].xml":
        reader = ContentTypes()
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(tag: str, attributes: dict[str, str]) -> None:
        reader.start(tag, attributes)
        remains.start(tag.rsplit(" ", 1)[-1], attributes)

    def end(tag: str) -> None:
        reader.end(tag)
        remains.end()

    def text(data: str) -> None:
        reader.text(data)
        remains.text(data)

    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(body, True)  # noqa: FBT003 – expat's own signature
    except expat.ExpatError as error:
        raise FoundError("broken") from error
    reader.finish()
    residue.update(remains.found)


def _no_doctype(*_: Any) -> None:
    raise FoundError("broken")


class XmlReader:
    """What is looked at in one part."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...

    def finish(self) -> None:
        """The part is at its end."""


class ContentTypes(XmlReader):
    """Macros announce themselves by their type."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind or "activex" in kind:
            raise FoundError("macros")


class Relationships(XmlReader):
    """Only plain links may lead out of the package."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rsplit("/", 1)[-1].lower()
        if kind in {"afchunk", "oleobject", "package", "subdocument"}:
            raise FoundError("embedded")
        if attributes.get("TargetMode", "").lower() == "external":
            if kind != "hyperlink":
                raise FoundError("external")
            if attributes.get("Target", "").lower().startswith(("file:", "\\\\")):
                raise FoundError("external")


class Fields(XmlReader):
    """Field codes that fetch something; Word splits them over many elements."""

    def __init__(self) -> None:
        self.inside = False
        self.codes: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rsplit(" ", 1)[-1]
        self.inside = local == "instrText"
        if local == "fldChar":
            self.codes.append(" ; ")
        for key, value in attributes.items():
            if key.rsplit(" ", 1)[-1] == "instr":
                self.codes.append(f" ; {value} ; ")
        if local == "ddeLink":
            raise FoundError("external")

    def end(self, tag: str) -> None:
        self.inside = False

    def text(self, data: str) -> None:
        if self.inside:
            self.codes.append(data)

    def finish(self) -> None:
        for code in "".join(self.codes).split(";"):
            if _FIELD_THAT_FETCHES.match(code.strip()):
                raise FoundError("external")


_READERS: dict[str, type[XmlReader]] = {"rels": Relationships, "part": Fields}
