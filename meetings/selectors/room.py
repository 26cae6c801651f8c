"""What the buttons of the room act on; the services behind them decide."""

from uuid import UUID

from meetings.models import AgendaItem, Invitation, Sitting
from members.access import Actor
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
