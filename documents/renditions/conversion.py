"""Office files and texts as flat PDF, by LibreOffice in the sandbox.

LibreOffice is optional. Where it is missing, or where the sandbox is not tight,
nothing is converted, and ``refusal`` says why.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import BinaryIO

from documents import sandbox
from documents.output import watermark
from documents.output.spool import readable_elsewhere, spool
from documents.renditions import office
from portal.core import media
from portal.core.errors import InvalidError

log = logging.getLogger(__name__)

SECONDS = 180
_PACKAGE = Path(__file__).parents[1]
_SETTINGS = Path("/etc/libreoffice")
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from documents.renditions import office; sys.exit(office.main(*sys.argv[2:]))"
)

KINDS = {
    media.DOCX: "docx",
    media.XLSX: "xlsx",
    media.PPTX: "pptx",
    media.TEXT: "txt",
    media.CSV: "csv",
}


class ConversionError(Exception):
    """No PDF can be made of the file; the argument is the reason's code."""


@cache
def refusal() -> str:
    """Why nothing is converted on this machine; empty where it is. Logged once."""
    if shutil.which("soffice") is None:
        why = "LibreOffice (soffice) is not installed"
    else:
        why = sandbox.refusal()
    if why:
        log.warning("Office files are not shown as pages: %s", why)
    return why


def to_pdf(source: BinaryIO, media_type: str, out: BinaryIO) -> int:
    """Write ``source`` as flat PDF to the spool ``out``; how many pages it has.

    Raises ConversionError with "broken", "slow" or "large".
    """
    with spool(office.PDF_BYTES) as made:
        with readable_elsewhere(source) as file:
            _run(KINDS[media_type], file, made)
        try:
            return watermark.flat_pdf(made, out)
        except watermark.TooLargePdfError as error:
            raise ConversionError("large") from error
        except InvalidError as error:
            raise ConversionError("broken") from error


def _run(kind: str, source: BinaryIO, made: BinaryIO) -> None:
    soffice = Path(shutil.which("soffice") or "soffice").resolve()
    command = [sys.executable, "-I", "-c", _START, str(_PACKAGE.parent), kind]
    readable = [_PACKAGE, soffice.parents[1]]
    readable += [_SETTINGS] if _SETTINGS.exists() else []
    process = subprocess.Popen(  # noqa: S603 – own program
        sandbox.boxed(
            [*command, str(soffice)], readable=readable, ends_with_thread=True
        ),
        stdin=source,
        stdout=made,
        stderr=subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        code = process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ConversionError("slow") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code != 0:
        raise ConversionError("broken")
