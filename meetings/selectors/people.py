"""Who can be put on an item's roster, and what is known of each of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from meetings import rosters
from meetings.models import AgendaItem, Sitting
from members.access import Access, Actor, access_for
from members.facts import Action, Regime, Role
from members.filters import holding_at
from members.grounds import words_of
from members.models import (
    Body,
    Case,
    Commission,
    HouseholdMember,
    Membership,
    Person,
    Seat,
)
from members.permissions import BY_SEAT
from members.policies import body_facts, case_facts
from portal.core import clock


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the selection page."""

    person: Person
    commission: str
    membership: Membership | None
    seat: Seat | None
    may_scribe: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """The offices that sit by themselves, and the people one can choose.

    ``subject_invited``: whether the item's ground lets the person concerned come
    (R16).
    """

    offices: list[Seat]
    candidates: list[Candidate]
    guests: list[Seat]
    subject_invited: bool


def roster_of(item: AgendaItem) -> Roster:
    """The selection page of an item; who is kept away is simply not there (R27)."""
    seats = rosters.seats_of([item.id]).get(item.id, [])
    seated = {seat.person_id: seat for seat in seats}
    # Deputies come with an answer (R25), guests have a page of their own (R16).
    by_seat = {seat.person_id for seat in seats if seat.role in BY_SEAT}
    memberships = rosters.members_of(item.case_id)
    words = _commission_words(item.body_id)
    found = [
        Candidate(
            person=person,
            commission=words.get(person.id) or words.get(person.organization_id, ""),
            membership=memberships.get(person.id),
            seat=seated.get(person.id),
            may_scribe=person.organization.internal,
        )
        for person in rosters.candidates(item)
        if person.id not in by_seat
    ]
    return Roster(
        offices=[seat for seat in seats if seat.role in rosters.OFFICES],
        # Who sits already comes first, then who is selected for the case.
        candidates=sorted(
            found, key=lambda row: (row.seat is None, row.membership is None)
        ),
        guests=[seat for seat in seats if seat.role == Role.GUEST],
        subject_invited=subject_may_come(item),
    )


@dataclass(frozen=True, slots=True)
class Invitable:
    """Who can be asked to come for one item alone, and who has been (R16)."""

    household: list[HouseholdMember]
    commissioned: list[Person]
    outsiders: bool
    guests: list[Seat]


def invitable(item: AgendaItem) -> Invitable:
    """What the page of guests offers; the decision follows with the act."""
    seats = rosters.seats_of([item.id])[item.id]
    guests = [seat for seat in seats if seat.role == Role.GUEST]
    members = {s.person_id for s in seats if s not in guests}
    members |= rosters.members_of(item.case_id).keys()
    case = item.case if subject_may_come(item) else None
    return Invitable(
        household=list(case.household.all()) if case else [],
        commissioned=[
            person for person in rosters.candidates(item) if person.id not in members
        ],
        outsiders=item.regime is not Regime.SHIEN,
        guests=guests,
    )


def subject_may_come(item: AgendaItem) -> bool:
    """Whether the person concerned may come: own case, and a ground that knows it."""
    ground = words_of(item.ground, item.sitting.starts_at)
    return (
        item.case_id is not None
        and item.regime is Regime.JUSO
        and ground is not None
        and ground.subject_invited
    )


def _commission_words(body: UUID) -> dict[UUID, str]:
    rows = Commission.objects.filter(holding_at(clock.now()), body=body)
    return {
        party: row.get_form_display()
        for row in rows
        if (party := row.person_id or row.organization_id)
    }


_DONE = (Case.Status.CLOSED, Case.Status.HANDED_BACK, Case.Status.MOVED)


def bodies_for_items(access: Access, sitting: Sitting) -> list[Body]:
    """The bodies under which the actor may put an item on this agenda."""
    bodies = Body.objects.filter(
        id__in=[g.body for g in access.facts.person.roles if g.body]
    ).select_related("unit")
    bodies = bodies.prefetch_related("charters")
    unit = sitting.body.unit_id
    return [
        body
        for body in bodies
        if (unit is None or body.unit_id in {None, unit})
        and access.allows(Action.CONVENE, body_facts(body))
    ]


def cases_for_items(actor: Actor, sitting: Sitting) -> list[Case]:
    """The open cases of the sitting's unit that the actor keeps."""
    rows = rosters.cases_kept_by(actor).exclude(status__in=_DONE).defer("summary")
    if sitting.body.unit_id is not None:
        rows = rows.filter(unit=sitting.body.unit_id)
    household = Prefetch("household", HouseholdMember.objects.only("case"))
    cases = list(rows.select_related("body").prefetch_related(household))
    access = access_for(actor, cases=[case.id for case in cases], items=())
    return [c for c in cases if access.allows(Action.CONVENE, case_facts(c))]
