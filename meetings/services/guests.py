"""関係者・本人: asked to one item, before or during the sitting, and to no other (R16).

They come when called, see the outcomes while they are in the room, and get no paper.
Who has no commission is told of nothing by the portal: there is nothing to open (R10).
"""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.live import bell
from meetings.models import AgendaItem
from meetings.policies import item_facts
from meetings.selectors.people import subject_may_come
from meetings.services import invitations, room
from members import facts
from members.access import Actor
from members.facts import ALWAYS, Action, Answer, Regime, Role
from members.models import HouseholdMember, Person, Seat
from members.services import cases
from members.services.people import Outsider, note_household_member, note_outsider
from portal.core.errors import HiddenError, RefusedError

State = AgendaItem.State
_AHEAD = frozenset({State.PENDING, State.OPEN})


@transaction.atomic
def invite(
    *, actor: Actor, item: AgendaItem, whom: Person | HouseholdMember | Outsider
) -> Seat:
    """Ask somebody to come for this item alone. A repeat is answered.

    Raises RefusedError for somebody to whom it would not open in the room either:
    without commission where the duty of secrecy is asked for, without consent,
    recused. The words do not tell which (R27).
    """
    item = _locked(actor, item)
    if item.state not in _AHEAD:
        raise RefusedError(_("この議題は終わっています。新しく人は招けません。"))
    person = _person(actor, item, whom)
    taken = {seat.person_id: seat for seat in rosters.seats_of([item.id])[item.id]}
    seat = taken.get(person.id)
    if seat is not None and seat.role == Role.GUEST:
        return seat
    if seat is not None or not _may_come(item, person):
        raise RefusedError(
            _(
                "%(name)sさんは、この議題に関係者として招けません。"
                "名簿と、委嘱・同意を確かめてください。"
            )
            % {"name": person.name}
        )
    seat = cases.give_seat(actor=actor, item_id=item.id, person=person, role=Role.GUEST)
    _settle(actor, item)
    return seat


@transaction.atomic
def withdraw(*, actor: Actor, item: AgendaItem, person: Person) -> None:
    """Take a guest off the item again; who is in the room is shown out with it."""
    item = _locked(actor, item)
    for seat in rosters.seats_of([item.id])[item.id]:
        if seat.person_id == person.pk and seat.role == Role.GUEST:
            room.show_out(actor=actor, item=item, person=person)
            cases.end_seat(actor=actor, seat=seat)
            _settle(actor, item)


def _locked(actor: Actor, item: AgendaItem) -> AgendaItem:
    item = invitations.lock_item(actor, item)
    return (
        AgendaItem.objects.select_for_update(of=("self",))
        .select_related("sitting__body", "body", "case__body")
        .get(pk=item.pk)
    )


def _settle(actor: Actor, item: AgendaItem) -> None:
    invitations.settle(actor, item.sitting)
    bell.after_commit(item.sitting_id, standing=True)


def _person(
    actor: Actor, item: AgendaItem, whom: Person | HouseholdMember | Outsider
) -> Person:
    if isinstance(whom, Person):
        if whom not in rosters.candidates(item):
            raise HiddenError
        return whom
    if isinstance(whom, Outsider):
        if item.regime is Regime.SHIEN:
            raise HiddenError
        return note_outsider(actor=actor, body=item.body, who=whom)
    if whom.case_id != item.case_id or not subject_may_come(item):
        raise HiddenError
    return note_household_member(actor=actor, body=item.body, member=whom)


def _may_come(item: AgendaItem, person: Person) -> bool:
    """The decision, asked as if the person already sat there and had been called in.

    A pledge that is missing yet is asked for at the door.
    """
    access = rosters.standing([person], items=[item])[person.id]
    who = access.facts.person
    seat = facts.Seat(item=item.id, role=Role.GUEST, span=ALWAYS)
    asked = replace(
        access, facts=replace(access.facts, person=replace(who, seats=(seat,)))
    )
    if any(m.case == item.case_id and m.span.holds(access.t) for m in who.memberships):
        return False  # a member of the case takes part as one
    thing = replace(item_facts(item, person.id), admitted=(ALWAYS,))
    answer = asked.answer(Action.FOLLOW_MINUTES, thing)
    return answer in {Answer.ALLOW, Answer.NEED_ACK}
