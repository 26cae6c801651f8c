"""Forms written as files of each kind, with words in places that people overlook."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import docx
import openpyxl
import pikepdf
import typst
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment

from documents.output.text import FONT_FOLDER
from tests.documents import files

Block = str | list[list[str]]


@dataclass
class Form:
    """A title and its paragraphs and tables; ``aside`` are words out of sight."""

    title: str
    blocks: list[Block]
    aside: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[list[str]]:
        rows = [[self.title]]
        for block in self.blocks:
            rows += [[block]] if isinstance(block, str) else block
        return rows


def docx_of(form: Form) -> bytes:
    document = docx.Document()
    document.add_heading(form.title)
    for block in form.blocks:
        _add_block(document, block)
    last = document.add_paragraph("以上")
    aside = form.aside
    if words := aside.get("comment"):
        document.add_comment(last.runs, words, author="記録係")
    document.sections[0].header.paragraphs[0].text = aside.get("header", "")
    document.core_properties.title = aside.get("properties", "")
    for place in ("deleted", "text_box"):
        if words := aside.get(place):
            last._p.append(parse_xml(_RUNS[place].format(nsdecls("w"), words)))
    data = _saved(document.save)
    if words := aside.get("footnote"):
        note = _FOOTNOTES.format(nsdecls("w"), words)
        data = files.with_parts(data, ("word/footnotes.xml", note.encode()))
    return data


def _add_block(document: Document, block: Block) -> None:
    if isinstance(block, str):
        document.add_paragraph(block)
        return
    table = document.add_table(rows=0, cols=max(map(len, block)))
    for row in block:
        for cell, words in zip(table.add_row().cells, row, strict=False):
            cell.text = words


_RUNS = {
    "deleted": '<w:del {} w:id="9" w:author="a"><w:r><w:delText>{}</w:delText></w:r>'
    "</w:del>",
    "text_box": '<w:r {}><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
    "<v:textbox><w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    "</v:textbox></v:shape></w:pict></w:r>",
}
_FOOTNOTES = (
    '<w:footnotes {}><w:footnote w:id="2"><w:p><w:r><w:t>{}</w:t></w:r></w:p>'
    "</w:footnote></w:footnotes>"
)


def xlsx_of(form: Form) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = form.aside.get("sheet_name", "様式")[:31]
    for row in form.lines:
        sheet.append(row)
    if words := form.aside.get("comment"):
        sheet["A2"].comment = Comment(words, "記録係")
    if words := form.aside.get("hidden_sheet"):
        hidden = book.create_sheet("元データ")
        hidden.sheet_state = "veryHidden"
        for line in words.split("\n"):
            hidden.append(line.split("\t"))
    if words := form.aside.get("properties"):
        book.properties.title = words
    data = _saved(book.save)
    if words := form.aside.get("leftover"):  # a pivot table keeps what it was made of
        cache = (
            '<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/'
            f'spreadsheetml/2006/main"><cacheFields><cacheField><sharedItems><s v="'
            f'{words}"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>'
        )
        part = ("xl/pivotCache/pivotCacheDefinition1.xml", cache.encode())
        data = files.with_parts(data, part)
    return data


def pdf_of(form: Form) -> bytes:
    data = _typeset(form)
    if words := form.aside.get("revision"):
        before = _typeset(Form(form.title, [words]))
        data = _later(before)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if words := form.aside.get("properties"):
            pdf.docinfo["/Title"] = words
        elif words := form.aside.get("comment"):
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Text,
                Rect=[0, 0, 20, 20],
                Contents=words,
            )
            pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([note]))
        else:
            return data
        return _saved(pdf.save)


def _later(before: bytes) -> bytes:
    """``before`` with another page saved over it: the old file stays below."""
    with pikepdf.open(io.BytesIO(before)) as old:
        size, root = int(old.trailer["/Size"]), old.trailer["/Root"].objgen[0]
    catalog = b"<</Type/Catalog/Pages %d 0 R>>" % (size + 1)
    page_words = b"BT /F1 12 Tf 72 700 Td (corrected) Tj ET"
    objects = {
        root: catalog,
        size + 1: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (size + 2),
        size + 2: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Resources<</Font"
        b"<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents %d 0 R>>"
        % (size + 1, size + 3),
        size + 3: b"<</Length %d>>stream\n%s\nendstream"
        % (len(page_words), page_words),
    }
    out, places = bytearray(before + b"\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    at = int(before.rsplit(b"startxref", 1)[1].split()[0])
    out += b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (size + 4, root, at)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


_TEMPLATE = """
#set page(paper: "a4", margin: 2cm)
#set text(font: "BIZ UDGothic", size: 10pt)
#let data = json(bytes(sys.inputs.data))
#for row in data {
  if row.len() == 1 [#par(row.at(0))] else {
    table(columns: (1fr,) * row.len(), ..row)
  }
}
"""


def _typeset(form: Form) -> bytes:
    made = typst.compile(
        _TEMPLATE.encode(),
        font_paths=typst.Fonts(
            font_paths=[str(FONT_FOLDER)], include_system_fonts=False
        ),
        sys_inputs={"data": json.dumps(form.lines, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


def text_of(form: Form) -> bytes:
    return "\r\n".join("\t".join(row) for row in form.lines).encode("cp932", "replace")


def csv_of(form: Form) -> bytes:
    return "\r\n".join(",".join(row) for row in form.lines).encode("utf-8-sig")


def pptx_of(form: Form) -> bytes:
    """Slides of plain paragraphs; the words out of sight are the notes of the first."""
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    lines = "".join(
        f"<a:p><a:r><a:t>{'  '.join(r)}</a:t></a:r></a:p>" for r in form.lines
    )
    parts = [("ppt/slides/slide1.xml", f"<sld {space}>{lines}</sld>".encode())]
    if words := form.aside.get("notes"):
        note = f"<n {space}><a:p><a:r><a:t>{words}</a:t></a:r></a:p></n>"
        parts.append(("ppt/notesSlides/notesSlide1.xml", note.encode()))
    return files.with_parts(files.pptx_file(), *parts)


WRITERS: dict[str, Callable[[Form], bytes]] = {
    ".docx": docx_of,
    ".xlsx": xlsx_of,
    ".pdf": pdf_of,
    ".txt": text_of,
    ".csv": csv_of,
    ".pptx": pptx_of,
}


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()
