"""Who had it: for a paper, a case or a person, on screen and as a file (P10)."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.evidence import disclosure_rows, inquiry, review
from documents.evidence.inquiry import Inquiry
from documents.forms.disclosure import CaseNumberForm, PeriodForm
from members.access import Actor
from members.http import MemberRequest, signed_in
from portal.core import audit, clock, media


def _had(
    request: MemberRequest, ask: Callable[[Actor, UUID], Inquiry], thing: UUID
) -> HttpResponse:
    """The list, as page or as file; each reading of it is on record itself."""
    asked = ask(request.actor, thing)
    form = PeriodForm(request.GET)
    kind = request.GET.get("as", "")
    audit.record_read(
        "documents.disclosure.read",
        actor=request.actor.id,
        subject=asked.subject,
        case=asked.case.id if asked.case else None,
        detail={"as": kind if kind in disclosure_rows.FILES else "page"},
    )
    answer = asked.answer(form.period)
    if kind in disclosure_rows.FILES:
        return _file(disclosure_rows.lines(asked, answer), kind)
    context = {
        "inquiry": asked,
        "form": form,
        "answer": answer,
        "page": disclosure_rows.page(asked, answer),
        "query": request.GET.urlencode(),
    }
    return render(request, "documents/had.html", context)


def _file(lines: list[list[str]], kind: str) -> HttpResponse:
    made = disclosure_rows.FILES[kind]
    name = f"etsuran-{clock.today():%Y%m%d}.{kind}"
    return media.attachment(made.write(lines), made.media_type, name)


@require_safe
@signed_in
def had_paper(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """Who had one paper."""
    return _had(request, inquiry.of_paper, paper_id)


@require_safe
@signed_in
def had_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Who had the papers of a case."""
    return _had(request, inquiry.of_case, case_id)


@require_safe
@signed_in
def had_person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """What one person had."""
    return _had(request, inquiry.of_person, person_id)


@require_safe
@signed_in
def had_find(request: MemberRequest) -> HttpResponse:
    """A case by its number, for auditors and custodians alike."""
    form = CaseNumberForm(request.GET or None)
    if form.is_valid():
        found = inquiry.case_numbered(request.actor, form.cleaned_data["number"])
        if found is not None:
            return redirect("documents:had-case", found)
        form.add_error("number", _("この番号の事例は見つかりません。"))
    context = {
        "form": form,
        "auditing": inquiry.audits(request.actor),
        "agencies": review.agencies(request.actor),
    }
    return render(request, "documents/had_find.html", context)
