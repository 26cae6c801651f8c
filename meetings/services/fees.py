"""謝金・旅費: rates are settled with day and decider, travel is entered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import FeeRate, Sitting, Travel
from meetings.selectors.fees import fees_of
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Organization, Person
from members.policies import rules_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate as it is entered."""

    amount: int
    per: FeeRate.Per
    starts_on: date
    decided_by: str
    organization: Organization | None = None
    person: Person | None = None
    withholding: Decimal | None = None


@transaction.atomic
def set_rate(*, actor: Actor, body: Body, rate: Rate) -> FeeRate:
    """Settle what the body pays from a day on; earlier days keep what they had."""
    access = access_for(actor, cases=(), items=())
    access.require(Action.SET_RULES, rules_facts(body))
    if rate.organization and rate.person:
        raise InvalidError(_("機関か人の、どちらか一方を選んでください。"))
    row = FeeRate.objects.create(
        body=body,
        organization=rate.organization,
        person=rate.person,
        amount=rate.amount,
        per=rate.per,
        withholding=rate.withholding,
        starts_on=rate.starts_on,
        decided_by=rate.decided_by,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    audit.record(
        "meetings.fee.rate",
        actor=actor.id,
        subject=f"body:{body.id}",
        detail={"amount": rate.amount, "per": str(rate.per)},
    )
    return row


@transaction.atomic
def enter_travel(*, actor: Actor, sitting: Sitting, amounts: Mapping[UUID, int]) -> int:
    """Enter what each person is paid for the way; how many lines changed.

    Raises HiddenError for somebody who is not on the actor's list.
    """
    Sitting.objects.select_for_update(of=("self",)).get(pk=sitting.pk)
    listed = {fee.person.id: fee.travel for fee in fees_of(actor, sitting.id).fees}
    if amounts.keys() - listed.keys():
        raise HiddenError
    changed = {who: yen for who, yen in amounts.items() if yen != listed[who]}
    for who, yen in changed.items():
        Travel.objects.update_or_create(
            sitting=sitting,
            person_id=who,
            defaults={
                "amount": yen,
                "entered_by": actor.person,
                "entered_at": clock.now(),
            },
        )
        audit.record(
            "meetings.fee.travel",
            actor=actor.id,
            subject=f"person:{who}",
            detail={"sitting": str(sitting.id), "amount": yen},
        )
    return len(changed)
