"""Pages of the archive: leave to read a case's confirmed records, and reading them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.archive import GrantForm
from meetings.selectors import archive as selectors
from members.http import MemberRequest, signed_in
from members.services import archive as services
from portal.core import clock
from portal.core.acting import attempt, form_page


@signed_in
def archive_read(request: MemberRequest) -> HttpResponse:
    """What is open to oneself, until when."""
    opened = selectors.opened_to(request.actor)
    return render(request, "meetings/archive_read.html", {"opened": opened})


@require_http_methods(["GET", "POST"])
@signed_in
def archive_grants(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """The grants of a case, and a new one."""
    found = selectors.grants_of(request.actor, case_id)
    form = GrantForm(request.POST or None, people=found.people)
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.grant(
                actor=request.actor, case=found.case, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("閲覧を許可しました。期限が来ると閉じます。"))
            return redirect("meetings:archive-grants", case_id)
    context = {"found": found, "case": found.case, "now": clock.now()}
    return form_page(request, form, "meetings/archive_grants.html", context)


@require_POST
@signed_in
def archive_grant_end(
    request: MemberRequest, case_id: UUID, grant_id: int
) -> HttpResponse:
    """End a grant before its time."""
    found = selectors.grants_of(request.actor, case_id)
    services.end(actor=request.actor, case=found.case, grant_id=grant_id)
    messages.success(request, _("閲覧の許可を終えました。"))
    return redirect("meetings:archive-grants", case_id)
