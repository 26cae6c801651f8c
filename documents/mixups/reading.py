"""The words of a version, read by ``extraction/`` in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from documents.mixups.weighing import Place
from documents.models import MixupHit
from documents.sandbox import boxed

READING_SECONDS = 60
_EXTRACTION = Path(__file__).with_name("extraction") / "__main__.py"
_PARTS = frozenset(MixupHit.Part.values)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says; not ``whole`` where a part can only be read by eye."""

    places: list[Place]
    whole: bool


def read(file: BinaryIO, name: str) -> Reading:
    """The words of ``file``, a real file at its beginning, of the kind of ``name``."""
    kind = PurePosixPath(name).suffix.lower().lstrip(".")
    try:
        done = subprocess.run(  # noqa: S603 – own program, fixed arguments
            boxed(
                [sys.executable, "-I", str(_EXTRACTION), kind],
                readable=[_EXTRACTION.parents[2]],
                ends_with_thread=True,
            ),
            stdin=file,
            capture_output=True,
            timeout=READING_SECONDS,
            check=True,
            env={},
            start_new_session=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, json.JSONDecodeError):
        return Reading([], whole=False)
    places = [Place(*place) for place in answer["places"] if place[0] in _PARTS]
    return Reading(places, whole=answer["whole"])
