"""What files still carry beside their pages: counted by code, never quoted."""

import io
import json
import socket
import subprocess
import sys

import docx
import openpyxl
import pikepdf
import pytest
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from documents import sandbox
from documents.intake import residue
from tests.documents import files
from tests.documents.test_intake import inspect
from tests.meetings.test_paper_pages import address

SECRET = "山田太郎"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(save) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def clean_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("支援の経過")
    for name in ("author", "title", "comments", "keywords", "subject"):
        setattr(document.core_properties, name, "")
    return saved(document.save)


def clean_xlsx(change=None) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = ""
    book["Sheet"]["A1"] = "氏名"
    if change:
        change(book)
    return saved(book.save)


CLEAN = clean_docx()


def in_body(xml: str) -> bytes:
    return files.replaced(CLEAN, "word/document.xml", "<w:sectPr", f"{xml}<w:sectPr")


def named_docx() -> bytes:
    document = docx.Document(io.BytesIO(CLEAN))
    document.core_properties.author = SECRET
    document.core_properties.last_modified_by = SECRET
    document.core_properties.title = SECRET
    return saved(document.save)


def hide(book) -> None:
    book.create_sheet(SECRET).sheet_state = "hidden"
    book.create_sheet("裏").sheet_state = "veryHidden"
    book.active.row_dimensions[2].hidden = True
    book.active["B2"] = SECRET
    book.active.column_dimensions["C"].hidden = True
    book.active["A1"].comment = Comment(SECRET, SECRET)


def slides(**parts: str) -> bytes:
    named = [(name, body.encode()) for name, body in parts.items()]
    return files.with_parts(files.pptx_file(), *named)


P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
NOTES = {
    "ppt/slides/slide1.xml": f'<p:sld {P} show="0"/>',
    "ppt/slides/slide2.xml": f"<p:sld {P}/>",
    "ppt/notesSlides/notesSlide1.xml": f"<p:notes {P}><a:t>{SECRET}</a:t></p:notes>",
    "ppt/notesSlides/notesSlide2.xml": f"<p:notes {P}><a:t>2</a:t></p:notes>",
    "ppt/comments/comment1.xml": f"<p:cmLst {P}><p:cm/><p:cm/></p:cmLst>",
}


def photo(kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[271], exif[272], exif[274] = "Maker", SECRET, 1
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N", 2: (35.0, 41.0, 0.0)}
    image = Image.new("RGB", (40, 30), "white")
    return saved(lambda out: image.save(out, kind, exif=exif))


def titled_png() -> bytes:
    info = PngInfo()
    info.add_text("Title", SECRET)
    image = Image.new("RGB", (40, 30), "white")
    return saved(lambda out: image.save(out, "PNG", pnginfo=info))


def annotate(pdf: pikepdf.Pdf) -> None:
    def note() -> pikepdf.Dictionary:
        return pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Text,
            Rect=[0, 0, 9, 9],
            Contents=SECRET,
        )

    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9]
    )
    pdf.pages[0].Annots = pikepdf.Array([note(), pdf.make_indirect(note()), link])
    pdf.docinfo["/Author"] = SECRET
    pdf.docinfo["/Title"] = SECRET
    pdf.docinfo["/Producer"] = "office"


def revised(times: int = 1, *, linear: bool = False) -> bytes:
    """A PDF with ``times`` later versions appended, as office programs do."""
    with pikepdf.open(io.BytesIO(files.pdf_file())) as pdf:
        data = saved(lambda out: pdf.save(out, linearize=linear))
    for _ in range(times):
        with pikepdf.open(io.BytesIO(data)) as pdf:
            size, root = int(pdf.trailer.Size), pdf.Root.objgen[0]
        before = int(data.rsplit(b"startxref", 1)[1].split()[0])
        at = len(data)
        data += (
            f"\n{size} 0 obj\n({SECRET.encode().hex()})\nendobj\n"
            f"xref\n{size} 1\n{at + 1:010} 00000 n \n"
            f"trailer\n<< /Size {size + 1} /Root {root} 0 R /Prev {before} >>\n"
        ).encode()
        start = data.rindex(b"xref\n", 0, data.rindex(b"trailer"))
        data += f"startxref\n{start}\n%%EOF\n".encode()
    return data


FILES = {
    "nothing in a letter": ("a.docx", CLEAN, {}),
    "nothing in a sheet": ("a.xlsx", clean_xlsx(), {}),
    "nothing in a pdf": ("a.pdf", files.pdf_file(2), {}),
    "nothing in a linear pdf": ("a.pdf", revised(0, linear=True), {}),
    "nothing in a picture": ("a.jpg", files.picture("JPEG"), {}),
    "nothing in a text": ("a.txt", "経過".encode(), {}),
    "changes": (
        "a.docx",
        in_body(
            f"<w:p><w:ins><w:r><w:t>{SECRET}</w:t></w:r></w:ins><w:del/>"
            "<w:r><w:rPr><w:rPrChange/></w:rPr></w:r></w:p>"
        ),
        {"tracked_changes": 3},
    ),
    "hidden words": (
        "a.docx",
        in_body('<w:r><w:rPr><w:vanish/></w:rPr></w:r><w:vanish w:val="0"/>'),
        {"hidden_text": 1},
    ),
    "comments": (
        "a.docx",
        files.with_parts(
            CLEAN,
            (
                "word/comments.xml",
                f"<w:comments {W}><w:comment/><w:comment/></w:comments>".encode(),
            ),
        ),
        {"comments": 2},
    ),
    "names": ("a.docx", named_docx(), {"people": 2, "document_info": 1}),
    "company": (
        "a.docx",
        files.with_parts(
            CLEAN,
            (
                "docProps/app.xml",
                f"<Properties><Company>{SECRET}</Company><Pages>1</Pages>"
                "<Manager> </Manager></Properties>".encode(),
            ),
        ),
        {"document_info": 1},
    ),
    "sheets": (
        "a.xlsx",
        clean_xlsx(hide),
        {"hidden_sheets": 2, "hidden_rows": 2, "comments": 1},
    ),
    "slides": (
        "a.pptx",
        slides(**NOTES),
        {"hidden_slides": 1, "speaker_notes": 1, "comments": 2},
    ),
    "camera": ("a.jpg", photo(), {"camera": 2, "place": 1}),
    "camera inside a letter": (
        "a.docx",
        files.with_parts(CLEAN, ("word/media/image1.jpeg", photo())),
        {"camera": 2, "place": 1},
    ),
    "words in a png": ("a.png", titled_png(), {"document_info": 1}),
    "notes on a pdf": (
        "a.pdf",
        files.pdf_with(annotate),
        {"annotations": 2, "people": 1, "document_info": 1},
    ),
    "earlier versions": ("a.pdf", revised(2), {"earlier_versions": 2}),
    "earlier version of a linear pdf": (
        "a.pdf",
        revised(1, linear=True),
        {"earlier_versions": 1},
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_what_remains_is_counted_and_not_quoted(case):
    name, data, expected = FILES[case]
    found = inspect(data, name).findings
    assert found == expected
    assert SECRET not in json.dumps(found, ensure_ascii=False)


def test_every_code_has_its_words():
    codes = {code for _, _, expected in FILES.values() for code in expected}
    assert codes == set(residue.WORDS)
    assert residue.words_of({"tracked_changes": 3}) == ["変更履歴が3か所残っています"]
    assert residue.words_of({}) == []


@pytest.mark.parametrize("name", ["secretariat", "clinic"])
def test_the_uploader_and_the_secretariat_are_told_what_to_do(
    cast, filed, signed_in, name
):
    version = filed(cast.clinic, data=FILES["changes"][1], name="経過.docx")
    assert version.findings == {"tracked_changes": 3}
    page = signed_in(getattr(cast, name)).get(address("upload", cast.shien_item))
    text = page.content.decode()
    assert "変更履歴が3か所残っています" in text
    assert "PDFにして渡すと" in text


def test_a_pdf_is_not_told_to_become_one(cast, filed, signed_in):
    filed(cast.clinic, data=FILES["notes on a pdf"][1], name="経過.pdf")
    page = signed_in(cast.clinic).get(address("upload", cast.shien_item))
    text = page.content.decode()
    assert "注釈が2件あります" in text
    assert "「名前入りPDF」で渡すと" in text
    assert "PDFにして渡すと" not in text


def test_readers_are_not_told(cast, released, signed_in):
    released(data=FILES["notes on a pdf"][1])
    page = signed_in(cast.clinic).get(address("upload", cast.shien_item))
    text = page.content.decode()
    assert "事例概要" in text
    assert "注釈が" not in text


# The process that looks into them


ATTEMPTS = """
import os, socket, sys
sys.path.insert(0, os.getcwd())
from documents.intake.inspection.__main__ import confine
confine()
def write():
    with open(sys.argv[2], "wb") as file:
        file.write(b"x")
def open_many():
    return [open("/dev/null") for _ in range(99)]
for act in (
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2),
    write,
    open_many,
    lambda: bytes(2**31),
):
    try:
        act()
    except (OSError, MemoryError):
        pass
    else:
        sys.exit(f"a way out: {act}")
"""


def test_the_process_reaches_nothing_even_without_the_sandbox(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        command = [sys.executable, "-I", "-c", ATTEMPTS, port, str(tmp_path / "out")]
        done = subprocess.run(command, check=False, env={}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_the_process_runs_in_the_sandbox(monkeypatch):
    asked = []
    boxed = sandbox.boxed

    def noted(command, **options):
        asked.append(command)
        return boxed(command, **options)

    monkeypatch.setattr(sandbox, "boxed", noted)
    inspect(CLEAN, "a.docx")
    assert asked[0][1] == "-I"
    assert sandbox.refusal() == ""
