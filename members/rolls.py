"""名簿: a roll in Excel or CSV, read line by line; every bad cell is named. Pure.

People keep rolls with merged cells, half-width kana, era dates and headings of their
own. What is plain is put right and said; what is not is left to the person.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.parsers import expat
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from portal.core import jp

MAX_LINES = 1000
MAX_COLUMNS = 40
MAX_MERGED = MAX_LINES * MAX_COLUMNS
_HEADINGS = {
    "organization": ("機関", "機関名", "所属", "団体名", "構成機関", "課名"),
    "name": ("氏名", "お名前", "名前", "構成員氏名"),
    "kana": ("フリガナ", "ふりがな", "カナ", "氏名カナ"),
    "post": ("役職", "職名", "職"),
    "email": ("メール", "メールアドレス", "E-mail", "Email", "電子メール"),
    "phone": ("電話", "電話番号", "連絡先"),
    "starts_on": ("委嘱日", "任期の始まり", "任期開始", "委嘱年月日"),
    "ends_on": ("任期満了", "任期の終わり", "任期終了", "任期満了日"),
}
_LENGTHS = {"organization": 120, "name": 60, "kana": 80, "post": 60, "phone": 20}
_NEEDED = ("organization", "name")
_WESTERN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a cell such as ``B3``; ``blocks``: it must be mended first."""

    cell: str
    words: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the roll; ``row`` is the line of the sheet, from 1."""

    row: int
    organization: str
    name: str
    kana: str = ""
    post: str = ""
    email: str = ""
    phone: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(slots=True)
class Roll:
    """A roll as read: its people, and everything found on the way."""

    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def takeable(self) -> bool:
        """Whether there is somebody in it and nothing that must be mended first."""
        return bool(self.lines) and not any(f.blocks for f in self.findings)

    def say(self, cell: str, words: str, *, blocks: bool = True) -> None:
        """Remember a finding."""
        self.findings.append(Finding(cell, words, blocks))


Grid = Sequence[Sequence[object]]


def read(data: bytes, name: str) -> Roll:
    """The roll in a file of that name: .xlsx, or .csv in UTF-8 or Shift_JIS."""
    roll = Roll()
    grid = _sheet(data, roll) if name.lower().endswith(".xlsx") else _csv(data, roll)
    columns, first = _columns(grid, roll)
    if columns:
        _read_lines(grid[first:], columns, first, roll)
    if not roll.lines and not roll.findings:
        roll.say("A1", _("名簿に、氏名のある行がありません。"))
    return roll


def _csv(data: bytes, roll: Roll) -> Grid:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return list(csv.reader(io.StringIO(text)))
    roll.say("A1", _("文字を読み取れません。UTF-8かShift_JISで保存し直してください。"))
    return []


def _sheet(data: bytes, roll: Roll) -> Grid:
    if _merged(data) > MAX_MERGED:
        roll.say("A1", _("結合されたセルが多すぎます。結合を解いてください。"))
        return []
    book = load_workbook(io.BytesIO(data), data_only=True)
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(
        max_row=min(sheet.max_row, MAX_LINES + 50),
        max_col=min(sheet.max_column, MAX_COLUMNS),
        values_only=True,
    )
    grid: list[list[object]] = [list(row) for row in rows]
    _unmerge(sheet, grid, roll)
    return grid


def _merged(data: bytes) -> int:
    """How many cells the file merges: the reader makes an object of every one."""
    count = 0
    with ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            count += sum(_areas(package, name))
    return count


def _areas(package: ZipFile, name: str) -> list[int]:
    found: list[int] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] == "mergeCell":
            size = CellRange(attributes.get("ref", "")).size
            found.append(size["rows"] * size["columns"])

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with package.open(name) as part, suppress(expat.ExpatError, ValueError):
        parser.ParseFile(part)  # a picture is none, and ends it
    return found


def _unmerge(sheet: Worksheet, grid: list[list[object]], roll: Roll) -> None:
    """Give each line of a merged column its value; a merge across columns is asked."""
    for area in sorted(sheet.merged_cells.ranges, key=str):
        top, left = area.min_row - 1, area.min_col - 1
        if top >= len(grid) or left >= len(grid[top]) or grid[top][left] is None:
            continue
        if area.min_col != area.max_col:
            if area.min_row > 1 and sum(v is not None for v in grid[top]) > 1:
                roll.say(
                    str(area), _("列をまたぐ結合があります。結合を解いてください。")
                )
            continue
        for row in grid[top + 1 : area.max_row]:
            row[left] = grid[top][left]
        roll.say(
            str(area), _("結合されたセルの値を、各行に入れて読みました。"), blocks=False
        )


def _columns(grid: Grid, roll: Roll) -> tuple[dict[str, int], int]:
    """Where each field stands, and the first line below the headings."""
    known = {_plain(word): name for name, words in _HEADINGS.items() for word in words}
    for number, row in enumerate(grid[:20]):
        found: dict[str, int] = {}
        for column, value in enumerate(row):
            name = known.get(_plain(str(value or "")))
            if name:
                found.setdefault(name, column)
        if all(name in found for name in _NEEDED):
            return found, number + 1
    if grid:
        roll.say(
            "A1", _("見出しの行が見つかりません。「機関」と「氏名」の列が必要です。")
        )
    return {}, 0


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace(" ", "").replace("\n", "")


def _read_lines(grid: Grid, columns: dict[str, int], first: int, roll: Roll) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row, values in enumerate(grid, start=first + 1):
        cells = _cells(values, columns, row)
        if not any(cell.text for cell in cells.values()):
            continue
        if len(roll.lines) >= MAX_LINES:
            roll.say(f"A{row}", _("1度に読めるのは1,000人までです。分けてください。"))
            return
        line = _line(row, cells, roll)
        if line is None:
            continue
        earlier = seen.setdefault((line.organization, line.name), row)
        if earlier != row:
            words = _("%(name)sさんが%(row)s行目にもいます。どちらかを消してください。")
            roll.say(cells["name"].at, words % {"name": line.name, "row": earlier})
        roll.lines.append(line)


@dataclass(frozen=True, slots=True)
class _Cell:
    at: str
    value: object

    @property
    def text(self) -> str:
        words = "" if self.value is None else str(self.value)
        return " ".join(unicodedata.normalize("NFKC", words).split())

    @property
    def folded(self) -> bool:
        """Whether half-width kana had to be widened."""
        return any("\uff61" <= letter <= "\uff9f" for letter in str(self.value or ""))


def _cells(
    values: Sequence[object], columns: dict[str, int], row: int
) -> dict[str, _Cell]:
    return {
        name: _Cell(
            f"{get_column_letter(column + 1)}{row}",
            values[column] if column < len(values) else None,
        )
        for name, column in columns.items()
    }


def _line(row: int, cells: dict[str, _Cell], roll: Roll) -> Line | None:
    for cell in cells.values():
        if cell.folded:
            roll.say(cell.at, _("半角カナを全角に直しました。"), blocks=False)
    texts = {name: cell.text for name, cell in cells.items()}
    texts["kana"] = _katakana(texts.get("kana", ""))
    if not texts["name"]:
        roll.say(cells["name"].at, _("氏名がありません。"))
    if not texts["organization"]:
        roll.say(cells["organization"].at, _("機関がありません。"))
    _check_texts(cells, texts, roll)
    dates = {
        name: _date(cells[name], roll) if name in cells else None
        for name in ("starts_on", "ends_on")
    }
    start, end = dates["starts_on"], dates["ends_on"]
    if start and end and end < start:
        roll.say(cells["ends_on"].at, _("任期の終わりが、始まりより前です。"))
    if not all(texts[name] for name in _NEEDED):
        return None
    fields = {name: texts.get(name, "") for name in (*_LENGTHS, "email")}
    return Line(row=row, starts_on=start, ends_on=end, **fields)


def _check_texts(cells: dict[str, _Cell], texts: dict[str, str], roll: Roll) -> None:
    for name, length in _LENGTHS.items():
        if len(texts.get(name, "")) > length:
            words = _("長すぎます。%(length)s文字までにしてください。")
            roll.say(cells[name].at, words % {"length": length})
    if texts.get("email"):
        try:
            validate_email(texts["email"])
        except ValidationError:
            roll.say(cells["email"].at, _("メールアドレスの形ではありません。"))


def _katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def _date(cell: _Cell, roll: Roll) -> date | None:
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, date) or not cell.text:
        return cell.value if isinstance(cell.value, date) else None
    found = next(_dates(cell.text), None)
    if found is None:
        roll.say(
            cell.at,
            _("日付として読めません。「令和8年4月1日」のように書いてください。"),
        )
    return found


def _dates(text: str) -> Iterator[date]:
    western, era = _WESTERN.fullmatch(text), _ERA.fullmatch(text)
    if western:
        yield from _day(int(western[1]), western[2], western[3])
    elif era:
        first = next(e for e in jp.ERAS if era[1] in {e.name, e.letter}).first_day
        years = 1 if era[2] == "元" else int(era[2])
        yield from _day(first.year + years - 1, era[3], era[4])


def _day(year: int, month: str, day: str) -> Iterable[date]:
    try:
        return [date(year, int(month), int(day))]
    except ValueError:
        return []
