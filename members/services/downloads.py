"""庁内の保存と印刷: whether people inside keep originals (R32), by a dated decision.

It is the municipality's; the administration enters it, like all settings.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for, require_own_factor
from members.facts import Action
from members.models import Policy
from members.policies import HEALTH
from portal.core import audit, clock
from portal.core.errors import InvalidError
from portal.core.models import AuditEvent

_SUBJECT = "policy:1"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: by whom and when, and why."""

    allowed: bool
    decided_by: str
    decided_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on record, and when it was entered."""

    allowed: bool
    decided_by: str
    decided_on: date
    at: datetime


def policy(*, actor: Actor) -> Policy:
    """What holds now."""
    _require(actor)
    return Policy.in_force()


def history(*, actor: Actor) -> list[Decided]:
    """All decisions, the newest first."""
    _require(actor)
    events = AuditEvent.objects.filter(subject=_SUBJECT).order_by("-seq")
    return [
        Decided(
            event.detail["after"],
            event.detail["by"],
            date.fromisoformat(event.detail["on"]),
            event.at,
        )
        for event in events
    ]


@transaction.atomic
def decide(*, actor: Actor, decision: Decision) -> Policy:
    """Record a decision; it holds from now on, and a change asks for a fresh factor.

    Raises InvalidError for a day to come, and where just that was decided already.
    """
    _require(actor)
    if decision.decided_on > clock.today():
        raise InvalidError(
            _("決めた日は、今日までの日付にしてください。"), field="decided_on"
        )
    row, _new = Policy.objects.select_for_update().get_or_create(id=1)
    if row.says(decision.allowed):
        raise InvalidError(_("いまの扱いから変わるところがありません。"))
    if row.internal_downloads != decision.allowed:
        require_own_factor(actor, fresh=True)
    before = row.internal_downloads if row.decided_on else None
    row.internal_downloads, row.reason = decision.allowed, decision.reason
    row.decided_by, row.decided_on = decision.decided_by, decision.decided_on
    row.save()
    audit.record(
        "members.policy.set",
        actor=actor.id,
        subject=_SUBJECT,
        detail={
            "before": before,
            "after": row.internal_downloads,
            "by": row.decided_by,
            "on": row.decided_on.isoformat(),
        },
    )
    return row


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
