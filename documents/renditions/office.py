"""Turns an Office file or a text into a PDF by LibreOffice, as a process of its own.

Runs in the sandbox alone: no network, no environment, an empty /tmp as home. The file
comes by standard input, the PDF leaves by standard output. It imports nothing of the
portal; ``conversion.py`` beside it starts it. Ends with 0, or with ``BROKEN``.
"""

import csv
import io
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.properties import PageSetupProperties

from documents.renditions import cleaning

BROKEN = 3
MEMORY_BYTES = 4 * 1024 * 1024 * 1024  # LibreOffice reserves more than it touches
PDF_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 120
TASKS = 256

_HOME = Path("/tmp")  # nosec B108 # noqa: S108 – in memory
_FONTS = Path(__file__).parents[1] / "output" / "fonts"
# Faces of Windows, and what stands in for those that are not installed.
_MINCHO = (
    *("MS 明朝", "MS Mincho", "ＭＳ 明朝", "MS P明朝", "MS PMincho", "ＭＳ Ｐ明朝"),
    *(
        "游明朝",
        "Yu Mincho",
        "HG明朝B",
        "Century",
        "Times New Roman",
        "Cambria",
        "serif",
    ),
)
_GOTHIC = (
    *("MS ゴシック", "MS Gothic", "ＭＳ ゴシック", "MS Pゴシック", "MS PGothic"),
    *("ＭＳ Ｐゴシック", "MS UI Gothic", "游ゴシック", "Yu Gothic", "Yu Gothic UI"),
    *("メイリオ", "Meiryo", "Meiryo UI", "HGｺﾞｼｯｸM", "HG丸ｺﾞｼｯｸM-PRO"),
    *("UD デジタル 教科書体 NK-R", "Arial", "Calibri", "Segoe UI", "sans-serif"),
)
_METRIC = {
    "Arial": "Liberation Sans",
    "Calibri": "Carlito",
    "Cambria": "Caladea",
    "Times New Roman": "Liberation Serif",
}


def main(kind: str, soffice: str) -> int:
    """Clean, convert, hand over."""
    _limit()
    made = _HOME / "out" / "shiryo.pdf"
    try:
        source = _prepared(kind)
    except Exception:  # noqa: BLE001 – whatever a file does to its parsers is its own
        return BROKEN
    _settle()
    subprocess.run(  # noqa: S603 – fixed arguments
        [soffice, *_OPTIONS, "--outdir", str(made.parent), str(source)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            "HOME": str(_HOME),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "FONTCONFIG_FILE": str(_HOME / "fonts.conf"),
            "SAL_USE_VCLPLUGIN": "svp",
        },
        check=False,
    )
    if not made.exists():
        return BROKEN
    with made.open("rb") as pdf:
        shutil.copyfileobj(pdf, sys.stdout.buffer, 1024 * 1024)
    return 0


def _limit() -> None:
    os.nice(10)  # who reads a page goes first
    for name, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, PDF_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NPROC, TASKS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (most, most))


def _prepared(kind: str) -> Path:
    """The file in the box, as LibreOffice is to read it."""
    source = _HOME / f"shiryo.{'xlsx' if kind == 'csv' else kind}"
    with os.fdopen(0, "rb") as file, source.open("wb") as target:
        if kind == "txt":
            target.write(_text(file.read()).encode())
        elif kind == "csv":
            _table(_text(file.read())).save(target)
        else:
            cleaning.clean(file, target)
    return source


def _table(text: str) -> Workbook:
    """The lines as a sheet of words: no formulas, no dates made of numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("表")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_options.gridLines = True
    for row in csv.reader(io.StringIO(text)):
        cells = [WriteOnlyCell(sheet, value=words) for words in row]
        for cell in cells:
            cell.data_type, cell.number_format = "s", "@"
        sheet.append(cells)
    return book


def _text(data: bytes) -> str:
    """The words in whichever of the encodings that intake takes."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


_OPTIONS = (
    f"-env:UserInstallation=file://{_HOME}/profile",
    *("--headless", "--invisible", "--norestore", "--nolockcheck"),
    *("--convert-to", "pdf"),
)


def _settle() -> None:
    """Fonts and settings: Japanese, nothing runs, nothing is fetched."""
    (_HOME / "fonts.conf").write_text(_font_words(), encoding="utf-8")
    settings = _HOME / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, encoding="utf-8")


def _font_words() -> str:
    """Fontconfig: the shipped faces stand in for those of Windows."""
    ours = dict.fromkeys((*_MINCHO, "serif"), "BIZ UDMincho")
    ours |= dict.fromkeys(_GOTHIC, "BIZ UDGothic")
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family>'
        f"<accept><family>{_METRIC.get(name, face)}</family>"
        f"<family>{face}</family></accept></alias>"
        for name, face in ours.items()
    )
    unknown = (
        '<match target="pattern"><edit name="family" mode="append_last">'
        "<string>BIZ UDGothic</string></edit></match>"
    )
    folders = (_FONTS, "/usr/share/fonts", "/usr/local/share/fonts")
    dirs = "".join(f"<dir>{folder}</dir>" for folder in folders)
    return (
        '<?xml version="1.0"?><fontconfig>'
        f"{dirs}<cachedir>{_HOME}/fonts</cachedir>{aliases}{unknown}</fontconfig>"
    )


def _item(path: str, name: str, value: str) -> str:
    return (
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" '
        f'oor:op="fuse"><value>{value}</value></prop></item>'
    )


_SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items '
    'xmlns:oor="http://openoffice.org/2001/registry">'
    + _item("Setup/L10N", "ooSetupSystemLocale", "ja-JP")
    + _item("Office.Linguistic/General", "DefaultLocale_CJK", "ja-JP")
    + _item("Office.Common/Security/Scripting", "MacroSecurityLevel", "3")
    + _item("Office.Common/Security/Scripting", "DisableMacrosExecution", "true")
    + _item("Office.Common/Security/Scripting", "DisableActiveContent", "true")
    + _item("Office.Writer/Content/Update", "Link", "0")
    + _item("Office.Calc/Content/Update", "Link", "1")
    + "</oor:items>"
)
