"""Decisions of the municipality that ask for less proof (R8): entered, withdrawn.

They are the municipality's; the administration enters them, like all settings (R32).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for, require_own_factor
from members.facts import Action
from members.filters import ending_after, holding_at
from members.models import Person, Relaxation
from members.policies import HEALTH
from members.services import sign_ins
from portal.core import audit, clock, texts
from portal.core.errors import HiddenError, InvalidError, RefusedError

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: by whom and when, why, and the last day it holds."""

    kind: Relaxation.Kind
    decided_by: str
    decided_on: date
    reason: str
    last_day: date


def relaxations(*, actor: Actor) -> list[Relaxation]:
    """All decisions, the newest first."""
    _require(actor)
    rows = Relaxation.objects.select_related("entered_by", "withdrawn_by")
    return list(rows.order_by("-starts_at"))


def in_force(kind: Relaxation.Kind, *, held: bool = False) -> Relaxation | None:
    """The decision that holds now, if there is one; ``held`` locks it until commit."""
    rows = Relaxation.objects.all()
    if held:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(holding_at(clock.now()), kind=kind).first()


@transaction.atomic
def enter(*, actor: Actor, decision: Decision) -> Relaxation:
    """Record a decision; it holds from now to the end of its last day.

    Raises InvalidError for days that cannot be, RefusedError while another holds.
    """
    _require(actor)
    require_own_factor(actor, fresh=True)
    today = clock.today()
    if decision.decided_on > today:
        raise InvalidError(_("決定した日は、今日までの日にしてください。"))
    if not today <= decision.last_day < today + LONGEST:
        raise InvalidError(
            _("期限は、今日から1年以内の日にしてください。続けるときは決め直します。")
        )
    Person.objects.select_for_update().get(pk=actor.id)  # two clicks are one decision
    list(Relaxation.objects.select_for_update().filter(kind=decision.kind))
    if in_force(decision.kind):
        raise RefusedError(
            _("同じ決定が続いています。取りやめてから、新しく記録してください。")
        )
    made = Relaxation.objects.create(
        kind=decision.kind,
        decided_by=decision.decided_by,
        decided_on=decision.decided_on,
        reason=decision.reason,
        entered_by=actor.person,
        starts_at=clock.now(),
        ends_at=clock.day_end(decision.last_day),
    )
    _record("enter", actor, made)
    return made


@transaction.atomic
def withdraw(*, actor: Actor, relaxation_id: int) -> Relaxation:
    """End a decision now. What rested on it alone ends in the same moment.

    Class 3 is asked for each answer anew, sockets and downloads included (R3). Sign-ins
    by telephone end with their decision, and codes on their way are stopped.
    """
    _require(actor)
    require_own_factor(actor, fresh=True)
    now = clock.now()
    rows = Relaxation.objects.select_for_update(of=("self",))
    row = rows.filter(ending_after(now), id=relaxation_id).first()
    if row is None:
        raise HiddenError
    row.ends_at, row.withdrawn_by = now, actor.person
    row.save(update_fields=["ends_at", "withdrawn_by"])
    if row.kind == Relaxation.Kind.TELEPHONE:
        texts.cancel()
        sign_ins.end_by_phone()
    _record("withdraw", actor, row)
    return row


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)


def _record(what: str, actor: Actor, row: Relaxation) -> None:
    audit.record(
        f"members.relaxation.{what}",
        actor=actor.id,
        subject=f"relaxation:{row.pk}",
        detail={
            "kind": row.kind,
            "until": row.ends_at.isoformat() if row.ends_at else "",
        },
    )
