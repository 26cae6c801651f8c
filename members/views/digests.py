"""お知らせメール, on a page that a link leads to as well."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.forms.digests import DigestForm
from members.http import MemberRequest, signed_in
from members.services import digests
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def digest(request: MemberRequest) -> HttpResponse:
    """Choose how often one hears that something waits."""
    kept = digests.choice_of(actor=request.actor)
    initial = {"rhythm": kept.rhythm, "weekday": kept.weekday, "hour": kept.hour}
    form = DigestForm(request.POST or None, initial=initial)
    if form.is_valid():
        done = attempt(
            form, lambda: digests.choose(actor=request.actor, wish=form.wish)
        )
        if done is not None:
            messages.success(request, _("お知らせメールの設定を変えました。"))
            return redirect("members:digest")
    context = {"address": request.actor.person.email}
    return form_page(request, form, "members/digest.html", context)
