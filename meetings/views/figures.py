"""統計: the page, and the same as Excel and Word files for others."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.output.docx import sheet_docx
from documents.output.papers.workbooks import Table, tables_xlsx
from documents.output.sheet import Block, Grid, Heading, Paragraph, Sheet
from meetings.charts import PATTERNS, chart_of
from meetings.figures import Figure
from meetings.forms.figures import FiguresForm
from meetings.selectors import figures as selectors
from meetings.selectors.figures import Figures, Wish
from meetings.selectors.gaps import kept_bodies
from members import selectors as members
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, jp, media

_TYPES = {
    "xlsx": media.XLSX,
    "docx": media.DOCX,
}


@require_safe
@signed_in
def figures(request: MemberRequest) -> HttpResponse:
    """Figures of a fiscal year, for those who keep bodies."""
    bodies = kept_bodies(request.actor)
    form = FiguresForm(request.GET, bodies=bodies, years=selectors.years_offered())
    found = selectors.figures_of(request.actor, form.wish)
    kind = request.GET.get("as", "")
    _record_read(request, form.wish, kind if kind in _TYPES else "page")
    if kind in _TYPES:
        return _file(found, kind)
    context = {
        "form": form,
        "wish": form.wish,
        "rows": [(figure, chart_of(figure)) for figure in found.figures],
        "patterns": range(PATTERNS),
        "has_children": members.have_children(bodies),
        "query": _query(request),
    }
    return render(request, "meetings/figures.html", context)


def _record_read(request: MemberRequest, wish: Wish, kind: str) -> None:
    audit.record_read(
        "meetings.figures.read",
        actor=request.actor.id,
        subject="figures",
        detail={
            "year": wish.year,
            "by": str(wish.by),
            "as": kind,
            "exact": not wish.masked,
        },
    )


def _query(request: MemberRequest) -> str:
    asked = request.GET.copy()
    asked.pop("as", None)
    return asked.urlencode()


def _file(found: Figures, kind: str) -> HttpResponse:
    write = _xlsx if kind == "xlsx" else _docx
    name = f"tokei-{found.wish.year}-{clock.today():%Y%m%d}.{kind}"
    return media.attachment(write(found, clock.now()), _TYPES[kind], name)


def _heads(figure: Figure) -> tuple[str, ...]:
    return (_("区分"), *figure.columns)


def _xlsx(found: Figures, now: datetime) -> bytes:
    tables = [
        Table(
            title=figure.title.replace(":", " "),
            rows=[_heads(figure), *figure.cells],
            widths=[44, *(14 for _column in figure.columns)],
        )
        for figure in found.figures
    ]
    return tables_xlsx(tables, made_at=now)


def _docx(found: Figures, now: datetime) -> bytes:
    blocks: list[Block] = [Paragraph(_words_on_steps(found), style="note")]
    for figure in found.figures:
        blocks += _part(figure)
    sheet = Sheet(
        file_title=_("統計"),
        title=_("会議と事例の統計"),
        subtitle=_of_whom(found),
        made_at=now,
        blocks=tuple(blocks),
        mark="",
    )
    return sheet_docx(sheet)


def _part(figure: Figure) -> Sequence[Block]:
    label = max(2, 5 - len(figure.columns))
    widths = (label, *(1 for _column in figure.columns))
    blocks: list[Block] = [
        Heading(f"{figure.title}({figure.unit})"),
        Grid(_heads(figure), tuple(figure.cells), widths),
    ]
    if figure.middle is not None:
        words = _("中央値は%(days)d日です。") % {"days": figure.middle}
        blocks.append(Paragraph(words))
    return blocks


def _of_whom(found: Figures) -> str:
    year = jp.fiscal_year_words(found.wish.year)
    bodies = found.wish.body or "、".join(str(body) for body in found.bodies)
    return f"{year} {bodies}"


def _words_on_steps(found: Figures) -> str:
    if not found.wish.masked:
        return _("正確な数です。世帯が分かることがあるため、外に出さないでください。")
    return _(
        "事例の数は、世帯が分からないように5件きざみにしています。"
        "表を比べて差をとっても、5件より少ない数は分かりません。"
    )
