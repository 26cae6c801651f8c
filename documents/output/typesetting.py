"""PDF by typst: templates of our own, data as JSON input, our own fonts only.

Data never becomes template text, so nothing that people type can be markup or code.
The same input gives the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from documents.output.sheet import AUTHOR, Block, Sheet
from documents.output.text import FONT_FOLDER, marked, printable

TEMPLATES = Path(__file__).parent / "templates"


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF/A-2a (ISO 19005-2, level A): archived, searchable, tagged."""
    data = asdict(sheet) | {
        "author": AUTHOR,
        "running": marked(sheet.running),
        "made_at": None,
        "blocks": [_block_data(block) for block in sheet.blocks],
    }
    return archive_pdf("sheet.typ", data, made_at=sheet.made_at)


def archive_pdf(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """A template filled with JSON-like data, as PDF/A-2a."""
    return _one_file(
        _compiler(template, data).compile(
            format="pdf", pdf_standards="a-2a", timestamp=_seconds(made_at)
        )
    )


def overlay_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """A template filled with JSON-like data, as PDF to be laid on other pages."""
    return _one_file(_compiler(template, data).compile(format="pdf", timestamp=0))


def picture(template: str, data: Mapping[str, Any], *, ppi: float) -> bytes:
    """A one-page template filled with JSON-like data, as PNG of that resolution."""
    return _one_file(_compiler(template, data).compile(format="png", ppi=ppi))


def _compiler(template: str, data: Mapping[str, Any]) -> typst.Compiler:
    return typst.Compiler(
        input=TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_printable_data(data), ensure_ascii=False)},
    )


def _one_file(output: bytes | list[bytes] | None) -> bytes:
    if not isinstance(output, bytes):
        message = "the template made more than one page"
        raise TypeError(message)
    return output


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[FONT_FOLDER],
    )


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        message = "the time of making needs a time zone"
        raise ValueError(message)
    return int(moment.timestamp())


def _block_data(block: Block) -> dict[str, Any]:
    return asdict(block) | {"kind": type(block).__name__.lower()}


def _printable_data(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable_data(item) for item in value]
    return value
