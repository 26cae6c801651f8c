"""Word files: an A4 base built in code, and the writer of a sheet's blocks."""

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from documents.output.packages import settled
from documents.output.sheet import (
    AUTHOR,
    DRAFT,
    Blank,
    Block,
    Facts,
    Grid,
    Heading,
    Notice,
    Outline,
    Paragraph,
    Sheet,
)
from documents.output.text import clean, marked

LANGUAGE = "ja-JP"
# The universal-design faces as Windows calls them; Word falls back to its own faces
# where they are missing.
GOTHIC = "BIZ UDゴシック"
MINCHO = "BIZ UD明朝 Medium"

LEFT_MM, RIGHT_MM, TOP_MM, BOTTOM_MM = 24, 21, 30, 24
TEXT_MM = 210 - LEFT_MM - RIGHT_MM
_SHADE = "EEEEEE"
_BLACK = RGBColor(0, 0, 0)

_CELL, _LABEL, _NOTE = "表の本文", "表の見出し", "注記"


def sheet_docx(sheet: Sheet) -> bytes:
    """The sheet as Word file; the same sheet gives the same bytes."""
    document = _base(sheet)
    _write_head(document, sheet)
    for block in sheet.blocks:
        _WRITERS[type(block)](document, block)
    _part_from_table(document)
    output = io.BytesIO()
    document.save(output)
    return settled(output.getvalue(), made_at=sheet.made_at)


# The base ---------------------------------------------------------------------------


def _base(sheet: Sheet) -> WordDocument:
    document = Document()
    _set_page(document)
    _set_styles(document)
    _set_compatibility(document)
    _drop_leftovers(document)
    set_properties(document, sheet.file_title, sheet.made_at)
    _write_header(document, sheet)
    _write_footer(document, sheet)
    return document


def _set_page(document: WordDocument) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.header_distance, section.footer_distance = Mm(13), Mm(11)


def _set_styles(document: WordDocument) -> None:
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults"))
    _set_face(defaults.find(f".//{qn('w:rPr')}"), MINCHO)
    _shape(styles["Normal"], MINCHO, 10.5, after=2)
    _close_up(styles["Normal"])
    _shape(styles["Title"], GOTHIC, 17, bold=True, before=2, after=4, centred=True)
    _shape(styles["Heading 1"], GOTHIC, 11.5, bold=True, before=16, after=5)
    _shape(styles["Heading 2"], GOTHIC, 10.5, bold=True, before=10, after=4)
    for name, face, size in (
        (_CELL, MINCHO, 10),
        (_LABEL, GOTHIC, 9.5),
        (_NOTE, GOTHIC, 8.5),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        inset = 0 if name == _NOTE else 2.5
        _shape(style, face, size, before=inset, after=inset)
    for name in ("Header", "Footer"):
        _shape(styles[name], GOTHIC, 8.5)
        styles[name].paragraph_format.tab_stops.clear_all()


def _shape(  # noqa: PLR0913 - the properties of a style, named at every call
    style: ParagraphStyle,
    face: str,
    size: float,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    centred: bool = False,
) -> None:
    _set_face(style.element.get_or_add_rPr(), face)
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, _BLACK
    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.line_spacing, shape.widow_control = 1.2, True
    if centred:
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # the library's built-in title carries a blue rule and wide letters
    for mark in style.element.xpath("w:pPr/w:pBdr | w:rPr/w:spacing | w:rPr/w:kern"):
        mark.getparent().remove(mark)


def _close_up(style: ParagraphStyle) -> None:
    """No extra space between Japanese and figures: dates read as one word."""
    shape = style.element.get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        switch = OxmlElement(name)
        switch.set(qn("w:val"), "0")
        shape.insert_element_before(switch, *_AFTER_AUTOSPACE)


# The schema orders the properties of a paragraph: these follow the two switches.
_AFTER_AUTOSPACE = tuple(
    f"w:{name}"
    for name in ("bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "jc")
)


def _set_face(properties: Any, face: str) -> None:
    """One face for every script: ``font.name`` alone leaves Japanese to the theme."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)
    properties.insert(0, fonts)
    language = properties.find(qn("w:lang"))
    if language is not None:
        language.set(qn("w:val"), LANGUAGE)
        language.set(qn("w:eastAsia"), LANGUAGE)


def _set_compatibility(document: WordDocument) -> None:
    """Declare the Word of today: without it Word opens in compatibility mode."""
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _drop_leftovers(document: WordDocument) -> None:
    """Leave out what the library's template brings along.

    That is a picture of an empty page, the name of the program it was made with, old
    copies of the styles.
    """
    for relations in (document.part.package.rels, document.part.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.rsplit("/", 1)[-1] in _LEFTOVERS:
                del relations[key]


_LEFTOVERS = {"thumbnail", "extended-properties", "stylesWithEffects", "customXml"}


def set_properties(document: WordDocument, title: str, made_at: datetime) -> None:
    """What the file says about itself: neutral, and nothing of a machine."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = AUTHOR
    properties.title = clean(title)
    properties.language = LANGUAGE
    properties.comments = properties.keywords = properties.subject = ""
    properties.revision = 1
    properties.created = properties.modified = made_at.astimezone(UTC)


def _write_header(document: WordDocument, sheet: Sheet) -> None:
    paragraph = document.sections[0].header.paragraphs[0]
    _set_tabs(paragraph, (TEXT_MM, WD_TAB_ALIGNMENT.RIGHT))
    if sheet.mark:
        _boxed(paragraph.add_run(f" {clean(sheet.mark)} "))
    paragraph.add_run(f"\t{clean(marked(sheet.running))}")
    if sheet.draft:
        paragraph.add_run("  ")
        _boxed(paragraph.add_run(f" {DRAFT} "))


def _write_footer(document: WordDocument, sheet: Sheet) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    _set_tabs(paragraph, (TEXT_MM / 2, WD_TAB_ALIGNMENT.CENTER))
    paragraph.add_run(f"{clean(sheet.foot)}\t")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _add_field(paragraph, "NUMPAGES")


def _set_tabs(paragraph: WordParagraph, *stops: tuple[float, Any]) -> None:
    for position, alignment in stops:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(position), alignment)


def _boxed(run: Run) -> None:
    run.bold, run.font.size = True, Pt(10)
    border = OxmlElement("w:bdr")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "0")):
        border.set(qn(f"w:{name}"), value)
    run._r.get_or_add_rPr().append(border)


def _add_field(paragraph: WordParagraph, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


# The blocks -------------------------------------------------------------------------


def _write_head(document: WordDocument, sheet: Sheet) -> None:
    if sheet.number:
        _add(document, sheet.number, style=_LABEL, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _add(document, sheet.title + (f"({DRAFT})" if sheet.draft else ""), style="Title")
    if sheet.subtitle:
        _add(document, sheet.subtitle, align=WD_ALIGN_PARAGRAPH.CENTER)


def _add(
    document: WordDocument, text: str, *, style: str = "Normal", align: Any = None
) -> WordParagraph:
    paragraph = document.add_paragraph(clean(text), style=style)
    paragraph.alignment = align
    return paragraph


def _write_heading(document: WordDocument, block: Heading) -> None:
    _add(document, block.text, style=f"Heading {block.level}")


def _write_paragraph(document: WordDocument, block: Paragraph) -> None:
    if block.style == "note":
        _add(document, block.text, style=_NOTE).paragraph_format.space_before = Pt(6)
    elif block.style == "body":
        for line in clean(block.text).split("\n"):
            indent = document.add_paragraph(line).paragraph_format
            indent.first_line_indent = Pt(10.5)
    else:
        _add(document, block.text, align=_ALIGNMENTS[block.style])


_ALIGNMENTS = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}


def _write_notice(document: WordDocument, block: Notice) -> None:
    _space(document, 6)
    table = _add_table(document, (TEXT_MM,))
    _fill(_add_row(table).cells[0], block.text, style=_LABEL)


def _write_facts(document: WordDocument, block: Facts) -> None:
    pairs = max(len(row) for row in block.rows)
    value_mm = TEXT_MM / pairs - block.label_mm
    table = _add_table(document, (block.label_mm, value_mm) * pairs)
    for row in block.rows:
        added = _add_row(table)
        cells = added.cells
        if len(row) < pairs:
            cells[2 * len(row) - 1].merge(cells[-1])
        for place, (label, value) in enumerate(row):
            _fill(cells[2 * place], label, style=_LABEL, shaded=True)
            _fill(cells[2 * place + 1], value)


def _write_grid(document: WordDocument, block: Grid) -> None:
    total = sum(block.widths)
    table = _add_table(document, [TEXT_MM * part / total for part in block.widths])
    if block.header:
        head = _add_row(table)
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, text in zip(head.cells, block.header, strict=True):
            _fill(cell, text, style=_LABEL, shaded=True)
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    for row in block.rows:
        for cell, text in zip(_add_row(table).cells, row, strict=True):
            _fill(cell, text)
    _keep_rows(table.rows[:-1] if block.whole else table.rows[: bool(block.header)])


def _keep_rows(rows: Iterable[_Row]) -> None:
    """Keep each of the rows on the page of the one that follows it."""
    for row in rows:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _write_outline(document: WordDocument, block: Outline) -> None:
    for point in block.points:
        paragraph = document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.left_indent = Mm(9 if point.level == 1 else 17)
        shape.first_line_indent = Mm(-9)
        shape.space_before = shape.space_after = Pt(4)
        _set_tabs(paragraph, (TEXT_MM, WD_TAB_ALIGNMENT.RIGHT))
        remark = f"\t{clean(point.remark)}" if point.remark else ""
        paragraph.add_run(f"{clean(point.mark)}\t{clean(point.text)}{remark}")


def _write_blank(document: WordDocument, block: Blank) -> None:
    _space(document, Mm(block.height_mm).pt)


_WRITERS: dict[type[Block], Callable[[WordDocument, Any], None]] = {
    Heading: _write_heading,
    Paragraph: _write_paragraph,
    Notice: _write_notice,
    Facts: _write_facts,
    Grid: _write_grid,
    Outline: _write_outline,
    Blank: _write_blank,
}


# Tables -----------------------------------------------------------------------------


def _add_table(document: WordDocument, widths_mm: Iterable[float]) -> Table:
    _part_from_table(document)
    widths = [Mm(width) for width in widths_mm]
    table: Table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Length(width)
    return table


def _add_row(table: Table) -> _Row:
    """A row that no page break cuts."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call] # python-docx's gap
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return row


def _fill(cell: _Cell, text: str, *, style: str = _CELL, shaded: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    # A style of ours has its name as id; to look it up for each cell takes longer
    # than everything else of the file.
    paragraph._p.style = style
    paragraph.add_run(clean(text))
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if shaded:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _part_from_table(document: WordDocument) -> None:
    """Keep what follows off a table: Word joins tables that touch."""
    last = document.element.body.xpath("*[not(self::w:sectPr)][last()]")
    if last and last[0].tag == qn("w:tbl"):
        _space(document, 6)


def _space(document: WordDocument, points: float) -> None:
    """An empty paragraph of that height."""
    shape = document.add_paragraph().paragraph_format
    shape.line_spacing, shape.space_after = Pt(points), Pt(0)
