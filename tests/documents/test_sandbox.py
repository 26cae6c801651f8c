"""The box is tight: no network, no files, no other processes, no endless memory.

Without bubblewrap and LibreOffice these tests fail: infra/bin/install-test-parts.
"""

import base64
import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from documents import sandbox
from documents.output import presses, watermark
from documents.output.marks import RefusedError
from documents.output.spool import spool
from documents.output.watermark import BrokenPdfError, page_count
from documents.renditions import conversion
from tests.documents import files

PACKAGE = Path(sandbox.__file__).parent


def boxed(program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The program's end inside the box."""
    start = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
    command = [sys.executable, "-I", "-c", start + program, *arguments]
    return subprocess.run(
        sandbox.boxed(command, readable=[PACKAGE]),
        env={},
        capture_output=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )


def test_this_machine_has_a_box_and_the_conversion() -> None:
    assert sandbox.refusal() == ""
    assert conversion.refusal() == ""


def test_nothing_inside_reaches_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = boxed(
            "import socket\n"
            "socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=2)",
            port,
        )
        assert done.returncode != 0
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_socket_without_a_name_in_the_file_system_is_out_of_reach_too() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0kasane-test-box")
        listener.listen()
        done = boxed(
            "import socket\n"
            "socket.socket(socket.AF_UNIX).connect(chr(0) + sys.argv[1])",
            "kasane-test-box",
        )
        assert b"ConnectionRefusedError" in done.stderr


def test_nothing_of_the_portal_is_seen_or_written(tmp_path: Path) -> None:
    done = boxed(
        "import os, pathlib\n"
        "print(os.path.exists(sys.argv[1]), os.path.exists(sys.argv[3]))\n"
        "print(sorted(set(os.environ) - {'LC_CTYPE', 'PWD'}))\n"
        "pathlib.Path(sys.argv[2]).touch()",
        str(settings.DATA),
        str(PACKAGE / "touched"),
        str(tmp_path),
    )
    assert done.stdout.decode().splitlines() == ["False False", "[]"]
    assert b"Read-only file system" in done.stderr


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ("bytearray(8 * 1024**3)", b"MemoryError"),
        ("open('/tmp/x', 'wb').write(bytes(600 * 1024**2))", b"File too large"),
    ],
)
def test_what_grows_without_end_is_stopped(deed: str, error: bytes) -> None:
    done = boxed(f"from documents.renditions import office\noffice._limit()\n{deed}")
    assert done.returncode != 0
    assert error in done.stderr


def test_killing_the_group_ends_all_that_was_begun_inside() -> None:
    hiding = (
        "import os, signal\n"
        "if os.fork() == 0: os.setsid(); print('here', flush=True)\n"
        "signal.pause()"
    )
    with subprocess.Popen(
        sandbox.boxed([sys.executable, "-I", "-c", hiding]),
        env={},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        os.killpg(process.pid, signal.SIGKILL)
        assert process.stdout.read() == b""  # nobody holds the other end any more


def test_a_conversion_that_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversion, "SECONDS", 0.1)
    with spool() as out, pytest.raises(conversion.ConversionError, match="slow"):
        conversion.to_pdf(io.BytesIO(files.docx_file()), DOCX, out)


DOCX = f"{files.WORD}.wordprocessingml.document"


def test_a_file_that_is_no_package_is_broken() -> None:
    with spool() as out, pytest.raises(conversion.ConversionError, match="broken"):
        conversion.to_pdf(io.BytesIO(b"PK\x03\x04 nothing"), DOCX, out)


def test_without_the_program_or_the_box_the_reason_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "not installed" in sandbox.refusal.__wrapped__()
    assert "not installed" in conversion.refusal.__wrapped__()


# The presses


def blank_part() -> str:
    with pikepdf.new() as pdf, io.BytesIO() as out:
        pdf.add_blank_page(page_size=(10, 10))
        pdf.save(out)
        return base64.b64encode(out.getvalue()).decode()


UNMARKED: dict[str, Any] = {
    "picture": "PNG",
    "tile": blank_part(),
    "line": blank_part(),
}


def test_a_press_that_dies_is_replaced() -> None:
    paper = io.BytesIO(files.pdf_file(3))
    assert page_count(paper) == 3
    press = presses._idle.get()
    assert press is not None
    press.process.kill()
    press.process.wait()
    presses._idle.put(press)
    assert page_count(paper) == 3


def test_an_order_that_is_not_answered_counts_against_the_paper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        presses._Press, "do", lambda *_: (_ for _ in ()).throw(EOFError)
    )
    with pytest.raises(BrokenPdfError):
        page_count(io.BytesIO(files.pdf_file()))
    monkeypatch.undo()
    assert page_count(io.BytesIO(files.pdf_file())) == 1


def test_a_paper_that_needs_more_memory_than_a_press_has_is_refused() -> None:
    huge = files.pdf_with(
        lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", [0, 0, 10**7, 10**7])
    )
    with pytest.raises(RefusedError, match="too_large"):
        presses.order(io.BytesIO(huge), do="draw", index=0, scale=1, **UNMARKED)


# Papers as they come


def japanese_pdf(face: str, encoding: str) -> bytes:
    """Words in a face that the paper does not bring along."""

    def change(pdf: pikepdf.Pdf) -> None:
        about = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=pikepdf.Name(f"/{face}"),
            Flags=4,
            FontBBox=[0, -136, 1000, 859],
            ItalicAngle=0,
            Ascent=859,
            Descent=-140,
            CapHeight=709,
            StemV=80,
        )
        letters = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=pikepdf.Name(f"/{face}"),
            CIDSystemInfo=pikepdf.Dictionary(
                Registry=pikepdf.String("Adobe"),
                Ordering=pikepdf.String("Japan1"),
                Supplement=2,
            ),
            FontDescriptor=pdf.make_indirect(about),
            DW=1000,
        )
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name(f"/{face}"),
            Encoding=pikepdf.Name(f"/{encoding}"),
            DescendantFonts=[pdf.make_indirect(letters)],
        )
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        words = "支援会議の経過".encode("cp932").hex()
        page.Contents = pdf.make_stream(
            f"BT /F1 24 Tf 300 500 Td <{words}> Tj ET".encode()
        )

    return files.pdf_with(change)


@pytest.mark.parametrize("face", ["MS-Mincho", "MS-Gothic", "KozMinPr6N-Regular"])
@pytest.mark.parametrize("encoding", ["90ms-RKSJ-H", "90ms-RKSJ-V"])
def test_japanese_without_fonts_of_its_own_is_drawn(face: str, encoding: str) -> None:
    paper = io.BytesIO(japanese_pdf(face, encoding))
    assert watermark.page_text(paper, 0) == "支援会議の経過"
    with spool() as out:
        presses.order(paper, out, do="draw", index=0, scale=1, **UNMARKED)
        ink = Image.open(out).convert("L").point(lambda value: 255 * (value < 128))
        left, top, right, bottom = ink.getbbox() or (0, 0, 0, 0)
    tall = encoding.endswith("V")
    assert ((bottom - top) > 100) is tall
    assert ((right - left) > 100) is not tall
