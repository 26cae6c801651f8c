"""Tables as people keep them: each bad cell named, what is plain put right."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from meetings.importing import reading
from meetings.importing.columns import COLUMNS, Kind
from meetings.importing.reading import Found
from meetings.importing.template import template_xlsx
from portal.core import clock, jp, tables
from portal.core.errors import InvalidError

HEAD = ("機関", "氏名", "フリガナ", "役職", "メール", "電話", "委嘱日", "任期満了")
SUDA = (
    "見本大学病院",
    "須田 操",
    "スダ ミサオ",
    "医師",
    "suda@mihon.example",
    "",
    "R8.4.1",
    "",
)
SEKI = (
    "見本警察署",
    "関 守",
    "セキ マモル",
    "係長",
    "",
    "0500-00-0110",
    "令和8年4月1日",
    "",
)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(rows: Sequence[Sequence[object]], *merged: str, title: str = "") -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.title = title or page.title
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    return saved(book)


def text(rows: Sequence[Sequence[str]], encoding: str, separator: str = ",") -> bytes:
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def read(data: bytes, ending: str = ".xlsx", kind: str = Kind.ROLL) -> Found:
    return reading.read(data, ending, kind)


def said(found: Found, *, blocks: bool) -> dict[str, str]:
    return {
        each.cell: each.words
        for row in found.rows
        for each in row.findings
        if each.blocks is blocks
    }


def words(data: bytes, ending: str = ".xlsx") -> str:
    with pytest.raises(InvalidError) as refused:
        read(data, ending)
    return refused.value.message


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ","),
        ("cp932", ","),
        ("utf-16", "\t"),  # 「Unicode テキスト」
    ],
)
def test_a_table_of_text_is_read_in_its_encoding(encoding: str, separator: str) -> None:
    rows = (HEAD, ("髙﨑㈱", *SUDA[1:]), SEKI)
    found = read(text(rows, encoding, separator), ".csv")
    assert said(found, blocks=True) == {}
    first = found.rows[0]
    assert (first.number, first.text("organization")) == (2, "髙﨑㈱")
    assert first.text("email") == "suda@mihon.example"
    assert {row.day("starts_on") for row in found.rows} == {date(2026, 4, 1)}


def test_words_in_no_known_encoding_are_said() -> None:
    assert "Shift_JIS" in words(b"\x81\x00\xff", ".csv")


def test_titles_above_are_passed_over_and_other_columns_are_said() -> None:
    rows = [("令和8年度 構成員名簿",), (), (*HEAD, "備考"), SUDA, (), SEKI]
    found = read(sheet(rows, "A1:H1"))
    assert [row.number for row in found.rows] == [4, 6]
    assert said(found, blocks=True) == {}
    assert found.unread == ("備考(I3)",)


def test_other_headings_are_known_and_missing_ones_are_named() -> None:
    other = ("所 属", "お名前※", "ふりがな", "職名", "ｅ－ｍａｉｌ", "TEL")
    found = read(sheet([other, SUDA[:6]]))
    assert found.rows[0].text("kana") == "スダ ミサオ"
    assert found.rows[0].text("email") == "suda@mihon.example"
    refused = words(sheet([("フリガナ", "氏名"), ("セキ", "関")]))
    assert "1行目)に「機関」の列がありません" in refused
    assert "見出しの行が見つかりません" in words(sheet([("何か",)]))
    assert "読み込む行がありません" in words(sheet([HEAD]))
    with pytest.raises(InvalidError, match="種類で「名簿」"):
        read(sheet([HEAD, SUDA]), kind=Kind.ORGANIZATIONS)


@pytest.mark.parametrize(
    ("kind", "head", "column", "value", "unread"),
    [
        (Kind.CASES, ("No.", "ケース番号"), "number", "2", ("No.(A1)",)),
        (Kind.CASES, ("番号", "No."), "number", "1", ("No.(B1)",)),
        (Kind.CASES, ("No.",), "number", "1", ()),
        (Kind.ROLL, ("課名", "機関"), "organization", "2", ("課名(A1)",)),
        (Kind.ROLL, ("所属", "課名"), "organization", "1", ("課名(B1)",)),
        (Kind.ROLL, ("連絡先", "電話"), "phone", "2", ("連絡先(A1)",)),
        (Kind.ROLL, ("氏名", "役職", "氏名"), "name", "1", ("氏名(C1)",)),
    ],
)
def test_of_two_columns_that_mean_the_same_the_better_is_read_and_the_other_said(
    kind: Kind, head: tuple[str, ...], column: str, value: str, unread: tuple[str, ...]
) -> None:
    needed = [c for c in COLUMNS[kind] if c.needed and c.name != column]
    fill = [c.title for c in needed if c.title not in head]
    row = [str(at) for at in range(1, 1 + len(head) + len(fill))]
    found = read(sheet([[*head, *fill], row]), kind=kind)
    assert found.rows[0].text(column) == value
    assert found.unread == unread


def test_lines_of_two_columns_that_mean_the_same_are_put_together() -> None:
    head = ("事例番号", "開催日", "議題名", "決定事項", "議事", "役割分担")
    both = ("R8-012", "R6.6.12", "訪問", "月に一度訪ねる。", "母の体調", "包括\n社協")
    one = ("R8-012", "R6.7.12", "訪問", "", "", "包括")
    found = read(sheet([head, both, one]), kind=Kind.RECORDS)
    assert [row.text("decided") for row in found.rows] == [
        "【決定事項】\n月に一度訪ねる。\n【役割分担】\n包括\n社協",
        "【役割分担】\n包括",
    ]
    assert (found.rows[0].text("course"), found.unread) == ("母の体調", ())
    (note,) = found.notes
    assert note.cell == "D1"
    assert "「決定事項」「役割分担」の列を、「決定・役割分担」に" in note.words
    broken = read(sheet([head, (*both[:5], "#REF!")]), kind=Kind.RECORDS)
    assert "式" in said(broken, blocks=True)["D2"]


def test_the_page_with_the_headings_is_found_and_examples_are_skipped() -> None:
    data = template_xlsx(list(Kind), clock.now())
    with pytest.raises(InvalidError, match="読み込む行がありません"):
        read(data)
    book = Workbook()
    book.worksheets[0].title = "表紙"
    page = book.create_sheet("名簿")
    for row in (HEAD, ("(例)見本", *SUDA[1:]), SUDA):
        page.append(list(row))
    found = read(saved(book))
    assert (found.page, [row.number for row in found.rows]) == ("名簿", [3])


def test_a_merged_column_gives_each_line_its_value_and_says_so() -> None:
    found = read(sheet([HEAD, SUDA, (None, *SEKI[1:])], "A2:A3"))
    assert [row.text("organization") for row in found.rows] == ["見本大学病院"] * 2
    assert [note.cell for note in found.notes] == ["A2:A3"]


def test_cells_merged_across_columns_leave_the_others_empty() -> None:
    found = read(sheet([HEAD, SUDA, ("見本警察署 関 守", None)], "A3:B3"))
    assert set(said(found, blocks=True)) == {"B3"}
    assert [note.cell for note in found.notes] == ["A3:B3"]


def test_words_stay_as_they_stand_in_the_cell() -> None:
    """Only what is matched is brought into one writing, and only to match."""
    course = "　①包括  ②社協\n　　要介護3①、12㎏、½"
    row = ("Ｒ８－０１２", "R6.6.12", "神\ufa19社\ufa1b\ufa2c", course, " ﾊﾊは元気㈱ ")
    head = ("事例番号", "開催日", "議題名", "経過・内容", "決定・役割分担")
    found = read(sheet([head, row]), kind=Kind.RECORDS).rows[0]
    assert found.text("number") == "R8-012"
    assert found.text("title") == "神\ufa19社\ufa1b\ufa2c"
    assert found.text("course") == course
    assert found.text("decided") == " ハハは元気㈱"
    assert reading.key_of("髙﨑㈱") == reading.key_of("高崎(株)")


def test_half_width_kana_hiragana_and_lost_zeros_are_put_right() -> None:
    rows = [
        HEAD,
        ("ﾐﾎﾝ薬局", "須田 操", "すだ みさお", "", "", 500000101),
        ("見本薬局", "関 守", "ｾｷ ﾏﾓﾙ", "", "", "０５００―００―０１０２"),
    ]
    lost = read(text([HEAD, (*SEKI[:5], "312345678")], "utf-8"), ".csv")
    assert lost.rows[0].text("phone") == "0312345678"
    found = read(sheet(rows))
    assert [row.text("kana") for row in found.rows] == ["スダ ミサオ", "セキ マモル"]
    assert [row.text("phone") for row in found.rows] == ["0500000101", "0500-00-0102"]
    assert found.rows[0].text("organization") == "ミホン薬局"
    assert set(said(found, blocks=False)) == {"A2", "F2", "C3"}


@pytest.mark.parametrize(
    ("column", "value", "cell", "told"),
    [
        (0, "", "A3", "機関がありません"),
        (1, "", "B3", "氏名がありません"),
        (1, "あ" * 61, "B3", "60文字"),
        (1, "#REF!", "B3", "式"),
        (4, "suda＠", "E3", "メールアドレス"),
        (6, "来年の春", "G3", "日付"),
        (6, "令和8年2月30日", "G3", "この日はありません"),
        (6, "S15.13.3", "G3", "この日はありません"),
        (6, "9999/12/31", "G3", "年"),
    ],
)
def test_each_bad_cell_is_named(column: int, value: str, cell: str, told: str) -> None:
    bad = list(SEKI)
    bad[column] = value
    found = read(sheet([HEAD, SUDA, bad]))
    assert told in said(found, blocks=True)[cell]
    assert set(said(found, blocks=True)) == {cell}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和7年4月1日", date(2025, 4, 1)),
        ("令和元年５月１日(水)", date(2019, 5, 1)),
        ("R7.4.1", date(2025, 4, 1)),
        ("ｒ7-4-1", date(2025, 4, 1)),
        ("S50.6.1", date(1975, 6, 1)),
        ("平成 31 年 4 月 30 日", date(2019, 4, 30)),
        ("2025/4/1", date(2025, 4, 1)),
        ("2025年4月1日", date(2025, 4, 1)),
        ("20250401", date(2025, 4, 1)),
        ("45748", date(2025, 4, 1)),
        ("4/1", None),
        ("令和7年13月1日", None),
        ("令和0年4月1日", None),
        ("R00.4.1", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, day: date | None) -> None:
    assert jp.read_day(written) == day


def test_a_date_cell_is_a_date() -> None:
    row = (*SUDA[:6], datetime(2026, 4, 1), 46113)  # noqa: DTZ001 # as Excel has it
    found = read(sheet([HEAD, row])).rows[0]
    assert found.day("starts_on") == found.day("ends_on") == date(2026, 4, 1)


def test_what_would_fill_the_memory_is_refused_before_it_is_read() -> None:
    """The reader makes an object of every merged cell: 17,000 million of these."""
    plain = sheet([HEAD, SUDA, SEKI], "A2:B2")
    data = changed(plain, b'"A2:B2"', b'"A2:XFD1048576"')
    assert "表が大きすぎます" in words(data)
    rows = [("機関", "氏名"), *[("見本", "須田")] * tables.MAX_ROWS]
    assert "5,000行" in words(text(rows, "utf-8"), ".csv")


def test_what_excel_hides_is_read_and_said() -> None:
    """Rows that are hidden or filtered out, columns that are hidden."""
    book = Workbook()
    page = book.worksheets[0]
    for row in (HEAD, SUDA, SEKI):
        page.append(list(row))
    page.row_dimensions[3].hidden = True
    page.column_dimensions["C"].hidden = True
    found = read(saved(book))
    assert (len(found.rows), found.hidden) == (2, 1)
    assert said(found, blocks=True) == {}
    assert list(said(found, blocks=False)) == ["A3"]
    assert "隠れている行" in said(found, blocks=False)["A3"]
    assert [(note.cell, "隠れている列" in note.words) for note in found.notes] == [
        ("C1", True)
    ]


def test_zeros_that_only_the_format_shows_are_read() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["事例番号", "続柄", "氏名"])
    page.append([12, "本人", "見本 花"])
    page.append([12, "本人", "見本 花"])
    page["A2"].number_format = "000"
    found = read(saved(book), kind=Kind.CASES)
    assert [row.text("number") for row in found.rows] == ["012", "12"]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b'<patternFill patternType="gray125"/>', b""),
        (b'patternType="gray125"', b'patternType="x"'),
        (b"schemas.openxmlformats.org/officeDocument/2006", b"purl.oclc.org/ooxml"),
    ],
)
def test_a_workbook_that_the_reader_trips_over_is_to_be_saved_anew(
    part: bytes, other: bytes
) -> None:
    """An empty fill, a word that the format does not have, Strict Open XML."""
    data = changed(sheet([HEAD, SUDA]), part, other)
    assert "「Excelブック(.xlsx)」を選んで保存し直し" in words(data)


def changed(book: bytes, part: bytes, other: bytes) -> bytes:
    """The same workbook with other words in its parts."""
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(book)) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(part, other))
    return packed.getvalue()


def test_signs_of_formulas_are_kept_from_excel_and_come_back() -> None:
    for word in ("=1+1", "+81-500", "-", "@x"):
        assert tables.harmless(word) == f"'{word}"
    rows = [("機関", "氏名"), ("'=HYPERLINK(1)", "'関 守")]
    found = read(text(rows, "utf-8"), ".csv").rows[0]
    assert found.text("organization") == "=HYPERLINK(1)"
    assert found.text("name") == "'関 守"
