"""Confirmed records that a grant opens, and the grants of a case (R33)."""

from dataclasses import dataclass
from uuid import UUID

from meetings.models import Minutes
from meetings.policies import minutes_facts
from members import selectors as members
from members.access import Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.models import ArchiveGrant, Case, Person
from members.policies import case_facts
from portal.core import clock


@dataclass(frozen=True, slots=True)
class Grants:
    """A case with its grants, and whom one may be given to."""

    case: Case
    grants: list[ArchiveGrant]
    people: list[Person]


def grants_of(actor: Actor, case_id: UUID) -> Grants:
    """The grants of a case, for who may open its archive."""
    case, access = members.readable_case(actor, case_id)
    access.require(Action.OPEN_ARCHIVE, case_facts(case))
    rows = case.archive_grants.select_related("person__organization", "granted_by")
    return Grants(
        case, list(rows), members.commissioned_people(members.bodies_of(case))
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """One's own live grant, with the records that open by it."""

    grant: ArchiveGrant
    records: list[Minutes]


def opened_to(actor: Actor) -> list[Opened]:
    """The confirmed records that the actor may read for some days, by grant."""
    live = ArchiveGrant.objects.filter(
        holding_at(clock.now()), person=actor.person
    ).select_related("case", "granted_by")
    grants = list(live)
    cases = {grant.case_id for grant in grants}
    found = (
        Minutes.objects.filter(item__case__in=cases, state=Minutes.State.FINAL)
        .select_related("item__sitting__body", "item__body")
        .prefetch_related("item__about")
        .order_by("item__sitting__starts_at", "item__order")
    )
    rows = list(found)
    access = access_for(actor, cases=cases, items={minutes.item_id for minutes in rows})
    mine = [
        minutes
        for minutes in rows
        if access.offers(Action.READ, minutes_facts(minutes, actor.id, ()))
    ]
    return [
        Opened(grant, [each for each in mine if each.item.case_id == grant.case_id])
        for grant in grants
    ]
