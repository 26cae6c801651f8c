"""Pages of 職務代理: who is designated, and the chair handed over for some days."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import charters as selectors
from members.facts import Action
from members.forms.bodies import today
from members.forms.stand_ins import HandOverForm, StandInForm
from members.http import MemberRequest, signed_in
from members.models import Charter
from members.offices import presiding_of
from members.policies import rules_facts
from members.services import stand_ins
from members.views.body_acts import form_act
from portal.core import clock
from portal.core.acting import press
from portal.core.errors import HiddenError

BACK = "members:stand-ins"


@signed_in
def stand_in_list(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Who stands in for the head, by the body's rule."""
    body, access = selectors.kept_body(request.actor, body_id)
    hands_over = body.rules.stand_in_rule == Charter.StandInRule.HAND_OVER
    context = {
        "body": body,
        "rows": stand_ins.designated(body),
        "handed": stand_ins.handed_over(body),
        "hands_over": hands_over,
        "is_head": presiding_of(body, clock.now()) == request.actor.person,
        "can_appoint": access.offers(Action.APPOINT, rules_facts(body)),
    }
    return render(request, "members/stand_ins.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def stand_in_designate(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Designate somebody in advance."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    people = selectors.commissioned(body)
    initial = {"rank": 1, "designated_on": clock.today()}
    form = StandInForm(request.POST or None, initial=initial, people=people)
    words = {
        "title": _("代理の人を指名する"),
        "lead": body.rules.get_stand_in_rule_display(),
        "button": _("この人を指名する"),
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: stand_ins.designate(
            actor=request.actor, body=body, **form.cleaned_data
        ),
        words,
    )


@require_POST
@signed_in
def stand_in_end(
    request: MemberRequest, body_id: UUID, stand_in_id: int
) -> HttpResponse:
    """Take a designation back."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    known = {row.id: row for row in stand_ins.designated(body)}
    if stand_in_id not in known:
        raise HiddenError
    row = known[stand_in_id]
    press(
        request,
        lambda: stand_ins.end_designation(actor=request.actor, stand_in=row),
        _("指名を外しました。"),
    )
    return redirect(BACK, body.id)


@require_http_methods(["GET", "POST"])
@signed_in
def chair_hand_over(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The head hands the chair over for some days."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    people = [p for p in selectors.commissioned(body) if p != request.actor.person]
    form = HandOverForm(request.POST or None, initial=today(), people=people)
    words = {
        "title": _("%(title)sを引き継ぐ") % {"title": body.rules.head_title},
        "lead": _("期間が過ぎると、自然に元に戻ります。"),
        "button": _("この期間、引き継ぐ"),
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: stand_ins.hand_over_chair(
            actor=request.actor, body=body, **form.chosen
        ),
        words,
    )
