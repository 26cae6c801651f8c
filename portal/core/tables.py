"""Tables that people keep, as Excel or CSV files: cells with their addresses. Pure.

A table comes with merged cells, titles above its headings and pages beside it. Every
file is looked into by ``documents.intake`` before it comes here; what is left to be
refused is a table that is too large to be one.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast
from xml.parsers import expat
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from portal.core.errors import InvalidError

MAX_ROWS = 5000
MAX_COLUMNS = 40
MAX_CELLS = 300_000  # those that have a colour only count too
ENDINGS = (".xlsx", ".csv")
_ZEROS = re.compile("0{2,}")
# What begins a formula where somebody opens a table of text in Excel.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Table:
    """One page: its rows from the first on; areas that were merged, by how.

    ``hidden_rows`` and ``hidden_columns`` are those that Excel does not show.
    """

    title: str
    rows: list[list[object]]
    filled: list[str] = field(default_factory=list)
    across: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def address(row: int, column: int) -> str:
    """The name of a cell, both counted from 0: ``B12``."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def read(data: bytes, ending: str) -> list[Table]:
    """The pages of a file; a table of text has one.

    Raises InvalidError for one that cannot be read, or is too large.
    """
    tables = _book(data) if ending == ".xlsx" else [_text(data)]
    if any(len(table.rows) > MAX_ROWS for table in tables):
        raise InvalidError(_too_large())
    return tables


def _too_large() -> str:
    return _(
        "表が大きすぎます。1度に読めるのは%(rows)s行までです。"
        "使っていない行と列を削除して保存し直すか、ファイルを分けてください。"
    ) % {"rows": f"{MAX_ROWS:,}"}


# Text ---------------------------------------------------------------------------------


def _text(data: bytes) -> Table:
    lines = _decoded(data).replace("\0", "")
    first = lines.partition("\n")[0]
    separator = "\t" if first.count("\t") > first.count(",") else ","
    rows: list[list[object]] = []
    try:
        for row in csv.reader(io.StringIO(lines, newline=""), delimiter=separator):
            rows.append([_unquoted(word) for word in row[:MAX_COLUMNS]])
            if len(rows) > MAX_ROWS:
                break
    except csv.Error as error:
        raise InvalidError(
            _("CSVの区切りを読み取れません。Excelで開き、保存し直してください。")
        ) from error
    return Table("", rows)


def _decoded(data: bytes) -> str:
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise InvalidError(
        _("文字を読み取れません。UTF-8かShift_JISで保存し直してください。")
    )


def _unquoted(word: str) -> str:
    """Without the sign that keeps Excel from reading a text as a formula."""
    return word[1:] if word[:1] == "'" and word[1:2] in FORMULA_SIGNS else word


def harmless(word: str) -> str:
    """A text that Excel does not take for a formula; undone when it is read."""
    return f"'{word}" if word.startswith(FORMULA_SIGNS) else word


# Workbooks ----------------------------------------------------------------------------


def _book(data: bytes) -> list[Table]:
    _measure(data)
    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # whatever the reader trips over
        raise InvalidError(_unreadable()) from error
    if not book.worksheets:
        raise InvalidError(_unreadable())
    pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    return [_page(page) for page in pages]


def _unreadable() -> str:
    return _(
        "このExcelファイルは読み取れません。Excelで開き、ファイルの種類で"
        "「Excelブック(.xlsx)」を選んで保存し直し、もう一度選んでください。"
    )


def _page(page: Worksheet) -> Table:
    rows = page.iter_rows(
        max_row=min(page.max_row, MAX_ROWS + 1),
        max_col=min(page.max_column, MAX_COLUMNS),
    )
    table = Table(page.title, [[_shown(cell) for cell in row] for row in rows])
    _note_hidden(page, table)
    while table.rows and all(value is None for value in table.rows[-1]):
        table.rows.pop()
    for area in sorted(page.merged_cells.ranges, key=str):
        _unmerge(cast("CellRange", area), table)
    return table


def _note_hidden(page: Worksheet, table: Table) -> None:
    rows = page.row_dimensions.items()
    table.hidden_rows = {number - 1 for number, row in rows if row.hidden}
    for column in page.column_dimensions.values():
        if column.hidden and column.min and column.max:
            last = min(column.max, MAX_COLUMNS)
            table.hidden_columns |= set(range(column.min - 1, last))


def _shown(cell: Cell | MergedCell) -> object:
    """A value; a number with the zeros in front that its format shows."""
    value = cell.value
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return value


def _unmerge(area: CellRange, table: Table) -> None:
    """Give each line of a merged column its value; a merge across columns is told."""
    top, left = area.min_row - 1, area.min_col - 1
    if top >= len(table.rows) or left >= len(table.rows[top]):
        return
    value = table.rows[top][left]
    if value is None:
        return
    if area.min_col != area.max_col:
        table.across.append(area.coord)
        return
    for row in table.rows[top + 1 : area.max_row]:
        row[left] = value
    table.filled.append(area.coord)


def _measure(data: bytes) -> None:
    """Refuse what the reader would need too much memory for, before it begins.

    It makes an object of every cell and of every one that is merged.
    """
    with ZipFile(io.BytesIO(data)) as package:
        count = 0
        for name in package.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                for cells in _cells(package, name):
                    count += cells
                    if count > MAX_CELLS:
                        raise InvalidError(_too_large())


def _cells(package: ZipFile, name: str) -> Iterator[int]:
    found: list[int] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(" ")[2]
        if kind == "c":
            found.append(1)
        elif kind == "mergeCell":
            with suppress(ValueError):
                size = CellRange(attributes.get("ref", "")).size
                found.append(size["rows"] * size["columns"])

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with package.open(name) as part, suppress(expat.ExpatError):
        while chunk := part.read(1024 * 1024):
            parser.Parse(chunk)
            yield sum(found)
            found.clear()
