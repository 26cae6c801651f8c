"""Pages of the register of missing resources."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.outcomes import FollowUpForm, GapForm, ItemGapForm, RegisterForm
from meetings.models import ResourceGap
from meetings.selectors import gaps as selectors
from meetings.selectors.gaps import Register
from meetings.selectors.sittings import convened_item
from meetings.services import gaps as services
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page


@signed_in
def gap_list(request: MemberRequest) -> HttpResponse:
    """The register, as far as one may see it."""
    bodies = selectors.kept_bodies(request.actor)
    form = RegisterForm(request.GET, bodies=bodies)
    number = request.GET.get("page")
    register = selectors.register_of(
        request.actor, bodies, **form.wanted, number=number
    )
    _record_read(request, register)
    context = {"form": form, "register": register, "page": register.page}
    return render(request, "meetings/gap_list.html", context)


def _record_read(request: MemberRequest, register: Register) -> None:
    """Words that touch a case are content of its item (P6)."""
    read = [str(row.gap.id) for row in register.rows if not row.gap.general]
    if read:
        audit.record_read(
            "meetings.gaps.read",
            actor=request.actor.id,
            subject="gaps",
            detail={"gaps": " ".join(read)},
        )


@require_http_methods(["GET", "POST"])
@signed_in
def gap_create(request: MemberRequest) -> HttpResponse:
    """A gap that no item raised."""
    bodies = selectors.kept_bodies(request.actor)
    form = GapForm(request.POST or None, bodies=bodies)
    if form.is_valid():
        data = form.cleaned_data
        services.raise_gap(
            actor=request.actor, key=data["key"], body=data["body"], words=form.gap
        )
        messages.success(request, _("台帳に登録しました。"))
        return redirect("meetings:gap-list")
    return form_page(request, form, "meetings/gap_form.html", {"item": None})


@require_http_methods(["GET", "POST"])
@signed_in
def item_gap(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """A gap raised on an item."""
    item, _access = convened_item(request.actor, item_id)
    form = ItemGapForm(request.POST or None, bodies=())
    if form.is_valid():
        services.raise_gap(
            actor=request.actor,
            key=form.cleaned_data["key"],
            body=item.body,
            item=item,
            words=form.gap,
        )
        messages.success(request, _("足りない資源を登録しました。"))
        return redirect("meetings:item-outcome", item_id)
    context = {"item": item, "sitting": item.sitting}
    return form_page(request, form, "meetings/gap_form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def gap_edit(request: MemberRequest, gap_id: UUID) -> HttpResponse:
    """What has become of a gap."""
    gap = selectors.convened_gap(request.actor, gap_id)
    initial = {"state": gap.state, "followed": gap.followed}
    form = FollowUpForm(request.POST or None, initial=initial)
    if form.is_valid():
        state = ResourceGap.State(form.cleaned_data["state"])
        followed = form.cleaned_data["followed"]
        done = attempt(
            form,
            lambda: services.follow_up(
                actor=request.actor, gap=gap, state=state, followed=followed
            ),
        )
        if done is not None:
            messages.success(request, _("状況を登録しました。"))
            return redirect("meetings:gap-list")
    return form_page(request, form, "meetings/gap_edit.html", {"gap": gap})
