"""Facts for the report of a leak, as page, summary on paper and tables (R32, P10)."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.evidence import head_rows, incident, incident_rows, inquiry
from documents.evidence.incident import Pack
from documents.evidence.inquiry import Inquiry
from documents.forms.disclosure import IncidentForm
from members.access import Actor
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media

FILES: dict[str, tuple[str, Callable[[Pack], bytes]]] = {
    "pdf": (media.PDF, incident_rows.as_pdf),
    "csv": (media.CSV_UTF_8, incident_rows.as_csv),
    "xlsx": (media.XLSX, incident_rows.as_xlsx),
}


@require_safe
@signed_in
def incident_view(request: MemberRequest) -> HttpResponse:
    """The facts about a paper, a case, a person or a span; reading is on record."""
    form = IncidentForm(request.GET or None)
    if not form.is_valid():
        return render(request, "documents/incident_find.html", {"form": form})
    asked = _inquiry(request.actor, form)
    kind = request.GET.get("as", "")
    audit.record_read(
        "documents.incident.read",
        actor=request.actor.id,
        subject=asked.subject,
        case=asked.case.id if asked.case else None,
        detail={"as": kind if kind in FILES else "page"},
    )
    pack = incident.pack(asked, form.period, form.known)
    if kind in FILES:
        return _file(pack, kind)
    context = {"form": form, "query": request.GET.urlencode(), **_context(pack)}
    return render(request, "documents/incident.html", context)


def _inquiry(actor: Actor, form: IncidentForm) -> Inquiry:
    if paper := form.cleaned_data["paper"]:
        return inquiry.of_paper(actor, paper)
    if case := form.cleaned_data["case"]:
        return inquiry.of_case(actor, case)
    if person := form.cleaned_data["person"]:
        return inquiry.of_person(actor, person)
    return inquiry.of_span(actor, form.period)


def _context(pack: Pack) -> dict[str, object]:
    return {
        "pack": pack,
        "subject": incident_rows.subject(pack),
        "span": incident_rows.span(pack),
        "overview": incident_rows.overview(pack),
        "days": incident_rows.days(pack),
        "ways": incident_rows.ways(pack),
        "taken": incident_rows.taken_cells(pack),
        "stops": incident_rows.stop_cells(pack),
        "sealings": [incident_rows.sealing_cells(pack, s) for s in pack.sealings],
        "proof": head_rows.proof(pack.standing),
    }


def _file(pack: Pack, kind: str) -> HttpResponse:
    media_type, write = FILES[kind]
    name = f"kiroku-{clock.today():%Y%m%d}.{kind}"
    return media.attachment(write(pack), media_type, name)
