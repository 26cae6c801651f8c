"""発言の順番: asking for the floor, giving it and taking it back.

It helps the people in the room and is no record: it travels to those who are in the
room for the item, is not written into the trail, and goes when the item closes.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.live import bell
from meetings.live.authorisation import Asked, look
from meetings.models import AgendaItem, Turn
from meetings.services.room import convened_item
from members.access import Actor
from members.models import Person
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError


@transaction.atomic
def ask(*, actor: Actor, item: AgendaItem) -> Turn:
    """Ask to speak. A repeat keeps the place in the queue."""
    item = _followed(actor, item)
    _must_be_inside(item, actor.person)
    turn, made = Turn.objects.get_or_create(
        item=item,
        person=actor.person,
        ended_at=None,
        defaults={"asked_at": clock.now()},
    )
    if made:
        bell.after_commit(item.sitting_id, standing=True)
    return turn


@transaction.atomic
def withdraw(*, actor: Actor, item: AgendaItem) -> None:
    """Lay down one's own wish, or the floor after having spoken."""
    item = _followed(actor, item)
    _end(item, actor.person)


@transaction.atomic
def give(*, actor: Actor, item: AgendaItem, person: Person) -> Turn:
    """Give the floor to somebody in the room; whoever has it lays it down."""
    item = convened_item(actor=actor, item=item)
    _must_be_inside(item, person)
    now = clock.now()
    speaking = Turn.objects.filter(item=item, given_at__isnull=False, ended_at=None)
    speaking.exclude(person=person.pk).update(ended_at=now)
    turn, _made = Turn.objects.get_or_create(
        item=item, person=person, ended_at=None, defaults={"asked_at": now}
    )
    if turn.given_at is None:
        turn.given_at = now
        turn.save(update_fields=["given_at"])
        bell.after_commit(item.sitting_id, standing=True)
    return turn


@transaction.atomic
def end(*, actor: Actor, item: AgendaItem, person: Person) -> None:
    """Take the floor back, or a wish out of the queue."""
    item = convened_item(actor=actor, item=item)
    _end(item, person)


def _end(item: AgendaItem, person: Person) -> None:
    turns = Turn.objects.filter(item=item, person=person.pk, ended_at=None)
    asked_only, _rows = turns.filter(given_at=None).delete()
    if asked_only + turns.update(ended_at=clock.now()):
        bell.after_commit(item.sitting_id, standing=True)


def _followed(actor: Actor, item: AgendaItem) -> AgendaItem:
    """The item, locked, for somebody who follows all of it; 404 for anybody else."""
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if actor.sign_in is None:
        raise HiddenError
    asked = Asked(actor.sign_in.id, item.sitting_id)
    standing = look({asked}).standings.get(asked, {}).get(item.pk)
    if standing is None or not standing.follows or standing.outcome_only:
        raise HiddenError
    return item


def _must_be_inside(item: AgendaItem, person: Person) -> None:
    if item.state != AgendaItem.State.OPEN:
        raise RefusedError(_("協議中の議題だけで、発言の順番をとれます。"))
    if not rosters.inside(item).filter(person=person.pk).exists():
        raise RefusedError(_("この議題に入室している方だけが、発言の順番をとれます。"))
