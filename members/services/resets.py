"""Resetting somebody's factors (R36): two people, a notice, and a day for outsiders.

The secretariat, which knows the person, vouches and says how it made sure. An
administrator, who sees no case, begins: all factors and sign-ins of the person end.
The person finishes, with a new card that the secretariat hands over: at once for the
city's own people, after a day for people from outside. Both are told by mail.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for, require_own_factor
from members.facts import Action
from members.models import Body, FactorReset, Person
from members.policies import HEALTH, body_facts
from members.services import factors, own_notices, sign_ins
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

COOLING_OFF = timedelta(hours=24)


@transaction.atomic
def vouch(*, actor: Actor, body: Body, person: Person, proof: str) -> FactorReset:
    """Ask for a reset of ``person``, who belongs to ``body``; nothing ends yet."""
    access_for(actor, cases=(), items=()).require(Action.ISSUE_CARD, body_facts(body))
    if person.id == actor.id:
        raise HiddenError
    Person.objects.select_for_update().get(pk=person.pk)
    if open_reset(person) is not None:
        raise RefusedError(_("この方の作り直しは、すでに依頼されています。"))
    if not factors.has_any(person):
        raise RefusedError(_("この方には、そのままコードカードを作れます。"))
    reset = FactorReset.objects.create(
        person=person, proof=proof, vouched_by=actor.person, vouched_at=clock.now()
    )
    _record("vouch", actor, reset)
    return reset


@transaction.atomic
def withdraw(*, actor: Actor, body: Body, person: Person) -> None:
    """Take the wish back, as long as it was not begun."""
    access_for(actor, cases=(), items=()).require(Action.ISSUE_CARD, body_facts(body))
    reset = _locked(person=person)
    if reset.started_at is not None:
        raise RefusedError(_("作り直しは、もう始まっています。"))
    reset.withdrawn_at = clock.now()
    reset.save(update_fields=["withdrawn_at"])
    _record("withdraw", actor, reset)


@transaction.atomic
def start(*, actor: Actor, reset_id: UUID) -> FactorReset:
    """Begin: the person's factors and sign-ins end, the person and who vouched hear.

    Never by the person, nor by whoever vouched.
    """
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
    require_own_factor(actor, fresh=True)
    reset = _locked(id=reset_id)
    if reset.started_at is not None:
        raise RefusedError(_("この作り直しは、もう始まっています。"))
    if actor.id in {reset.person_id, reset.vouched_by_id}:
        raise RefusedError(_("依頼した人とご本人のほかの人が始めてください。"))
    now = clock.now()
    outside = not reset.person.organization.internal
    reset.started_by, reset.started_at = actor.person, now
    reset.due_at = now + COOLING_OFF if outside else now
    reset.save(update_fields=["started_by", "started_at", "due_at"])
    factors.drop_all(reset.person)
    sign_ins.end_all(person=reset.person)
    _record("start", actor, reset)
    own_notices.ways_changed(reset.person)
    own_notices.reset_started(reset.vouched_by)
    return reset


def open_reset(person: Person) -> FactorReset | None:
    """The reset that is asked for or under way, if there is one."""
    rows = FactorReset.objects.filter(
        person=person, finished_at=None, withdrawn_at=None
    )
    return rows.select_related("vouched_by").first()


def _locked(**which: object) -> FactorReset:
    rows = FactorReset.objects.select_for_update(of=("self",)).select_related(
        "person__organization", "vouched_by"
    )
    reset = rows.filter(finished_at=None, withdrawn_at=None, **which).first()
    if reset is None:
        raise HiddenError
    return reset


def _record(what: str, actor: Actor, reset: FactorReset) -> None:
    audit.record(
        f"members.reset.{what}",
        actor=actor.id,
        subject=f"person:{reset.person_id}",
        detail={"reset": str(reset.id), "proof": reset.proof},
    )
