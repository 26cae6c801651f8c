"""The process: limits first, then one look, then one line of JSON."""

import ctypes
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

if __name__ == "__main__":  # started by its path: nothing else is on Python's own
    sys.path.insert(0, str(Path(__file__).parents[3]))

from documents.intake.inspection.found import FoundError, Residue
from documents.intake.inspection.office import office
from documents.intake.inspection.pdf import pdf
from documents.intake.inspection.pictures import picture
from documents.intake.inspection.texts import text

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 64
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

CHECKS: dict[str, Callable[[BinaryIO, str], tuple[int, Residue]]] = {
    "pdf": pdf,
    "docx": office,
    "xlsx": office,
    "pptx": office,
    "png": picture,
    "jpeg": picture,
    "text": text,
}


def confine() -> None:
    """Little memory and time, no file to write, no way to the network."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # For a machine without the sandbox; inside it there is none to leave.
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def main(kind: str) -> None:
    """Print what was found in standard input."""
    confine()
    try:
        with os.fdopen(0, "rb") as file:
            pages, residue = CHECKS[kind](file, kind)
        answer = {"finding": "ok", "pages": pages, "residue": residue}
    except FoundError as error:
        answer = {"finding": str(error), "pages": 0, "residue": {}}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
