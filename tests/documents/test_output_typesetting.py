"""PDF/A by typst: the claim, the fonts, the text, and hostile input."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pikepdf
import pypdfium2
import pytest

from documents.output.sheet import Grid, Paragraph, facts
from documents.output.typesetting import sheet_pdf
from tests.documents.output_sheets import (
    font_descriptors,
    font_files,
    opened,
    sheet,
    text_of,
)

HOSTILE = (
    '#panic(1) #eval("1+1") $x^2$ @label <label> `code` ```raw``` \\ \\u{1F4A9} '
    "*bold* _it_ = 見出し - 点 + 数 / 項: // 注 /* 注 */ [内] {中} "
    "~ -- ... \"引用\" '引用' "
    '#read("/etc/passwd") #import "sheet.typ": data {{ x }} %(x)s ]]> &amp;'
)


def test_the_file_claims_and_keeps_level_a_of_pdf_a_2():
    with opened(sheet_pdf(sheet())) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfaid:conformance"] == "A"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "ja-JP"
        assert "/StructTreeRoot" in pdf.Root
        assert "/OutputIntents" in pdf.Root
        assert not pdf.is_encrypted
        assert {"/JavaScript", "/EmbeddedFiles"}.isdisjoint(pdf.Root.get("/Names", {}))


def test_every_font_is_ours_and_embedded():
    with opened(sheet_pdf(sheet())) as pdf:
        fonts = font_descriptors(pdf)
        names = {str(font.FontName).split("+")[-1] for font in fonts}
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert names == {"BIZUDGothic-Regular", "BIZUDGothic-Bold", "BIZUDMincho-Regular"}


def test_the_fonts_come_with_their_licence():
    folder = font_files()[0].parent
    licences = [path.read_text("utf-8") for path in sorted(folder.glob("OFL-*.txt"))]
    assert len(font_files()) == 3
    assert len(licences) == 2
    assert all("SIL OPEN FONT LICENSE Version 1.1" in text for text in licences)


def test_the_paper_is_a4_portrait_and_says_everything():
    file = sheet_pdf(sheet())
    with pypdfium2.PdfDocument(file) as document:
        assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)
    text = text_of(file)
    for words in (
        "取扱注意", "見本市支援会議", "第1版1/1", "資料1", "第8回支援会議",
        "(社会福祉法第106条の6第1項)", "日時令和8年11月21日(土)", "渡邉美咲",
        "訪問は2人で行う。", "(1)事例R8-012", "午前10時", "注記です。",
        "取扱いに注意してください。",
    ):  # fmt: skip
        assert words in text


def test_headings_and_tables_are_tagged():
    with opened(sheet_pdf(sheet())) as pdf:
        tags = {
            str(item.S)
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary)
            and item.get("/Type") == pikepdf.Name.StructElem
        }
    assert {"/H1", "/H2", "/H3", "/Table", "/TR", "/TH", "/TD", "/P"} <= tags


def test_title_and_author_in_the_file_are_neutral():
    with opened(sheet_pdf(sheet())) as pdf:
        assert str(pdf.docinfo.Title) == "資料"
        assert str(pdf.docinfo.Author) == "かさね"


def test_a_draft_says_so_on_every_page():
    paper = sheet(Paragraph("長い本文。\n" * 120), draft=True)
    with pypdfium2.PdfDocument(sheet_pdf(paper)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) > 1
    heads = ["".join(page.split("長い", maxsplit=1)[0].split()) for page in pages]
    assert all(head.startswith("取扱注意見本市支援会議案") for head in heads)
    assert "第8回支援会議(案)" in text_of(sheet_pdf(paper))
    assert "案" not in text_of(sheet_pdf(replace(paper, draft=False)))


def test_the_same_sheet_gives_the_same_bytes_and_another_time_others():
    paper = sheet()
    later = replace(paper, made_at=datetime.fromisoformat("2026-11-22T00:00:00+09:00"))
    assert sheet_pdf(paper) == sheet_pdf(paper)
    assert sheet_pdf(paper) != sheet_pdf(later)


def test_a_time_without_a_zone_is_refused():
    naive = replace(sheet(), made_at=datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        sheet_pdf(naive)


def test_what_looks_like_markup_is_printed_as_text():
    file = sheet_pdf(sheet(Paragraph(HOSTILE), facts((HOSTILE, HOSTILE))))
    assert text_of(file).count("".join(HOSTILE.split())) == 3


@pytest.mark.parametrize(
    "field", ["file_title", "title", "subtitle", "running", "foot"]
)
def test_every_field_of_a_sheet_takes_hostile_text(field):
    typed = HOSTILE[:40] + "\x00\ud800\u202e𠮷\n二行目"
    fields: dict[str, Any] = {field: typed}
    file = sheet_pdf(replace(sheet(Paragraph("本文")), **fields))
    assert field == "file_title" or "#panic(1)" in text_of(file)


def test_a_hundred_thousand_letters_in_one_cell_are_all_printed():
    file = sheet_pdf(sheet(Grid(("一", "二"), (("短い", "長" * 100_000),), (1, 3))))
    assert text_of(file).count("長") == 100_000


@pytest.mark.parametrize("sign", ["a", "。", "ー", "("])
def test_a_word_without_end_stays_inside_the_margins(sign):
    file = sheet_pdf(sheet(Grid((), (("左", sign * 500, "右"),), (1, 2, 1))))
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        boxes = [item.get_bounds() for item in page.get_objects()]
        assert max(box[2] for box in boxes) <= page.get_width() - 55
    assert text_of(file).count(sign) >= 500


def test_the_header_row_is_repeated_and_rows_stay_whole():
    rows = tuple((f"始{n}", "本文の行です。" * 20 + f"終{n}") for n in range(40))
    file = sheet_pdf(sheet(Grid(("番号", "内容"), rows, (1, 4))))
    with pypdfium2.PdfDocument(file) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) > 2
    for page in pages:
        assert "番号" in page
        starts = {int(part) for part in _numbers_after("始", page)}
        ends = {int(part) for part in _numbers_after("終", page)}
        assert starts == ends


def test_a_whole_table_goes_to_the_next_page_in_one_piece():
    names = tuple((f"署名{n}", "委員") for n in range(6))
    paper = sheet(
        Paragraph("本文。\n" * 42), Grid(("氏名", "役割"), names, (1, 1), whole=True)
    )
    with pypdfium2.PdfDocument(sheet_pdf(paper)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert [page.count("署名") for page in pages] == [0, 6]


def test_a_whole_table_that_no_page_holds_loses_nothing():
    names = tuple((f"署名{n}", "委員") for n in range(60))
    paper = sheet(Grid(("氏名", "役割"), names, (1, 1), whole=True))
    with pypdfium2.PdfDocument(sheet_pdf(paper)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert sum(page.count("署名") for page in pages) == 60


def _numbers_after(sign: str, page: str) -> list[str]:
    return [
        "".join(c for c in part[:2] if c.isdigit()) for part in page.split(sign)[1:]
    ]


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="needs 2 cells"):
        Grid(("一", "二"), (("一つだけ",),), (1, 1))


def test_an_empty_sheet_is_a_page():
    with pypdfium2.PdfDocument(sheet_pdf(replace(sheet(), blocks=()))) as document:
        assert len(document) == 1
