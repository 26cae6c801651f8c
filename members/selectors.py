"""What a person may see of cases and people, in a fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.filters import ending_after, holding_at
from members.models import (
    ApiToken,
    Body,
    Case,
    Commission,
    HouseholdMember,
    Membership,
    Person,
    PledgeText,
)
from members.policies import HEALTH, body_facts, case_facts, rules_facts
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

    Names and birth dates (氏名対照表) and a protected address are blank to all but the
    custodians, as if none were known.
    """

    member: HouseholdMember
    name: str = ""
    kana: str = ""
    birth_date: date | None = None
    address: str = ""
    phone: str = ""


def whole_row(member: HouseholdMember) -> HouseholdRow:
    """A household member with all that is kept of them."""
    return HouseholdRow(
        member,
        member.name,
        member.kana,
        member.birth_date,
        member.address,
        member.phone,
    )


def household_rows(access: Access, case: Case) -> list[HouseholdRow]:
    """The household of a readable case, with what of it is open to them."""
    members = case.household.all()
    if access.offers(Action.CONVENE, case_facts(case)):
        return [whole_row(member) for member in members]
    return [
        HouseholdRow(member)
        if member.address_protected
        else HouseholdRow(member, address=member.address, phone=member.phone)
        for member in members
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


# A key that ends within these days is spoken of on the home page.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A key of another system, and what the person may do about it now."""

    token: ApiToken
    over: bool
    soon: bool
    can_allow: bool
    can_issue: bool


@dataclass(frozen=True, slots=True)
class TokenPage:
    """The keys in a person's sight, and of which bodies they may ask for one."""

    rows: list[TokenRow]
    bodies: list[Body]
    administers: bool


def sees_token(access: Access, token: ApiToken) -> bool:
    """Whether the key is in the person's sight at all: so it is theirs to end."""
    return access.allows(Action.ADMINISTER, HEALTH) or any(
        access.allows(Action.READ, rules_facts(body)) for body in token.bodies.all()
    )


def token_page(actor: Actor) -> TokenPage:
    """The keys of one's bodies; all of them for the administration."""
    access = access_for(actor, cases=(), items=())
    administers = access.offers(Action.ADMINISTER, HEALTH)
    bodies = token_bodies(access)
    if not administers and not bodies:
        raise HiddenError
    rows = ApiToken.objects.select_related("person", "allowed_by", "ended_by")
    seen = [
        token
        for token in rows.prefetch_related("bodies__unit")
        if sees_token(access, token)
    ]
    return TokenPage([_token_row(access, token) for token in seen], bodies, administers)


def _token_row(access: Access, token: ApiToken) -> TokenRow:
    live, own = token.span.holds(access.t), token.person_id == access.actor.id
    waits = live and token.allowed_by_id is None
    return TokenRow(
        token=token,
        over=not live,
        soon=live and ends_soon(token, access.t),
        can_allow=waits and not own and access.offers(Action.ADMINISTER, HEALTH),
        can_issue=live and own and not waits and token.mac is None,
    )


def token_bodies(access: Access) -> list[Body]:
    """The bodies of which the actor may ask for a key."""
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    bodies = Body.objects.filter(id__in=held).select_related("unit").order_by("name")
    return [b for b in bodies if access.offers(Action.SET_RULES, rules_facts(b))]


def ends_soon(token: ApiToken, t: datetime) -> bool:
    """Whether it is time to ask for the next one."""
    return token.ends_at is not None and token.ends_at - t <= SOON


def own_ending_tokens(actor: Actor) -> list[ApiToken]:
    """The keys for which the actor answers and that end soon."""
    now = clock.now()
    rows = ApiToken.objects.filter(
        person=actor.person, mac__isnull=False, ends_at__gt=now, ends_at__lte=now + SOON
    )
    return list(rows.order_by("ends_at"))
