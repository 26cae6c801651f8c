"""What a person may see of cases and people, in a fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    Case,
    Commission,
    HouseholdMember,
    Membership,
    Person,
    PledgeText,
)
from members.policies import body_facts, case_facts
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class CaseAbilities:
    """What the page of a case offers."""

    select: bool
    enter_consent: bool
    enter_recusal: bool
    declare_recusal: bool


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household member as the person may see them.

    A protected address is blank to all but the custodians, as if none were known.
    """

    member: HouseholdMember
    address: str
    phone: str


def household_rows(access: Access, case: Case) -> list[HouseholdRow]:
    """The household of a readable case, with the addresses that are open to them."""
    custodian = access.offers(Action.CONVENE, case_facts(case))
    return [
        HouseholdRow(member, member.address, member.phone)
        if custodian or not member.address_protected
        else HouseholdRow(member, "", "")
        for member in case.household.all()
    ]


def listed_cases(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor is selected for now, by number.

    What the query finds is decided case by case where it is shown.
    """
    now = clock.now()
    chosen = Membership.objects.filter(holding_at(now), person=actor.person)
    return (
        Case.objects.filter(id__in=chosen.values("case"))
        .select_related("body", "unit")
        .prefetch_related("household")
        .order_by("number")
    )


def readable_cases(actor: Actor, cases: Iterable[Case]) -> list[Case]:
    """Those of ``cases`` that the actor may read now."""
    rows = list(cases)
    access = access_for(actor, cases=[case.id for case in rows], items=())
    return [case for case in rows if access.allows(Action.READ, case_facts(case))]


def readable_case(actor: Actor, case_id: UUID) -> tuple[Case, Access]:
    """One case with its household and roster; unknown and hidden are the same."""
    case = (
        Case.objects.filter(id=case_id)
        .select_related("body", "unit", "referrer", "lead_agency")
        .prefetch_related(
            "household__consents",
            Prefetch(
                "memberships",
                Membership.objects.select_related(
                    "person__organization", "selected_by"
                ).order_by("role", "person__kana"),
            ),
        )
        .first()
    )
    if case is None:
        raise HiddenError
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.READ, case_facts(case))
    return case, access


def case_abilities(access: Access, case: Case) -> CaseAbilities:
    """The acts that the case's page offers to this person."""
    thing = case_facts(case)
    return CaseAbilities(
        select=access.offers(Action.CONVENE, thing),
        enter_consent=access.offers(Action.ENTER_CONSENT, thing),
        enter_recusal=access.offers(Action.ENTER_RECUSAL, thing),
        declare_recusal=access.offers(Action.DECLARE_RECUSAL, thing),
    )


def convened_bodies(access: Access) -> list[Body]:
    """The bodies for which the actor may create cases and sittings now."""
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    bodies = Body.objects.filter(id__in=held).select_related("unit")
    return [b for b in bodies if access.allows(Action.CONVENE, body_facts(b))]


def have_children(bodies: list[Body]) -> bool:
    """Whether one of ``bodies`` is the parent of others."""
    return Body.objects.filter(parent__in=bodies).exists()


def bodies_of(case: Case) -> list[Body]:
    """The bodies of the case's unit, whose people may be selected for it."""
    return list(Body.objects.filter(unit=case.unit))


def commissioned_people(bodies: list[Body]) -> list[Person]:
    """Everybody with standing at one of ``bodies`` now, by organisation and kana."""
    now = clock.now()
    live = Commission.objects.filter(holding_at(now), body__in=bodies)
    return list(
        Person.objects.filter(
            ending_after(now),
            Q(commissions__in=live) | Q(organization__commissions__in=live),
        )
        .select_related("organization")
        .distinct()
        .order_by("-organization__internal", "organization__kana", "kana")
    )


def pledges_in_force(regimes: Collection[Regime], t: datetime) -> list[PledgeText]:
    """The texts that hold at ``t`` for the laws, as they are read aloud."""
    return list(PledgeText.objects.filter(holding_at(t), regime__in=regimes))
