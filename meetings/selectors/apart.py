"""The home of administrators and auditors, who stand apart from every case (R17)."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from meetings import rosters
from members.access import Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.models import FactorReset
from members.policies import HEALTH, trail_facts
from portal.core import clock, outbox
from portal.core.models import AuditHead, OutgoingMail


@dataclass(frozen=True, slots=True)
class Apart:
    """What stands in place of sittings and cases; mails are counted by their state.

    ``resets`` were vouched for and wait for an administrator to begin them (R36);
    ``example_sender`` says that mail bears an address that is nobody's.
    """

    administers: bool
    mails: Counter[str]
    resets: int
    head: AuditHead
    example_sender: bool

    @property
    def waits(self) -> bool:
        """Whether anything is asked of this person now."""
        return bool(self.resets or self.mails[OutgoingMail.State.FAILED])


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
    resets = 0
    if administers:
        waiting = FactorReset.objects.filter(started_at=None, finished_at=None)
        resets = waiting.filter(withdrawn_at=None).count()
        rows = OutgoingMail.objects.values_list("state").annotate(Count("id"))
        mails.update(dict(rows.order_by()))
    return Apart(
        administers=administers,
        mails=mails,
        resets=resets,
        head=AuditHead.objects.get(),
        example_sender=administers and outbox.sends_as_example(),
    )
