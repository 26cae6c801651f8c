"""Decisions that ask for less proof: listed, entered, withdrawn (R8, R32)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.access import require_own_factor
from members.forms.relaxations import RelaxationForm
from members.http import MemberRequest, signed_in
from members.models import Relaxation
from members.services import relaxations as services
from portal.core import clock, telephone
from portal.core.acting import attempt, form_page, press


@signed_in
def relaxation_list(request: MemberRequest) -> HttpResponse:
    """What is in force, with what is lost by it; what was, with who ended it."""
    now = clock.now()
    rows = services.relaxations(actor=request.actor)
    context = {
        "rows": [row for row in rows if row.span.holds(now)],
        "past": [row for row in rows if not row.span.holds(now)],
        "gateway": telephone.available(),
        "kinds": Relaxation.Kind,
    }
    return render(request, "members/relaxation_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def relaxation_enter(request: MemberRequest) -> HttpResponse:
    """Record a decision of the municipality, after the warning."""
    services.relaxations(actor=request.actor)
    require_own_factor(request.actor, fresh=True)
    form = RelaxationForm(request.POST or None)
    if form.is_valid():
        attempt(
            form, lambda: services.enter(actor=request.actor, decision=form.decision)
        )
        if form.is_valid():
            return redirect("members:relaxation-list")
    return form_page(request, form, "members/relaxation_enter.html", {})


@require_POST
@signed_in
def relaxation_withdraw(request: MemberRequest, relaxation_id: int) -> HttpResponse:
    """End a decision at once."""
    press(
        request,
        lambda: services.withdraw(actor=request.actor, relaxation_id=relaxation_id),
        _("取りやめました。いまから、もとの決まりで本人確認をお願いします。"),
    )
    return redirect("members:relaxation-list")
