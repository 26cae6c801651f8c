"""Word files, opened again with python-docx."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Twips

from documents.output.docx import sheet_docx
from documents.output.sheet import Grid, Paragraph, facts
from tests.documents.output_sheets import EVERY_BLOCK, MADE_AT, sheet


def reopened(paper=None):
    return docx.Document(io.BytesIO(sheet_docx(paper or sheet())))


def all_text(document) -> str:
    return "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def test_the_page_is_a4_with_margins_for_a_binder():
    section = reopened().sections[0]
    assert (section.page_width, section.page_height) == (Twips(11906), Twips(16838))
    assert round(section.left_margin.mm) == 24
    assert round(section.right_margin.mm) == 21


def test_the_language_is_japanese_and_every_script_has_our_face():
    styles = reopened().styles
    defaults = styles.element.find(qn("w:docDefaults"))
    language = next(defaults.iter(qn("w:lang")))
    assert language.get(qn("w:val")) == language.get(qn("w:eastAsia")) == "ja-JP"
    for name, face in (
        ("Normal", "BIZ UD明朝 Medium"),
        ("Heading 1", "BIZ UDゴシック"),
    ):
        fonts = styles[name].element.rPr.find(qn("w:rFonts"))
        assert {key.split("}")[1]: value for key, value in fonts.attrib.items()} == {
            "ascii": face, "hAnsi": face, "eastAsia": face, "cs": face
        }  # fmt: skip


def test_the_file_says_everything_in_order():
    document = reopened()
    text = all_text(document)
    places = [
        text.index(words)
        for words in (
            "資料1",
            "第8回 支援会議",
            "(社会福祉法",
            "1 概要",
            "会議室301",
            "わたなべ みさき",
            "(1) 小見出し",
            "訪問は2人で行う。",
            "開会",
            "午前10時",
            "本文です。",
            "注記です。",
            "取扱いに注意してください。",
        )
    ]
    assert places == sorted(places)
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [
        "1 概要"
    ]


def test_the_header_warns_and_the_footer_counts_pages():
    section = reopened(sheet(draft=True)).sections[0]
    assert section.header.paragraphs[0].text == " 取扱注意 \t見本市 支援会議   案 "
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("第1版\t")
    fields = [f.get(qn("w:instr")) for f in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_only_a_draft_is_marked_as_one():
    assert "第8回 支援会議(案)" in all_text(reopened(sheet(draft=True)))
    final = reopened(sheet())
    assert "案" not in all_text(final) + final.sections[0].header.paragraphs[0].text


def test_table_headers_are_repeated_and_rows_are_not_split():
    table = next(t for t in reopened().tables if t.cell(0, 0).text == "区分")
    flags = [{child.tag for child in row._tr.trPr} for row in table.rows]
    assert qn("w:tblHeader") in flags[0]
    assert all(qn("w:cantSplit") in flag for flag in flags)
    assert all(qn("w:tblHeader") not in flag for flag in flags[1:])


def test_a_single_pair_takes_the_whole_row():
    table = next(t for t in reopened().tables if "ふりがな" in t.cell(0, 2).text)
    assert table.cell(1, 1)._tc is table.cell(1, 3)._tc
    assert table.cell(1, 1).text == "本町"


def test_tables_never_touch():
    body = reopened(sheet(facts(("一", "1")), facts(("二", "2")))).element.body
    tags = [child.tag for child in body]
    pairs = list(pairwise(tags))
    assert (qn("w:tbl"), qn("w:tbl")) not in pairs
    assert (qn("w:tbl"), qn("w:sectPr")) not in pairs


def test_properties_are_neutral_and_fixed():
    properties = reopened().core_properties
    assert properties.author == properties.last_modified_by == "かさね"
    assert properties.title == "資料"
    assert properties.language == "ja-JP"
    assert properties.comments == properties.keywords == properties.subject == ""
    assert properties.created == properties.modified == MADE_AT


def test_nothing_of_the_library_or_of_a_machine_is_left():
    with zipfile.ZipFile(io.BytesIO(sheet_docx(sheet()))) as package:
        names = package.namelist()
        words = b"".join(map(package.read, names)).lower()
        assert {entry.date_time[:3] for entry in package.infolist()} == {(1980, 1, 1)}
    assert not {"docProps/app.xml", "docProps/thumbnail.jpeg"} & set(names)
    assert b"python-docx" not in words
    assert b"macintosh" not in words


def test_the_same_sheet_gives_the_same_bytes():
    later = datetime(2026, 11, 22, tzinfo=UTC)
    assert sheet_docx(sheet()) == sheet_docx(sheet())
    assert sheet_docx(sheet()) != sheet_docx(replace(sheet(), made_at=later))


def test_characters_that_xml_forbids_are_taken_out_and_names_stay():
    typed = "髙橋\x00\x0b𠮷岡\ud800 葛\U000e0100西 <w:t>&amp; 外字\ue000"
    document = reopened(sheet(Paragraph(typed), Grid((), ((typed,),), (1,))))
    expected = "𠮷岡\ufffd 葛\U000e0100西 <w:t>&amp; 外字\ue000"
    assert all_text(document).count(expected) == 2
    assert all_text(document).count("髙橋") == 2


def test_a_hundred_thousand_letters_survive():
    document = reopened(sheet(Grid((), (("長" * 100_000,),), (1,))))
    assert all_text(document).count("長") == 100_000


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: type(block).__name__)
def test_every_block_can_stand_alone(block):
    assert reopened(sheet(block)).paragraphs


def kept(row) -> bool:
    shapes = [cell.paragraphs[0].paragraph_format for cell in row.cells]
    return all(shape.keep_with_next for shape in shapes)


def test_a_table_header_stays_with_its_first_row():
    rows = (("1", "い"), ("2", "ろ"), ("3", "は"))
    table = reopened(sheet(Grid(("番号", "内容"), rows, (1, 4)))).tables[0]
    assert [kept(row) for row in table.rows] == [True, False, False, False]


def test_a_whole_table_stays_on_one_page():
    rows = (("1", "い"), ("2", "ろ"), ("3", "は"))
    whole = Grid(("番号", "内容"), rows, (1, 4), whole=True)
    table = reopened(sheet(whole)).tables[0]
    assert [kept(row) for row in table.rows] == [True, True, True, False]


def test_no_line_of_a_paragraph_stands_alone_and_headings_keep_their_text():
    styles = reopened().styles
    assert styles["Normal"].paragraph_format.widow_control
    for name in ("Heading 1", "Heading 2"):
        assert styles[name].paragraph_format.keep_with_next
