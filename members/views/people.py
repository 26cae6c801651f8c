"""People and organisations, for those who convene; the paper card."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from members import selectors
from members.access import access_for
from members.facts import Action
from members.http import MemberRequest, signed_in
from members.models import Body, Person
from members.policies import body_facts
from members.services import duty, factors
from portal.core.errors import HiddenError


def _convened(request: MemberRequest) -> list[Body]:
    bodies = selectors.convened_bodies(access_for(request.actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    return bodies


@signed_in
def person_list(request: MemberRequest) -> HttpResponse:
    """Everybody commissioned to one's bodies: standing, pledge, ways to reach them."""
    people = selectors.commissioned_people(_convened(request))
    pledged = duty.pledged(people)
    rows = [
        {"person": p, "pledged": p.id in pledged, "card": p.id != request.actor.id}
        for p in people
    ]
    return render(request, "members/person_list.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@signed_in
def card_issue(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Print a new card of one-time codes for somebody else of one's bodies.

    Nobody makes their own proof: with a card for oneself a browser left open would
    be enough for every act that asks for a fresh factor (R8, R36).
    """
    bodies = _convened(request)
    people: dict[UUID, Person] = {
        p.id: p for p in selectors.commissioned_people(bodies)
    }
    if person_id not in people or person_id == request.actor.id:
        raise HiddenError
    person = people[person_id]
    access = access_for(request.actor, cases=(), items=())
    access.require(Action.ISSUE_CARD, body_facts(bodies[0]))
    codes: list[str] = []
    if request.method == "POST":
        _card, codes = factors.issue_card(actor=request.actor, person=person)
    context = {"person": person, "codes": codes}
    return render(request, "members/card_issue.html", context)
