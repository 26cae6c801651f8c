"""The duty of secrecy: pledge texts and each person's own acknowledgement (R11)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor
from members.facts import Regime
from members.filters import concerning, holding_at
from members.models import Acknowledgement, Commission, Person, PledgeText
from portal.core import audit, clock
from portal.core.errors import RefusedError


def regimes_of(person: Person, t: datetime) -> set[Regime]:
    """The regimes of all bodies that the person is commissioned to at ``t``."""
    commissions = Commission.objects.filter(concerning(person))
    bodies = {
        c.body
        for c in commissions.select_related("body").prefetch_related("body__charters")
        if c.span.holds(t)
    }
    return {regime for body in bodies for regime in body.laws_at(t)}


def pledged(people: Collection[Person]) -> set[UUID]:
    """Which of the people have made any pledge yet."""
    made = Acknowledgement.objects.filter(person__in=people)
    return set(made.values_list("person_id", flat=True))


def pledges_due(
    person: Person, regimes: Collection[Regime], t: datetime
) -> list[PledgeText]:
    """The texts in force at ``t`` for ``regimes`` that the person has not pledged."""
    return list(
        PledgeText.objects.filter(holding_at(t), regime__in=regimes)
        .exclude(id__in=Acknowledgement.objects.filter(person=person).values("pledge"))
        .order_by("regime", "-version")
    )


@transaction.atomic
def acknowledge(*, actor: Actor, pledge: PledgeText) -> Acknowledgement:
    """Record, once, that the actor accepts exactly these words.

    Only the person does this, in a sign-in of their own. Raises RefusedError when
    the text is no longer the one in force.
    """
    now = clock.now()
    if actor.sign_in is None or actor.sign_in.strength < 1:
        raise RefusedError(_("誓約は、ご本人がサインインして行ってください。"))
    if not pledge.span.holds(now):
        raise RefusedError(
            _("誓約書が新しい版に変わりました。新しい文面をご確認ください。")
        )
    row, created = Acknowledgement.objects.get_or_create(
        person=actor.person,
        pledge=pledge,
        defaults={
            "text_digest": pledge.digest,
            "at": now,
            "sign_in_id": actor.sign_in.id,
        },
    )
    if created:
        audit.record(
            "members.pledge.acknowledge",
            actor=actor.id,
            subject=f"pledge:{pledge.id}",
            detail={"regime": pledge.regime, "version": pledge.version},
        )
    return row
