"""Files that people upload: good ones, and what attackers make of them.

Packages bear no time of their making, so that they are the same whenever made.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable

import docx
import openpyxl
import pikepdf
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"


def docx_file(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts or ("支援の経過", "本人は見守りを希望"):
        document.add_paragraph(text)
    return with_parts(_saved(document.save))


def xlsx_file() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "氏名"
    core = f'<cp:coreProperties xmlns:cp="{_CORE}"/>'.encode()
    return with_parts(_saved(book.save), ("docProps/core.xml", core))


def pptx_file() -> bytes:
    """The least that names itself a presentation."""
    kind = f"{WORD}.presentationml.presentation.main+xml"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}"/></Types>'
    )
    return zip_file(
        [("[Content_Types].xml", types.encode()), ("ppt/presentation.xml", b"<p/>")]
    )


def pdf_file(pages: int = 1, text: str = "Page") -> bytes:
    """``pages`` pages of A4, each with ``text`` and its number as text layer."""
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            words = f"BT /F1 24 Tf 72 760 Td ({text} {number}) Tj ET"
            page.Contents = pdf.make_stream(words.encode())
        return _saved(pdf.save)


def pdf_with(change) -> bytes:
    """A PDF to which ``change(pdf)`` has done something."""
    with pikepdf.open(io.BytesIO(pdf_file())) as pdf:
        change(pdf)
        return _saved(pdf.save)


def locked_pdf(owner: str = "secret", user: str = "") -> bytes:
    with pikepdf.open(io.BytesIO(pdf_file())) as pdf:
        encryption = pikepdf.Encryption(owner=owner, user=user, R=6)
        return _saved(lambda out: pdf.save(out, encryption=encryption))


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    return _saved(lambda out: Image.new("RGB", size, "white").save(out, kind))


def flood_png(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        out += struct.pack(">I", len(data)) + name + data + checksum
    return out


def zip_file(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            entry = zipfile.ZipInfo(name) if isinstance(name, str) else name
            package.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def with_parts(base: bytes, *parts: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """The package ``base`` with ``parts`` added, or put in the place of its own."""
    names = {name if isinstance(name, str) else name.filename for name, _ in parts}
    with zipfile.ZipFile(io.BytesIO(base)) as package:
        own = [
            (entry.filename, package.read(entry))
            for entry in package.infolist()
            if entry.filename not in names
        ]
    return zip_file([*own, *parts])


def replaced(base: bytes, part: str, old: str, new: str) -> bytes:
    """The package ``base`` with words of one part changed."""
    with zipfile.ZipFile(io.BytesIO(base)) as package:
        body = package.read(part).decode()
    assert old in body
    return with_parts(base, (part, body.replace(old, new, 1).encode()))


def relation(kind: str, target: str, mode: str = "External") -> bytes:
    base = "http://schemas.openxmlformats.org"
    return (
        f'<Relationships xmlns="{base}/package/2006/relationships">'
        f'<Relationship Id="rId99" Target="{target}" TargetMode="{mode}" '
        f'Type="{base}/officeDocument/2006/relationships/{kind}"/>'
        "</Relationships>"
    ).encode()


def symlink(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def marked_encrypted(package: bytes) -> bytes:
    """The package with the encryption flag set in every header."""
    data = bytearray(package)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    return bytes(data)


def container(*streams: str) -> bytes:
    """The beginning of an OLE container that names ``streams`` in its directory."""
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + names + bytes(2048)


def _saved(save) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()
