"""Pictures and plain texts."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from documents.mixups.extraction.places import PartiallyReadError, Place


def picture(file: BinaryIO, _kind: str) -> Iterator[Place]:
    """What stands beside the pixels; the pixels are for people."""
    from PIL import ExifTags, Image  # noqa: PLC0415

    with Image.open(file) as image:
        exif = image.getexif()
        notes = [*exif.values(), *exif.get_ifd(ExifTags.IFD.Exif).values()]
        notes += image.info.values()
    words = [_note(note) for note in notes]
    yield "properties", 0, "\n".join(word for word in words if word)
    raise PartiallyReadError


def _note(note: object) -> str:
    """Windows writes its titles as UTF-16 in bytes."""
    if isinstance(note, str):
        return note
    if isinstance(note, bytes) and len(note) < 10_000:
        return note.decode("utf-16-le" if b"\0" in note else "utf-8", "replace")
    return ""


def text(file: BinaryIO, kind: str) -> Iterator[Place]:
    """Plain text as the inspection takes it; the cells of a row as in a table."""
    data = file.read()
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    words = ""
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        try:
            words = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    if kind == "csv":
        words = re.sub(r'"?[,;]"?', "\t", words)
    yield "body", 1, words
