"""家計表 and tables of records as Excel workbooks for A4."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.styleable import StyleableObject
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from documents.output.packages import settled
from documents.output.sheet import AUTHOR, HANDLE_WITH_CARE
from documents.output.text import clean
from portal.core.clock import day_of

_FACE = "BIZ UDゴシック"
_SHADE = PatternFill("solid", fgColor="EEEEEE")
_LINE = Side(style="thin", color="000000")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
# Dates by the Japanese era, as Excel writes them.
_ERA_FORMAT = '[$-411]ggge"年"m"月"d"日"'
_YEN_FORMAT = "#,##0;[Red]-#,##0"

_FIRST_ROW = 4
_LINE_HEIGHT = 16  # points

Value = str | int | date | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A page of a workbook; ``rows`` begin with the heads, ``note`` stands above."""

    title: str
    rows: Sequence[Sequence[Value]]
    widths: Sequence[int]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """A monthly amount in yen."""

    label: str
    yen: int
    note: str = ""


def household_budget_xlsx(
    *,
    case_number: str,
    income: Sequence[BudgetLine],
    spending: Sequence[BudgetLine],
    month: date,
    made_at: datetime,
) -> bytes:
    """家計表 of one month: what comes in, what goes out, what is left."""
    book, page = _book("家計表", made_at, landscape=False)
    _write_head(page, f"家計表 {case_number}", "対象の月", month)
    _set_widths(page, [30, 18, 36])
    next_row, total_in = _write_budget(page, _FIRST_ROW, "収入", income)
    next_row, total_out = _write_budget(page, next_row + 1, "支出", spending)
    _write_row(page, next_row + 1, ["差引き", None, ""], head=True)
    _write_formula(page, next_row + 1, f"={total_in}-{total_out}")
    return _saved(book, made_at)


def tables_xlsx(tables: Sequence[Table], *, made_at: datetime) -> bytes:
    """Tables, each on a page of its own."""
    book, page = _book(tables[0].title, made_at, landscape=True)
    for table in tables:
        if table is not tables[0]:
            page = _page(book.create_sheet(), table.title, landscape=True)
        _write_table(page, table, made_at)
    return _saved(book, made_at)


def _write_table(page: Worksheet, table: Table, made_at: datetime) -> None:
    _write_head(page, table.title, "作成日", day_of(made_at))
    _set_widths(page, table.widths)
    if table.note:
        _write_note(page, table)
    for number, row in enumerate(table.rows, start=_FIRST_ROW):
        _write_row(page, number, row, head=number == _FIRST_ROW)
    page.freeze_panes = f"A{_FIRST_ROW + 1}"
    last = f"{get_column_letter(len(table.rows[0]))}{_FIRST_ROW + len(table.rows) - 1}"
    page.auto_filter.ref = f"A{_FIRST_ROW}:{last}"


def _write_note(page: Worksheet, table: Table) -> None:
    """Words above the heads, over all columns; Excel finds no height for such cells."""
    row = _FIRST_ROW - 1
    _write(page, (row, 1), table.note)
    page.merge_cells(
        start_row=row, start_column=1, end_row=row, end_column=len(table.widths)
    )
    letters = sum(table.widths) // 2  # a width is counted in half letters
    lines = sum(-(-len(line) // letters) for line in table.note.splitlines())
    page.row_dimensions[row].height = lines * _LINE_HEIGHT


def _write_budget(
    page: Worksheet, top: int, title: str, lines: Sequence[BudgetLine]
) -> tuple[int, str]:
    """Write one half of the budget; return the row below it and its total's cell."""
    _write_row(page, top, [title, "月額(円)", "備考"], head=True)
    for number, line in enumerate(lines, start=top + 1):
        _write_row(page, number, [line.label, line.yen, line.note])
    below = top + 1 + len(lines)
    _write_row(page, below, [f"{title}の合計", None, ""], head=True)
    _write_formula(page, below, f"=SUM(B{top + 1}:B{below - 1})")
    return below + 1, f"B{below}"


def _book(
    title: str, made_at: datetime, *, landscape: bool
) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    book.properties.creator = book.properties.lastModifiedBy = AUTHOR
    book.properties.title = title
    book.properties.created = made_at.astimezone(UTC).replace(tzinfo=None)
    return book, _page(book.worksheets[0], title, landscape=landscape)


def _page(page: Worksheet, title: str, *, landscape: bool) -> Worksheet:
    page.title = title
    page.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    page.page_setup.orientation = "landscape" if landscape else "portrait"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{_FIRST_ROW}:{_FIRST_ROW}"
    page.HeaderFooter.oddHeader = HeaderFooterItem(
        left=_HeaderFooterPart(HANDLE_WITH_CARE)
    )
    page.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P / &N"))
    return page


def _write_head(page: Worksheet, title: str, label: str, day: date) -> None:
    _write(page, (1, 1), title).font = Font(name=_FACE, size=14, bold=True)
    _write(page, (2, 1), label)
    _write(page, (2, 2), day)


def _set_widths(page: Worksheet, widths: Iterable[int]) -> None:
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width


def _write_row(
    page: Worksheet, row: int, values: Sequence[Value], *, head: bool = False
) -> None:
    for column, value in enumerate(values, start=1):
        cell = _write(page, (row, column), value)
        cell.border = _BORDER
        if head:
            cell.fill = _SHADE


def _write(page: Worksheet, place: tuple[int, int], value: Value) -> StyleableObject:
    """Write a value; text stays text even when it looks like a formula."""
    cell = page.cell(*place, clean(value) if isinstance(value, str) else value)
    cell.font = Font(name=_FACE, size=10.5)
    cell.alignment = Alignment(vertical="center", wrap_text=place[0] > 1)
    if isinstance(value, str):
        cell.data_type = "s"
    else:
        cell.number_format = _ERA_FORMAT if isinstance(value, date) else _YEN_FORMAT
    return cell


def _write_formula(page: Worksheet, row: int, formula: str) -> None:
    page.cell(row, 2, formula).number_format = _YEN_FORMAT


def _saved(book: Workbook, made_at: datetime) -> bytes:
    output = io.BytesIO()
    book.save(output)
    return settled(output.getvalue(), made_at=made_at)
