"""統計 as Excel and Word files for others."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from documents.output.docx import sheet_docx
from documents.output.papers.workbooks import Table, tables_xlsx
from documents.output.sheet import Block, Grid, Heading, Paragraph, Sheet
from meetings.figures import Figure
from meetings.selectors.figures import Figures, Use
from portal.core import jp


def figures_xlsx(found: Figures, *, made_at: datetime) -> bytes:
    """One page of the workbook a figure, to go on with."""
    note = f"{_of_whom(found)}\n{note_of(found.wish.use)}"
    tables = [
        Table(
            title=figure.title,
            rows=[_heads(figure), *figure.cells],
            widths=[44, *(14 for _column in figure.columns)],
            note=note,
        )
        for figure in found.figures
    ]
    return tables_xlsx(tables, made_at=made_at)


def figures_docx(found: Figures, *, made_at: datetime) -> bytes:
    """All figures in one Word file, to be put into a report."""
    blocks: list[Block] = [Paragraph(note_of(found.wish.use), style="note")]
    for figure in found.figures:
        blocks += _part(figure)
    sheet = Sheet(
        file_title=_("統計"),
        title=_("会議と事例の統計"),
        subtitle=_of_whom(found),
        made_at=made_at,
        blocks=tuple(blocks),
        mark="",
    )
    return sheet_docx(sheet)


def note_of(use: Use) -> str:
    """What others must know who read the figures, on the page and in each file."""
    if use is Use.REPORT:
        return _(
            "国・都道府県への報告だけに使う実数です。ほかの資料には写さないでください。"
            "作成した人が担当している会議体と事例だけを数えています。"
        )
    if use is Use.INSIDE:
        return _("実数です。世帯が分かることがあるため、外に出さないでください。")
    return _(
        "事例の数は、世帯が分からないように5件きざみにしています。"
        "表を比べて差をとっても、5件より少ない数は分かりません。"
        "国・都道府県への報告には使えません。"
    )


def _heads(figure: Figure) -> tuple[str, ...]:
    return (_("区分"), *figure.columns)


def _part(figure: Figure) -> Sequence[Block]:
    label = max(2, 5 - len(figure.columns))
    widths = (label, *(1 for _column in figure.columns))
    cells = tuple(tuple(map(str, row)) for row in figure.cells)
    blocks: list[Block] = [
        Heading(f"{figure.title}({figure.unit})"),
        Grid(_heads(figure), cells, widths),
    ]
    if figure.middle is not None:
        words = _("中央値は%(days)d日です。") % {"days": figure.middle}
        blocks.append(Paragraph(words))
    return blocks


def _of_whom(found: Figures) -> str:
    year = jp.fiscal_year_words(found.wish.year)
    bodies = found.wish.body or "、".join(str(body) for body in found.bodies)
    return f"{year} {bodies}"
