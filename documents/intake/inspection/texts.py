"""Plain texts, in an encoding of this country and without markup."""

import codecs
import re
from typing import BinaryIO

from documents.intake.inspection.found import FoundError, Residue

_MARKUP = re.compile(r"^\s*<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def text(file: BinaryIO, _kind: str) -> tuple[int, Residue]:
    """Plain text in UTF-8, UTF-16 with its mark, or the Windows code page of Japan."""
    for encoding in _encodings(file):
        file.seek(0)
        try:
            _read_text(file, encoding)
        except UnicodeDecodeError:
            continue
        return 0, Residue()
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
