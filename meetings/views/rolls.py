"""Pages that take a roll in: the file, what is to be mended, and the people."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents.intake import acceptance
from meetings.forms.rolls import ApprovalForm, RollForm
from meetings.selectors.turnover import appointing
from members import rolls
from members.http import MemberRequest, signed_in
from members.models import RollImport
from members.services import rolls as services
from portal.core import clock
from portal.core.acting import attempt, form_page
from portal.core.errors import HiddenError


@require_http_methods(["GET", "POST"])
@signed_in
def roll_read(request: MemberRequest) -> HttpResponse:
    """Read a file; every cell to be mended is named, and nothing is entered yet."""
    bodies = appointing(request.actor)
    if not bodies:
        raise HiddenError
    form = RollForm(request.POST or None, request.FILES or None, bodies=bodies)
    context: dict[str, object] = {}
    if form.is_valid():
        roll = attempt(form, lambda: _read(form))
        if roll is not None and roll.takeable:
            kept = attempt(form, lambda: _keep(request, form, roll))
            if kept is not None:
                request.session["roll"] = [[f.cell, f.words] for f in roll.findings]
                return redirect("meetings:roll-detail", kept.id)
        context = {"roll": roll}
    return form_page(request, form, "meetings/roll_read.html", context)


def _read(form: RollForm) -> rolls.Roll:
    file = form.cleaned_data["file"]
    acceptance.inspect(file, file.name, file.size)
    file.seek(0)
    return rolls.read(file.read(), file.name)


def _keep(request: MemberRequest, form: RollForm, roll: rolls.Roll) -> RollImport:
    data = form.cleaned_data
    return services.keep_roll(
        actor=request.actor, key=data["key"], body=data["body"], roll=roll
    )


@require_http_methods(["GET", "POST"])
@signed_in
def roll_detail(request: MemberRequest, roll_id: UUID) -> HttpResponse:
    """The people that were read; approving them commissions them all."""
    kept = services.kept_roll(request.actor, roll_id)
    form = ApprovalForm(request.POST or None, initial={"starts_on": clock.today()})
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.confirm_roll(
                actor=request.actor, kept=kept, approval=form.approval
            ),
        )
        if made is not None:
            messages.success(
                request, _("%(count)s人を登録しました。") % {"count": made}
            )
            return redirect("members:person-list")
    context = {
        "kept": kept,
        "lines": services.lines_of(kept),
        "notes": request.session.get("roll", []),
    }
    return form_page(request, form, "meetings/roll_detail.html", context)
