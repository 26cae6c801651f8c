"""Which kind of file is read by which reader."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from documents.mixups.extraction.office import office
from documents.mixups.extraction.pdf import pdf
from documents.mixups.extraction.places import PartiallyReadError, Place
from documents.mixups.extraction.plain import picture, text

MAX_CHARACTERS = 4_000_000

READERS: dict[str, Callable[[BinaryIO, str], Iterator[Place]]] = {
    "pdf": pdf,
    "docx": office,
    "xlsx": office,
    "pptx": office,
    "png": picture,
    "jpg": picture,
    "jpeg": picture,
    "txt": text,
    "csv": text,
}


def read(kind: str, file: BinaryIO) -> dict[str, Any]:
    """The words of the file, as far as they can be had."""
    places: list[Place] = []
    left, whole = MAX_CHARACTERS, True
    try:
        for part, number, words in READERS[kind](file, kind):
            if words.strip():
                places.append((part, number, words[:left]))
                left -= len(words)
            if left <= 0:
                raise PartiallyReadError
    except PartiallyReadError:
        whole = False
    except Exception:  # noqa: BLE001 – what cannot be parsed is for people to read
        whole = False
    return {"places": places, "whole": whole}
