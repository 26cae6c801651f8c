"""Rows of a table as a kind of import has them; every bad cell is named. Pure.

What is plain is put right and said: half-width kana, era dates, a merged column. What
is not is left to the person, with the words of how to mend it. Words that are kept as
words stay as they stand in the cell: ① and ㎏ are no other way to write 1 and kg.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from meetings.importing import headings
from meetings.importing.columns import EXAMPLE, Column, Sort
from meetings.importing.headings import Place, as_it_stands, one_line, plain
from members.models import Case
from portal.core import jp, tables
from portal.core.errors import InvalidError
from portal.core.folding import compact, folded

_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_YES = {
    "○",
    "◯",
    "〇",
    "1",
    "有",
    "あり",
    "はい",
    "yes",
    "y",
    "true",
    "レ",
    "✓",
    "庁内",
}
_NO = {"", "×", "0", "無", "なし", "いいえ", "no", "n", "false", "-", "庁外"}
_STATUSES = {str(label): value for value, label in Case.Status.choices}

Value = str | date | bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a cell such as ``B3``; ``blocks``: mended or left out.

    ``once``: nobody has to look at the row, so of many rows it may be said once.
    """

    cell: str
    words: str
    blocks: bool = True
    once: bool = False


@dataclass(slots=True)
class Row:
    """One row as read; ``number`` is that of the sheet, from 1."""

    number: int
    values: dict[str, Value] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing in it must be mended first."""
        return not any(found.blocks for found in self.findings)

    def text(self, name: str) -> str:
        """The words of a column; empty where there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """The day of a column."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def yes(self, name: str) -> bool:
        """Whether a column is ticked."""
        return self.values.get(name) is True

    def say(self, name: str, words: str, *, blocks: bool = True) -> None:
        """Remember what was found under a column."""
        self.findings.append(Finding(self.cells.get(name, ""), words, blocks))

    def note(self, name: str, words: str) -> None:
        """Remember what was put right under a column, with nothing left to look at."""
        cell = self.cells.get(name, "")
        self.findings.append(Finding(cell, words, blocks=False, once=True))


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: the page of the file, its rows, what is said of all of it.

    ``unread`` are the headings of columns that the kind does not know; ``hidden``
    says how many of the rows Excel does not show.
    """

    page: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    hidden: int = 0


def key_of(words: str) -> str:
    """Words as they are compared: width, kana, old forms and gaps do not matter."""
    return compact(folded(words))[0]


def read(data: bytes, ending: str, kind: str) -> Found:
    """The rows of a kind in a file.

    Raises InvalidError where no page has the headings that the kind needs.
    """
    place = headings.find(tables.read(data, ending), kind)
    rows = []
    skipped = 0
    columns = [at for places in place.columns.values() for at in places]
    for at, values in enumerate(place.table.rows):
        if at <= place.top:
            continue
        words = [one_line(values[each]) for each in columns if each < len(values)]
        if any(word.startswith(EXAMPLE) for word in words):
            skipped += 1
        elif any(words):
            rows.append(_row(at, values, place))
    if not rows:
        raise InvalidError(_("見出しの下に、読み込む行がありません。"))
    return Found(
        page=place.table.title,
        columns=tuple(place.columns),
        rows=tuple(rows),
        notes=_notes(place, skipped),
        unread=place.other,
        hidden=sum(row.number - 1 in place.table.hidden_rows for row in rows),
    )


def _notes(place: Place, skipped: int) -> tuple[Finding, ...]:
    found = [
        Finding(area, _("結合されたセルの値を、各行に入れて読みました。"), blocks=False)
        for area in place.table.filled
    ]
    found += [
        Finding(
            area,
            _("列をまたぐ結合があります。左上のセルの値だけを読みました。"),
            blocks=False,
        )
        for area in place.table.across
        if int(re.sub(r"\D", "", area.partition(":")[0])) > place.top + 1
    ]
    for column, places in place.columns.items():
        if len(places) > 1:
            words = _("%(names)sの列を、「%(title)s」にまとめて読みました。")
            names = "".join(f"「{place.heading(each)}」" for each in places)
            area = tables.address(place.top, places[0])
            words = words % {"names": names, "title": column.title}
            found.append(Finding(area, words, blocks=False))
    found += [
        Finding(
            tables.address(place.top, at),
            _("Excelで隠れている列です。ほかの列と同じに読みました。"),
            blocks=False,
        )
        for places in place.columns.values()
        for at in places
        if at in place.table.hidden_columns
    ]
    if skipped:
        words = _("「(例)」で始まる行を読み飛ばしました(%(count)s行)。")
        found.append(Finding("", words % {"count": skipped}, blocks=False))
    return tuple(found)


def _row(at: int, values: Sequence[object], place: Place) -> Row:
    row = Row(at + 1)
    for column, places in place.columns.items():
        cells = {each: values[each] for each in places if each < len(values)}
        value = cells.get(places[0]) if len(places) == 1 else _joined(cells, place)
        row.cells[column.name] = tables.address(at, places[0])
        row.raw[column.name] = one_line(value)
        broken = any(str(cell).strip() in _ERRORS for cell in cells.values())
        value = None if broken else value
        row.values[column.name] = _READERS[column.sort](row, column, value)
        if broken:
            words = _("Excelの式がエラーになっています。値を入力してください。")
            row.say(column.name, words)
        elif column.needed and row.values[column.name] == "":
            words = _("%(title)sがありません。入力してください。")
            row.say(column.name, words % {"title": column.title})
    if at in place.table.hidden_rows:
        words = _("Excelで隠れている行です。ほかの行と同じに読みました。")
        row.say(next(iter(row.cells)), words, blocks=False)
    return row


def _joined(cells: dict[int, object], place: Place) -> str:
    """What stands in several columns, each under its own heading."""
    return "\n".join(
        f"【{place.heading(at)}】\n{as_it_stands(cell)}"
        for at, cell in cells.items()
        if one_line(cell)
    )


# One cell -----------------------------------------------------------------------------


_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")


def _text(row: Row, column: Column, value: object) -> str:
    """What the cell says, on one line."""
    lines = (line.strip() for line in _widened(row, column, value))
    return _fitting(row, column, " ".join(line for line in lines if line))


def _lines(row: Row, column: Column, value: object) -> str:
    """What the cell says, its lines and their indents kept."""
    lines = [line.rstrip() for line in _widened(row, column, value)]
    return _fitting(row, column, "\n".join(lines).strip("\n"))


def _widened(row: Row, column: Column, value: object) -> list[str]:
    """The lines of a cell; nothing but half-width kana is written in another way."""
    text = as_it_stands(value)
    if _HALF_WIDTH.search(text):
        row.note(column.name, _("半角カナを全角に直しました。"))
        text = _HALF_WIDTH.sub(
            lambda found: unicodedata.normalize("NFKC", found.group()), text
        )
    return text.splitlines()


def _fitting(row: Row, column: Column, text: str) -> str:
    if column.length and len(text) > column.length:
        words = _("長すぎます。%(length)s文字までにしてください(いま%(now)s文字)。")
        row.say(column.name, words % {"length": column.length, "now": len(text)})
    return text


def _code(row: Row, column: Column, value: object) -> str:
    """A number or the like, in the one writing that such things have."""
    return _fitting(row, column, one_line(value))


def _kana(row: Row, column: Column, value: object) -> str:
    text = _text(row, column, value)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def _email(row: Row, column: Column, value: object) -> str:
    text = one_line(value)
    try:
        if text:
            validate_email(text)
    except ValidationError:
        row.say(
            column.name,
            _("メールアドレスの形ではありません。「@」とその前後を確かめてください。"),
        )
    return text


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー─", "-"))


def _phone(row: Row, column: Column, value: object) -> str:
    text = _code(row, column, value).translate(_DASHES)
    if re.fullmatch(r"[1-9]\d{8,9}", text):
        row.note(column.name, _("消えていた先頭の0を補いました。"))
        return f"0{text}"
    return text


def _day(row: Row, column: Column, value: object) -> date | None:
    text = one_line(value)
    if isinstance(value, datetime):
        found: date | None = value.date()
    else:
        found = value if isinstance(value, date) else jp.read_day(text)
    if found is not None and not jp.EARLIEST_ERA_DAY <= found <= jp.LATEST_DAY:
        row.say(column.name, _("年を確かめてください。"))
        return None
    if found is None and jp.has_form_of_day(text):
        row.say(column.name, _("この日はありません。年月日を確かめてください。"))
    elif text and found is None:
        row.say(
            column.name,
            _("日付として読めません。「令和8年4月1日」のように書いてください。"),
        )
    return found


def _yes(row: Row, column: Column, value: object) -> bool:
    text = plain(one_line(value))
    if text not in _YES and text not in _NO:
        row.say(column.name, _("「○」を書くか、空けてください。"))
    return text in _YES


def _status(row: Row, column: Column, value: object) -> str:
    text = one_line(value)
    if text and text not in _STATUSES:
        words = _("状況は、%(choices)sのどれかにしてください。")
        row.say(column.name, words % {"choices": "、".join(_STATUSES)})
    return _STATUSES.get(text, "")


_READERS: dict[Sort, Callable[[Row, Column, object], Value]] = {
    Sort.TEXT: _text,
    Sort.LINES: _lines,
    Sort.CODE: _code,
    Sort.KANA: _kana,
    Sort.EMAIL: _email,
    Sort.PHONE: _phone,
    Sort.DAY: _day,
    Sort.YES: _yes,
    Sort.STATUS: _status,
}
