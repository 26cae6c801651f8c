"""Looks into an uploaded file, in a process of its own: ``inspection.py KIND < FILE``.

Parsers are where hostile files attack (ASVS 15.2.5). This process has little memory
and time, no settings and no secrets, and prints JSON: ``finding`` is
"ok" or what is wrong, ``pages`` how many pages a viewer can show. Whatever kills it
amounts to a broken file. It imports nothing of the portal.
"""

import codecs
import json
import os
import re
import resource
import stat
import sys
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO
from xml.parsers import expat

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20

MAX_ENTRIES = 5_000
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 100  # of a package above FREE_BYTES, as a whole
FREE_BYTES = 20 * 1024 * 1024
MAX_XML = 64 * 1024 * 1024
MAX_DIRECTORY = 16 * 1024 * 1024

MAX_PAGES = 2_000
MAX_OBJECTS = 300_000
MAX_PIXELS = 50_000_000


class FoundError(Exception):
    """The file is refused; the argument is the finding."""


# Office packages ----------------------------------------------------------------------

MAIN_PARTS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
}
ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
OLE = b"\xd0\xcf\x11\xe0"
PROGRAMS = (b"MZ", b"\x7fELF")
_FIELD_THAT_FETCHES = re.compile(
    r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b", re.IGNORECASE
)


def office(file: BinaryIO, kind: str) -> int:
    """An Office package of ``kind``, without anything that runs or reaches out."""
    package = _package(file)
    names = {entry.filename for entry in package.infolist()}
    if "[Content_Types].xml" not in names:
        raise FoundError("zip")
    if MAIN_PARTS[kind] not in names:
        raise FoundError("mismatch")
    for entry in package.infolist():
        _check_part_name(entry.filename.lower())
    for entry in package.infolist():
        _check_part(package, entry)
    return 0


def _package(file: BinaryIO) -> zipfile.ZipFile:
    _check_directory_size(file)
    try:
        package = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FoundError("broken") from error
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FoundError("bomb")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FoundError("encrypted")
    _check_names(entries)
    _check_sizes(entries)
    return package


def _check_directory_size(file: BinaryIO) -> None:
    """Before zipfile reads the whole directory into memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise FoundError("broken")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise FoundError("bomb")
    file.seek(0)


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        folded = name.casefold()
        if folded in seen or not name or "\0" in name or "\\" in name or ":" in name:
            raise FoundError("broken")
        seen.add(folded)
        if name.startswith("/") or ".." in name.split("/"):
            raise FoundError("broken")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise FoundError("broken")


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise FoundError("bomb")
    if unpacked > FREE_BYTES and unpacked > packed * MAX_RATIO:
        raise FoundError("bomb")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise FoundError("bomb")  # entries that share bytes
        end = entry.header_offset + entry.compress_size


def _check_part_name(name: str) -> None:
    if "vbaproject" in name or "vbadata" in name or "macrosheets/" in name:
        raise FoundError("macros")
    if "activex" in name or "/ctrlprops/" in name:
        raise FoundError("macros")
    if "oleobject" in name or "/embeddings/" in name or "afchunk" in name:
        raise FoundError("embedded")
    if "/externallinks/" in name:
        raise FoundError("external")


def _check_part(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    head = b""
    try:
        with package.open(entry) as part:  # to its end: the checksum is part of it
            head = part.read(8)
            is_xml = name.endswith((".xml", ".rels"))
            if is_xml and entry.file_size > MAX_XML:
                raise FoundError("bomb")
            body = head + part.read() if is_xml else b""
            while part.read(1024 * 1024):
                pass
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise FoundError("broken") from error
    if head.startswith((*ARCHIVES, OLE, *PROGRAMS)):
        raise FoundError("embedded")
    if is_xml and body:
        _check_xml(name, body)


def _check_xml(name: str, body: bytes) -> None:
    reader = _READERS["rels" if name.endswith(".rels") else "part"]()
    if name == "[content_types].xml":
        reader = ContentTypes()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 – expat's own signature
    except expat.ExpatError as error:
        raise FoundError("broken") from error
    reader.finish()


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


# PDF ----------------------------------------------------------------------------------

_ACTING = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/Rendition",
}
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA"}
_EMBEDDING_KEYS = {"/EF", "/EmbeddedFiles", "/RichMediaContent", "/3DD"}
_EMBEDDING_TYPES = {"/EmbeddedFile", "/RichMedia", "/3D", "/Movie", "/Screen"}


def pdf(file: BinaryIO, _kind: str) -> int:
    """A PDF that opens without password, does nothing and carries nothing."""
    import pikepdf  # noqa: PLC0415 – the other kinds start faster without

    try:
        with pikepdf.open(file) as document:
            if document.is_encrypted:
                raise FoundError("encrypted")
            pages = len(document.pages)
            if not pages:
                raise FoundError("broken")
            if pages > MAX_PAGES or len(document.objects) > MAX_OBJECTS:
                raise FoundError("too_long")
            for item in document.objects:
                _check_object(pikepdf, item)
            _check_object(pikepdf, document.trailer)
            return pages
    except pikepdf.PasswordError as error:
        raise FoundError("encrypted") from error
    except pikepdf.PdfError as error:
        raise FoundError("broken") from error


def _check_object(pikepdf: Any, item: Any) -> None:
    """The object with all that lies directly in it; references have their own turn."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting += [p for p in current if _is_direct(pikepdf, p)]
        elif isinstance(current, (pikepdf.Dictionary, pikepdf.Stream)):
            _check_keys(pikepdf, current)
            waiting += [p for _, p in current.items() if _is_direct(pikepdf, p)]


def _is_direct(pikepdf: Any, part: Any) -> bool:
    holder = isinstance(part, (pikepdf.Array, pikepdf.Dictionary))
    return holder and not part.is_indirect


def _check_keys(pikepdf: Any, item: Any) -> None:
    keys = set(item.keys())
    if keys & _ACTIVE_KEYS:
        raise FoundError("active")
    if keys & _EMBEDDING_KEYS:
        raise FoundError("embedded")
    for key, findings in (("/S", _ACTING), ("/Type", set()), ("/Subtype", set())):
        value = item.get(key)
        word = str(value) if isinstance(value, pikepdf.Name) else ""
        if word in findings:
            raise FoundError("active")
        if word in _EMBEDDING_TYPES:
            raise FoundError("embedded")


# Pictures -----------------------------------------------------------------------------


def picture(file: BinaryIO, kind: str) -> int:
    """A picture that can be drawn to its last row."""
    from PIL import Image  # noqa: PLC0415 – the other kinds start faster without

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(file, formats=[kind.upper()]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FoundError("too_long")
            image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise FoundError("broken") from error
    return 1


# Texts --------------------------------------------------------------------------------

_MARKUP = re.compile(r"^\s*<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def text(file: BinaryIO, _kind: str) -> int:
    """Plain text in UTF-8, UTF-16 with its mark, or the Windows code page of Japan."""
    for encoding in _encodings(file):
        file.seek(0)
        try:
            _read_text(file, encoding)
        except UnicodeDecodeError:
            continue
        return 0
    raise FoundError("mismatch")


def _encodings(file: BinaryIO) -> tuple[str, ...]:
    if file.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
        return ("utf-16",)
    return ("utf-8-sig", "cp932")


def _read_text(file: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while chunk := file.read(1024 * 1024):
        words = decoder.decode(chunk)
        if _CONTROL.search(words) or (first and _MARKUP.match(words)):
            raise FoundError("mismatch")
        first = False
    decoder.decode(b"", final=True)


# The process --------------------------------------------------------------------------

CHECKS: dict[str, Callable[[BinaryIO, str], int]] = {
    "pdf": pdf,
    "docx": office,
    "xlsx": office,
    "pptx": office,
    "png": picture,
    "jpeg": picture,
    "text": text,
}


def main(kind: str) -> None:
    """Print what was found in standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with os.fdopen(0, "rb") as file:
            pages = CHECKS[kind](file, kind)
        answer = {"finding": "ok", "pages": pages}
    except FoundError as error:
        answer = {"finding": str(error), "pages": 0}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
