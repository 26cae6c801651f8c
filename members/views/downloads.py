"""Whether people inside keep originals: what holds, who decided it, and its change."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.forms.downloads import DownloadsForm
from members.http import MemberRequest, signed_in
from members.services import downloads as services
from portal.core.acting import attempt, form_page, press


@require_http_methods(["GET", "POST"])
@signed_in
def downloads(request: MemberRequest) -> HttpResponse:
    """What holds now and held before; a new decision is recorded."""
    policy = services.policy(actor=request.actor)
    form = DownloadsForm(
        request.POST or None,
        initial={"allowed": "yes" if policy.internal_downloads else "no"},
    )
    if form.is_valid():
        made = attempt(
            form, lambda: services.decide(actor=request.actor, decision=form.decision)
        )
        if made is not None:
            press(request, lambda: None, _("決定を記録しました。いまから効きます。"))
            return redirect("members:downloads")
    rows = services.history(actor=request.actor)
    context = {"policy": policy, "rows": rows}
    return form_page(request, form, "members/downloads.html", context)
