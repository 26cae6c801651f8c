"""What the buttons of the room act on, and where the room leads once it is over."""

from dataclasses import dataclass
from uuid import UUID

from meetings import rosters
from meetings.attendance import received_for
from meetings.models import AgendaItem, Invitation, Presence, Sitting
from meetings.selectors.record_steps import Step, next_steps
from meetings.selectors.sittings import Opened, open_sitting
from meetings.selectors.summary import has_summary
from members.access import Actor
from members.facts import Action
from members.models import Person
from portal.core.errors import HiddenError


def sitting_named(sitting_id: UUID) -> Sitting:
    """The sitting, not yet decided on; HiddenError where there is none."""
    sitting = Sitting.objects.filter(id=sitting_id).first()
    if sitting is None:
        raise HiddenError
    return sitting


def item_named(item_id: UUID) -> AgendaItem:
    """The item, not yet decided on; HiddenError where there is none."""
    item = AgendaItem.objects.filter(id=item_id).first()
    if item is None:
        raise HiddenError
    return item


def person_named(person_id: UUID) -> Person:
    """The person to be let in or out; HiddenError where there is none."""
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise HiddenError
    return person


def waits_at_the_door(actor: Actor, sitting: Sitting) -> bool:
    """Whether the actor is asked to come and has not checked in."""
    return Invitation.objects.filter(
        sitting=sitting, person=actor.id, withdrawn_at=None, checked_in_at=None
    ).exists()


def not_begun(opened: Opened) -> int:
    """How many of the items that the reader convenes nobody has begun."""
    items = opened.visible(Action.CONVENE)
    return sum(item.state == AgendaItem.State.PENDING for item in items)


def never_let_in(opened: Opened) -> list[Person]:
    """Who had come before a begun item was over, and was not shown in to it.

    Of the items that the reader convenes: others tell nothing of who came (R27).
    """
    begun = [item for item in opened.visible(Action.CONVENE) if item.opened_at]
    seats = rosters.seats_of(item.id for item in begun)
    stays = Presence.objects.filter(item__in=begun).values_list("item", "person")
    let_in, waiting = set(stays), set[Person]()
    for item in begun:
        received = received_for(item)
        waiting |= {
            seat.person
            for seat in seats[item.id]
            if seat.person_id in received and (item.id, seat.person_id) not in let_in
        }
    return sorted(waiting, key=lambda person: person.kana)


@dataclass(frozen=True, slots=True)
class AfterRoom:
    """What a closed room leads to: records to read, the summary, the desk."""

    custodian: bool
    circulates: bool
    summary: bool
    records: list[AgendaItem]


def after_room(actor: Actor, sitting: Sitting) -> AfterRoom | None:
    """Where the actor goes on from the room; None while it is not closed."""
    if sitting.state != Sitting.State.CLOSED:
        return None
    opened = open_sitting(actor, sitting.id)
    steps = next_steps(opened.access, opened.items)
    return AfterRoom(
        custodian=opened.custodian,
        circulates=Step.CIRCULATE in steps.values(),
        summary=has_summary(opened),
        records=[item for item in opened.items if steps[item.id] == Step.READ],
    )
