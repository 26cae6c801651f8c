"""Office files with what must not be seen of them: traces, remarks, hidden parts."""

import io

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl.comments import Comment

from tests.documents import files

PRESENTATION = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def traced_docx() -> bytes:
    """Words in faces of Windows, a deletion, an insertion, a remark and an author."""
    document = docx.Document()
    for face in ("MS 明朝", "ＭＳ ゴシック", "游明朝", "メイリオ"):
        run = document.add_paragraph().add_run("支援の経過を話し合う")
        run.font.name = face
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    changed = document.add_paragraph("残る言葉")
    for tag, inner in (
        ("del", "<w:r><w:delText>消した言葉</w:delText></w:r>"),
        ("ins", "<w:r><w:t>足した言葉</w:t></w:r>"),
    ):
        mark = (
            f'<w:{tag} {nsdecls("w")} w:id="9" w:author="AUTHOR-NAME">{inner}</w:{tag}>'
        )
        changed._element.append(parse_xml(mark))
    document.add_comment(changed.runs, text="REMARK-TEXT", author="AUTHOR-NAME")
    document.core_properties.author = "AUTHOR-NAME"
    document.core_properties.title = "TITLE-OF-FILE"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def hiding_xlsx() -> bytes:
    """A sheet with a hidden row, column and remark, beside two hidden sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B1"], sheet["A2"] = "見える欄", "HIDDEN-COLUMN", "HIDDEN-ROW"
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[2].hidden = True
    sheet["A1"].comment = Comment("REMARK-TEXT", "AUTHOR-NAME")
    sheet.page_setup.cellComments = "atEnd"
    for state in ("hidden", "veryHidden"):
        other = book.create_sheet(state)
        other.sheet_state = state
        other["A1"] = "HIDDEN-SHEET"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hiding_pptx() -> bytes:
    """Two slides, the second of them hidden."""
    kind = f"{files.WORD}.presentationml"
    slides = [("slide1", "見えるスライド", ""), ("slide2", "HIDDEN-SLIDE", ' show="0"')]
    types = "".join(
        f'<Override PartName="/ppt/slides/{name}.xml" ContentType="{kind}.slide+xml"/>'
        for name, _, _ in slides
    )
    relations = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/slide" '
        f'Target="slides/{name}.xml"/>'
        for name, _, _ in slides
    )
    shown = "".join(
        f'<p:sldId id="{256 + place}" r:id="{name}"/>'
        for place, (name, _, _) in enumerate(slides)
    )
    whole = f'xmlns:p="{PRESENTATION}" xmlns:a="{DRAWING}" xmlns:r="{RELATIONS}"'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/ppt/presentation.xml" '
        f'ContentType="{kind}.presentation.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" '
        'Target="ppt/presentation.xml"/></Relationships>',
        "ppt/presentation.xml": f"<p:presentation {whole}><p:sldIdLst>{shown}"
        '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}'
            "</Relationships>"
        ),
    }
    for name, words, show in slides:
        parts[f"ppt/slides/{name}.xml"] = _slide(whole, words, show)
    return files.zip_file([(name, body.encode()) for name, body in parts.items()])


def _slide(whole: str, words: str, show: str) -> str:
    return (
        f"<p:sld {whole}{show}><p:cSld><p:spTree><p:nvGrpSpPr>"
        '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        '<p:spPr><a:xfrm><a:off x="900000" y="900000"/>'
        '<a:ext cx="6000000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody>"
        "</p:sp></p:spTree></p:cSld></p:sld>"
    )
