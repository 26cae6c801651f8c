"""お知らせメール: each person chooses how often they hear that something waits."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor
from members.models import DigestChoice
from portal.core import audit, clock
from portal.core.errors import InvalidError

HOURS = range(6, 21)


@dataclass(frozen=True, slots=True)
class Wish:
    """How often, on which weekday if weekly, from which hour on."""

    rhythm: str
    weekday: int
    hour: int


def choice_of(*, actor: Actor) -> DigestChoice:
    """One's own choice; who never chose gets nothing."""
    found = DigestChoice.objects.filter(person=actor.person).first()
    return found or DigestChoice(person=actor.person)


@transaction.atomic
def choose(*, actor: Actor, wish: Wish) -> DigestChoice:
    """Keep the actor's own wish. It holds from its next hour on.

    Raises InvalidError for an hour or a weekday that is none.
    """
    if wish.hour not in HOURS or wish.weekday not in DigestChoice.Weekday.values:
        raise InvalidError(_("曜日と時刻は、選択肢から選んでください。"))
    row, _made = DigestChoice.objects.select_for_update().get_or_create(
        person=actor.person
    )
    row.rhythm = DigestChoice.Rhythm(wish.rhythm)
    row.weekday, row.hour = wish.weekday, wish.hour
    now = clock.now().astimezone(clock.JST)
    begun = now.date() - timedelta(days=now.hour < wish.hour)
    row.settled_on = max(begun, row.settled_on or begun)
    row.save()
    audit.record(
        "members.digest.choose",
        actor=actor.id,
        subject=f"person:{actor.id}",
        detail={"rhythm": row.rhythm},
    )
    return row
