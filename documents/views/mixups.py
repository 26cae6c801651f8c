"""Second look at a version in which the mix-up guard found another household."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents import entrances
from documents.forms.mixups import SecondLookForm
from documents.mixups import rows
from documents.models import MixupReview
from documents.services import mixups
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page

_SERVICES = {
    MixupReview.Verdict.CLEAR: mixups.clear,
    MixupReview.Verdict.CORRECTION: mixups.ask_correction,
}
_DONE = {
    MixupReview.Verdict.CLEAR: _("保留を解きました。公開できます。"),
    MixupReview.Verdict.CORRECTION: _("登録した人の画面に、確認のお願いを出しました。"),
}


@require_http_methods(["GET", "POST"])
@signed_in
def second_look(request: MemberRequest, held_id: UUID) -> HttpResponse:
    """Where it lies and, as far as one may know, whose it is; then what to do."""
    look = rows.second_look(request.actor, held_id)
    form = SecondLookForm(request.POST or None)
    origin = entrances.page_of(look.version.paper.scope)
    if request.method == "POST" and form.is_valid():
        verdict = MixupReview.Verdict(form.cleaned_data["verdict"])
        review = attempt(
            form,
            lambda: _SERVICES[verdict](
                actor=request.actor,
                version=look.version,
                reason=form.cleaned_data["reason"],
            ),
        )
        if review is not None:
            messages.success(request, _DONE[verdict])
            return redirect(origin)
    _record(request, look)
    context = {"look": look, "origin": origin, "version": look.version}
    return form_page(request, form, "documents/second_look.html", context)


def _record(request: MemberRequest, look: rows.SecondLook) -> None:
    paper = look.version.paper
    audit.record_read(
        "documents.mixup.read",
        actor=request.actor.id,
        subject=f"version:{look.version.id}",
        case=paper.case_id,
        item=paper.item_id,
    )
