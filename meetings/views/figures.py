"""統計: the page, and the same as Excel and Word files for others."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import figure_rendering
from meetings.charts import PATTERNS, chart_of
from meetings.forms.figures import FiguresForm
from meetings.selectors import figures as selectors
from meetings.selectors.figures import Figures, Use, Wish
from meetings.selectors.gaps import kept_bodies
from members import selectors as members
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media

_FILES = {
    "xlsx": (media.XLSX, figure_rendering.figures_xlsx),
    "docx": (media.DOCX, figure_rendering.figures_docx),
}
# Whoever sends a file on sees by its name that it is none for others.
_NAMES = {
    Use.SHARED: "tokei",
    Use.REPORT: "tokei-hokoku",
    Use.INSIDE: "tokei-chonai",
}


@require_safe
@signed_in
def figures(request: MemberRequest) -> HttpResponse:
    """Figures of a fiscal year, for those who keep bodies."""
    bodies = kept_bodies(request.actor)
    form = FiguresForm(request.GET, bodies=bodies, years=selectors.years_offered())
    found = selectors.figures_of(request.actor, form.wish)
    kind = request.GET.get("as", "")
    _record_read(request, form.wish, kind if kind in _FILES else "page")
    if kind in _FILES:
        return _file(found, kind)
    context = {
        "form": form,
        "wish": form.wish,
        "rows": [(figure, chart_of(figure)) for figure in found.figures],
        "patterns": range(PATTERNS),
        "has_children": members.have_children(bodies),
        "note": figure_rendering.note_of(form.wish.use),
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
            "use": str(wish.use),
        },
    )


def _file(found: Figures, kind: str) -> HttpResponse:
    media_type, write = _FILES[kind]
    stem = _NAMES[found.wish.use]
    name = f"{stem}-{found.wish.year}-{clock.today():%Y%m%d}.{kind}"
    return media.attachment(write(found, made_at=clock.now()), media_type, name)
