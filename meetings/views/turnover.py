"""Pages of a turnover: who holds which post from 1 April, or from any other day."""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.turnover import Change, PlaceForm, TurnoverForm
from meetings.selectors import turnover as selectors
from meetings.services import turnover as services
from members.http import MemberRequest, signed_in
from members.models import Turnover
from members.services import posts
from members.services.people import enter_person
from members.services.posts import Successor
from portal.core import clock
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@signed_in
def turnover_list(request: MemberRequest) -> HttpResponse:
    """The posts with their holders, and the turnovers entered so far."""
    context = {
        "posts": selectors.posts_in_hand(request.actor),
        "turnovers": selectors.turnovers(request.actor),
        "today": clock.today(),
    }
    return render(request, "meetings/turnover_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def post_place(request: MemberRequest) -> HttpResponse:
    """Give a post its place in a body."""
    bodies = selectors.appointing(request.actor)
    if not bodies:
        raise HiddenError
    initial = {"day": clock.today()}
    form = PlaceForm(request.POST or None, bodies=bodies, initial=initial)
    if form.is_valid():
        act = partial(posts.enter_post, actor=request.actor, **form.cleaned_data)
        if attempt(form, act) is not None:
            return redirect("meetings:turnover-list")
    return form_page(request, form, "meetings/post_place.html", {})


@require_http_methods(["GET", "POST"])
@signed_in
def turnover_create(request: MemberRequest) -> HttpResponse:
    """All posts in one form, a page to read it over, and then all or none."""
    form = TurnoverForm(
        request.POST or None,
        posts=selectors.posts_in_hand(request.actor),
        initial={"day": selectors.next_turnover_day(clock.today())},
    )
    if form.is_valid() and "edit" not in request.POST:
        if "confirm" not in request.POST:
            return render(request, "meetings/turnover_confirm.html", {"form": form})
        if attempt(form, lambda: _hand_over(request, form)) is not None:
            return redirect("meetings:turnover-list")
    return form_page(request, form, "meetings/turnover_form.html", {})


@transaction.atomic
def _hand_over(request: MemberRequest, form: TurnoverForm) -> Turnover:
    data = form.cleaned_data
    return services.hand_over(
        actor=request.actor,
        key=data["key"],
        day=data["day"],
        successors=[_successor(request, change) for change in form.changes],
        decided_by=data["decided_by"],
        decided_on=data["decided_on"],
    )


def _successor(request: MemberRequest, change: Change) -> Successor:
    person = change.person
    if change.entry is not None:
        body = change.row.places[0].body
        person = enter_person(actor=request.actor, body=body, entry=change.entry)
    return Successor(change.row.post, person)


@require_POST
@signed_in
def turnover_settle(request: MemberRequest, turnover_id: UUID) -> HttpResponse:
    """Send the notices that the new holders still wait for."""
    known = {turnover.id: turnover for turnover in selectors.turnovers(request.actor)}
    if turnover_id not in known:
        raise HiddenError
    press(
        request,
        lambda: services.settle(actor=request.actor, turnover=known[turnover_id]),
        _("後任の方に案内を送りました。"),
    )
    return redirect("meetings:turnover-list")
