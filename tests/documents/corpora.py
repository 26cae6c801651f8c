"""Bad files and bad names, as many as wanted.

The same seed makes the same file, but for PDFs, into which qpdf writes what is new
each time. ``make`` takes the n-th file of a corpus. Tests take a share, ``make bench``
takes all.
"""

import gzip
import io
import random
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import pikepdf
from PIL import Image

from tests.documents import files


class Bad(NamedTuple):
    """A file as somebody might send it."""

    name: str
    data: bytes


Chance = random.Random


def make(corpus: str, number: int) -> Bad:
    """The file of that number."""
    return CORPORA[corpus](random.Random(f"{corpus} {number}"))


def some(corpus: str, count: int) -> Iterator[Bad]:
    """The first ``count`` files."""
    return (make(corpus, number) for number in range(count))


# Damage -------------------------------------------------------------------------------


def flipped(chance: Chance, data: bytes) -> bytes:
    """Some bytes changed, cut out, or doubled."""
    out = bytearray(data)
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(out))
        kind = chance.randrange(8)
        if kind == 0:
            del out[at : at + chance.randrange(1, 64)]
        elif kind == 1:
            out[at:at] = out[at : at + chance.randrange(1, 64)]
        else:
            out[at] = chance.randrange(256)
        if len(out) < 2:
            break
    return bytes(out)


# Office -------------------------------------------------------------------------------

WORD_RELS = "word/_rels/document.xml.rels"


@cache
def bases() -> list[tuple[str, bytes, str]]:
    """The packages that ``office`` changes: name, bytes and main part."""
    return [
        ("a.docx", files.docx_file(), "word/document.xml"),
        ("a.xlsx", files.xlsx_file(), "xl/worksheets/sheet1.xml"),
        ("a.pptx", files.pptx_file(), "ppt/presentation.xml"),
    ]


def office(chance: Chance) -> Bad:
    """Mutated packages and XML, hooks of every kind, depth and mass."""
    name, base, main = chance.choice(bases())
    change = chance.choice(_OFFICE_CHANGES)
    return Bad(name, change(chance, base, main))


def _bytes(chance: Chance, base: bytes, _main: str) -> bytes:
    return flipped(chance, base)


def _xml(chance: Chance, base: bytes, main: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(base)) as package:
        part = chance.choice([main, "[Content_Types].xml", *package.namelist()])
        return files.with_parts(base, (part, flipped(chance, package.read(part))))


def _part(chance: Chance, base: bytes, _main: str) -> bytes:
    return files.with_parts(base, chance.choice(_PARTS))


_PARTS: list[tuple[str | zipfile.ZipInfo, bytes]] = [
    ("word/vbaProject.bin", b"\xcc\x61"),
    ("xl/macrosheets/sheet1.xml", b"<a/>"),
    ("word/activeX/activeX1.xml", b"<a/>"),
    ("word/embeddings/oleObject1.bin", files.container("x")),
    ("word/media/image1.png", files.container("x")),
    ("word/afchunk.mht", b"x"),
    ("xl/externalLinks/externalLink1.xml", b"<a/>"),
    (WORD_RELS, files.relation("attachedTemplate", "https://evil.example/a.dotm")),
    (WORD_RELS, files.relation("image", "//evil.example/a.png")),
    (WORD_RELS, files.relation("hyperlink", "\\\\evil\\share")),
    ("word/document.xml", b'<?xml version="1.0" encoding="utf-7"?><a/>'),
    ("word/document.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><a>&b;</a>'),
    ("word/document.xml", b"<a " + b'b="c" ' * 20_000 + b"/>"),
    ("docProps/core.xml", b"\xff\xfe<\x00a\x00/\x00>\x00"),
]


def _field(chance: Chance, base: bytes, main: str) -> bytes:
    field = chance.choice(
        ["DDEAUTO c:\\cmd", "DDE excel", "INCLUDEPICTURE https://evil.example/a"]
    )
    return files.with_parts(base, (main, f'<a><f instr="{field}"/></a>'.encode()))


def _deep(chance: Chance, base: bytes, main: str) -> bytes:
    depth = chance.choice([1_000, 20_000, 100_000])
    return files.with_parts(base, (main, b"<tbl>" * depth + b"</tbl>" * depth))


def _cells(chance: Chance, base: bytes, main: str) -> bytes:
    count = chance.choice([10_000, 10_000, 10_000, 1_000_000])
    row = b'<row><c r="A1"><v>1</v></c></row>'
    return files.with_parts(base, (main, b"<sheet>" + row * count + b"</sheet>"))


_OFFICE_CHANGES = [*[_bytes] * 6, *[_xml] * 6, *[_part] * 4, _field, _deep, _cells]


# PDF ----------------------------------------------------------------------------------


def pdf(chance: Chance) -> Bad:
    """Damaged, acting, carrying, looping, locked and endless PDFs."""
    return Bad("a.pdf", chance.choice(_PDF_CHANGES)(chance))


@cache
def _plain(pages: int) -> bytes:
    return files.pdf_file(pages)


def _damaged(chance: Chance) -> bytes:
    return flipped(chance, _plain(chance.choice([1, 3, 12])))


def _acting(chance: Chance) -> bytes:
    kind = chance.choice(["JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE"])

    def change(document: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), F="a.exe")
        document.Root.OpenAction = action

    return files.pdf_with(change)


def _carrying(_chance: Chance) -> bytes:
    return files.pdf_with(lambda pdf: pdf.attachments.__setitem__("a.exe", b"MZ"))


def _looping(chance: Chance) -> bytes:
    whole = _plain(3)
    start = whole.rindex(b"startxref")
    at = int(whole[start:].split()[1])
    loops = [
        whole.replace(b"/Kids [", b"/Kids [ 2 0 R 1 0 R ", 1),
        whole.replace(b"/Type /Pages", b"/Type /Pages /Parent 2 0 R", 1),
        whole[:start] + b"trailer << /Prev %d >>\nstartxref\n%d\n%%%%EOF" % (at, at),
        whole[:start] + b"startxref\n%d\n%%%%EOF" % chance.randrange(len(whole) * 2),
    ]
    return chance.choice(loops)


def _nested(chance: Chance) -> bytes:
    depth = chance.choice([500, 20_000, 200_000])
    deep = b"[" * depth + b"]" * depth
    return _plain(1).replace(b"/Type /Catalog", b"/Type /Catalog /A " + deep, 1)


def _locked(chance: Chance) -> bytes:
    return files.locked_pdf(user=chance.choice(["", "open"]))


def _endless(chance: Chance) -> bytes:
    count = chance.choice([2_001, 10**9, -5])
    return _plain(1).replace(b"/Count 1", b"/Count %d" % count, 1)


def _many_pages(_chance: Chance) -> bytes:
    return _plain(10_000)


_PDF_CHANGES = [
    *[_damaged] * 12,
    *[_acting] * 3,
    _carrying,
    *[_looping] * 3,
    _nested,
    _locked,
    _endless,
    _many_pages,
]


# Archives -----------------------------------------------------------------------------


def archive(chance: Chance) -> Bad:
    """Bombs, nests, shared bytes, links and names that lead out, whatever the name."""
    name = chance.choice(["a.docx", "a.xlsx", "a.zip", "a.pdf"])
    return Bad(name, chance.choice(_ARCHIVES)(chance))


def _bomb(chance: Chance) -> bytes:
    zeros = bytes(chance.choice([30, 60]) * 1024 * 1024)
    return files.with_parts(files.docx_file(), ("word/media/a.bin", zeros))


def _nest(_chance: Chance) -> bytes:
    data = b"x"
    for _ in range(5):
        data = files.zip_file([("[Content_Types].xml", b"<a/>"), ("a.zip", data)])
    return data


def _overlapping(chance: Chance) -> bytes:
    """Every entry of the directory points at the same bytes."""
    data = bytearray(files.zip_file([(f"{n}.xml", b"<a/>") for n in range(9)]))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 42 : at + 46] = bytes(4)
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


def _name(chance: Chance) -> bytes:
    name = chance.choice(
        [
            "../a.xml",
            "/etc/passwd",
            "a\\b.xml",
            "C:a.xml",
            "a/../../b",
            "a\0b",
            "x" * 9999,
        ]
    )
    entries: list[tuple[str | zipfile.ZipInfo, bytes]] = [(name, b"x")]
    return files.zip_file([("[Content_Types].xml", b"<a/>"), *entries])


def _link(_chance: Chance) -> bytes:
    return files.with_parts(
        files.docx_file(), (files.symlink("word/a"), b"/etc/passwd")
    )


@cache
def _crowd(count: int) -> bytes:
    return files.zip_file([(f"{n}", b"") for n in range(count)])


def _members(chance: Chance) -> bytes:
    return _crowd(chance.choice([6_000, 6_000, 65_000]))


def _twice(_chance: Chance) -> bytes:
    base = files.docx_file()
    return files.with_parts(base, ("WORD/DOCUMENT.XML", b"<a/>"))


def _gzip(_chance: Chance) -> bytes:
    return gzip.compress(bytes(20 * 1024 * 1024), mtime=0)


def _sealed(_chance: Chance) -> bytes:
    return files.marked_encrypted(files.docx_file())


def _tail(chance: Chance) -> bytes:
    """The end of the directory lies about where and how much."""
    data = bytearray(files.docx_file())
    at = data.rindex(b"PK\x05\x06") + chance.randrange(4, 20)
    data[at : at + 4] = chance.randbytes(4)
    return bytes(data)


_ARCHIVES = [
    *[_bomb, _nest, _overlapping, _name, _name, _link, _members],
    *[_twice, _gzip, _sealed, _tail, _tail],
]


# Pictures -----------------------------------------------------------------------------


def picture(chance: Chance) -> Bad:
    """Floods, two kinds in one, places in the data, texts in disguise."""
    name = chance.choice(["a.png", "a.jpg"])
    kind = "PNG" if name == "a.png" else "JPEG"
    return Bad(name, chance.choice(_PICTURES)(chance, kind))


def _flood(chance: Chance, _kind: str) -> bytes:
    return files.flood_png(chance.randrange(1, 2**31), chance.randrange(1, 2**31))


def _two_in_one(chance: Chance, kind: str) -> bytes:
    tail = chance.choice([files.docx_file(), b"<script>1</script>", files.pdf_file()])
    return files.picture(kind) + tail


def _placed(chance: Chance, kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 41.0, chance.random())}
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, kind, exif=exif)
    return flipped(chance, out.getvalue()) if chance.random() < 0.5 else out.getvalue()


def _disguised(chance: Chance, _kind: str) -> bytes:
    return chance.choice(
        [b"<svg onload='x'/>", b"<html><script>1</script>", b"GIF89a" + bytes(99)]
    )


def _damaged_picture(chance: Chance, kind: str) -> bytes:
    return flipped(chance, files.picture(kind, (200, 200)))


_PICTURES = [_flood, _two_in_one, _placed, _disguised, *[_damaged_picture] * 4]

CORPORA: dict[str, Callable[[Chance], Bad]] = {
    "office": office,
    "pdf": pdf,
    "archive": archive,
    "picture": picture,
}
# How many of each the rules ask for (SECURITY 3d).
COUNTS = {"office": 4_000, "pdf": 2_000, "archive": 500, "picture": 500}


# Names --------------------------------------------------------------------------------

_PIECES = [
    *("経過", "カルテ", "ガイド", "ｶﾙﾃ", "𠮷野", "葛󠄀城", "①", "㈱", "髙﨑"),
    *("がぎぐ", "👨‍👩‍👧", "\ue000", "\ud800", "\udfff", "\ufdd0"),
    *("\u202e", "\u200b", "\u2066", "\ufeff", "\u2028", "\u0301"),
    *("\0", "\r\n", "\t", "\x1b[31m", "\x7f"),
    *("../", "..\\", "/etc/", "C:\\", "\\\\srv\\", "~", "%2e%2e%2f", "%00"),
    *('"', "'", ";", "=", "=1+1", "@SUM", "+", "-", "<b>", "&amp;", "`", "$(x)", "|"),
    *("CON", "nul", "LPT1", ".", "..", " ", "　", "a" * 300, "あ" * 200),
    *("filename*=utf-8''x", "Content-Type: text/html", "{{ 7 }}", "{% now %}"),
]
_SUFFIXES = [*[".txt"] * 6, ".TXT", ".txt.txt", ".exe.txt", ".txt ", ".txt."]


def names(count: int) -> Iterator[str]:
    """Hostile file names; most claim to be a text."""
    chance = random.Random("names")
    for _ in range(count):
        pieces = chance.choices(_PIECES, k=chance.randrange(1, 6))
        name = "".join(pieces) + chance.choice(_SUFFIXES)
        form = chance.choice(["NFC", "NFD", ""])
        yield unicodedata.normalize(form, name) if form else name  # type: ignore[arg-type]
