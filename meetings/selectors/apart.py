"""The home of administrators and auditors, who stand apart from every case (R17)."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from meetings import rosters
from members.access import Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.policies import HEALTH, trail_facts
from portal.core import clock
from portal.core.models import AuditHead, OutgoingMail


@dataclass(frozen=True, slots=True)
class Apart:
    """What stands in place of sittings and cases; mails are counted by their state."""

    administers: bool
    mails: Counter[str]
    head: AuditHead


def apart_of(actor: Actor) -> Apart | None:
    """The home of an administrator or auditor; ``None`` for anybody else."""
    offices = actor.person.offices.filter(
        holding_at(clock.now()), role__in=rosters.APART
    )
    if not offices.exists():  # what is asked for on every home page stays cheap
        return None
    access = access_for(actor, cases=(), items=())
    administers = access.offers(Action.ADMINISTER, HEALTH)
    if not administers and not access.offers(
        Action.READ_TRAIL, trail_facts(author=False)
    ):
        return None
    mails: Counter[str] = Counter()
    if administers:
        rows = OutgoingMail.objects.values_list("state").annotate(Count("id"))
        mails.update(dict(rows.order_by()))
    return Apart(administers, mails, AuditHead.objects.get())
