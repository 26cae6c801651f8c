"""緊急の開催: from nothing to notices in one act, or nothing at all (DOMAIN 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Sitting
from meetings.policies import sitting_facts
from meetings.services import agenda, invitations, sittings
from meetings.services.agenda import ItemWords
from meetings.services.invitations import Choice
from meetings.services.sittings import When
from members.access import Actor, access_for
from members.facts import Action, Regime
from members.models import Body, Case, Person
from portal.core.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What has to be said to call people together today."""

    body: Body
    regime: Regime
    when: When
    title: str
    reason: str
    people: Sequence[Person]


@transaction.atomic
def open_emergency(
    *, actor: Actor, key: UUID, case: Case, emergency: Emergency
) -> Sitting:
    """Make sitting, item and roster, and hand them in; a repeat with ``key`` is quiet.

    Where the actor approves, the notices leave with the same act, after a fresh
    factor (R8). Raises RefusedError with everything undone: for a body without
    emergencies, and for what the readiness check finds blocking.
    """
    if not emergency.body.rules.emergency:
        raise RefusedError(_("この会議体の要綱では、緊急の開催はできません。"))
    known = Sitting.objects.filter(pk=key).exclude(state=Sitting.State.DRAFT).first()
    sitting = sittings.create_sitting(
        actor=actor, key=key, body=emergency.body, when=emergency.when
    )
    if known is not None:
        return sitting
    item = _item(actor, key, sitting, case, emergency)
    invitations.select_people(
        actor=actor,
        item=item,
        choices=[Choice(person, emergency.reason) for person in emergency.people],
    )
    sitting = sittings.submit_agenda(actor=actor, sitting=sitting)
    access = access_for(actor, cases=(), items=())
    if access.offers(Action.APPROVE, sitting_facts(sitting, None)):
        return sittings.approve_agenda(actor=actor, sitting=sitting)
    return sitting


def _item(
    actor: Actor, key: UUID, sitting: Sitting, case: Case, emergency: Emergency
) -> AgendaItem:
    when = emergency.when
    words = ItemWords(
        kind=AgendaItem.Kind.DELIBERATION,
        occasion=AgendaItem.Occasion.SHARING,
        title=emergency.title,
        purpose=emergency.reason,
        minutes=int((when.ends_at - when.starts_at).total_seconds() // 60),
    )
    return agenda.add_item(
        actor=actor,
        key=uuid5(key, "item"),
        sitting=sitting,
        body=emergency.body,
        case=case,
        words=words,
        regime=emergency.regime,
    )
