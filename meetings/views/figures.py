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
from meetings.figures import Chart, chart_of
from meetings.forms.figures import FiguresForm
from meetings.selectors import figures as selectors
from meetings.selectors.figures import Figures
from meetings.selectors.gaps import kept_bodies
from members import selectors as members
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, jp

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
@signed_in
def figures(request: MemberRequest) -> HttpResponse:
    """Figures of a fiscal year, for those who keep bodies."""
    bodies = kept_bodies(request.actor)
    form = FiguresForm(request.GET, bodies=bodies, years=selectors.years_offered())
    found = selectors.figures_of(request.actor, **form.wanted)
    charts = [chart_of(table, masked=form.masked) for table in found.tables]
    kind = request.GET.get("as", "")
    audit.record_read(
        "meetings.figures.read",
        actor=request.actor.id,
        subject="figures",
        detail={
            "year": found.year,
            "as": kind if kind in _TYPES else "page",
            "exact": not form.masked,
        },
    )
    if kind in _TYPES:
        return _file(found, charts, kind)
    context = {
        "form": form,
        "figures": found,
        "charts": charts,
        "has_children": members.have_children(bodies),
        "query": _query(request),
    }
    return render(request, "meetings/figures.html", context)


def _query(request: MemberRequest) -> str:
    asked = request.GET.copy()
    asked.pop("as", None)
    return asked.urlencode()


def _file(found: Figures, charts: Sequence[Chart], kind: str) -> HttpResponse:
    """A neutral name (R39): the file rests outside."""
    now = clock.now()
    write = _xlsx if kind == "xlsx" else _docx
    response = HttpResponse(write(found, charts, now), content_type=_TYPES[kind])
    name = f"tokei-{found.year}-{clock.today():%Y%m%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _xlsx(found: Figures, charts: Sequence[Chart], now: datetime) -> bytes:
    heads = (_("区分"), _("数"))
    tables = [
        Table(title=c.table.title, rows=[heads, *c.rows], widths=[44, 14])
        for c in charts
    ]
    return tables_xlsx(tables, made_at=now)


def _docx(found: Figures, charts: Sequence[Chart], now: datetime) -> bytes:
    blocks: list[Block] = [Paragraph(held_back_words(), style="note")]
    for chart in charts:
        blocks += [
            Heading(f"{chart.table.title}({chart.table.unit})"),
            Grid((_("区分"), _("数")), tuple(chart.rows), (4, 1)),
        ]
        if chart.note:
            blocks.append(Paragraph(chart.note))
    sheet = Sheet(
        file_title=_("統計"),
        title=_("会議と事例の統計"),
        subtitle=_of_whom(found),
        made_at=now,
        blocks=tuple(blocks),
        mark="",
    )
    return sheet_docx(sheet)


def _of_whom(found: Figures) -> str:
    year = jp.fiscal_year_words(found.year)
    return f"{year} {found.body or '、'.join(str(body) for body in found.bodies)}"


def held_back_words() -> str:
    """What the sign in place of a number means."""
    return _("5件より少ない数と、それを計算で求められる数は「x」としています。")
