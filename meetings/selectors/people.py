"""Who can be put on an item's roster, and what is known of each of them."""

from dataclasses import dataclass
from uuid import UUID

from meetings import rosters
from meetings.models import AgendaItem, Sitting
from members.access import Access, Actor, access_for
from members.facts import Action, Role
from members.filters import holding_at
from members.grounds import words_of
from members.models import Body, Case, Commission, Membership, Person, Seat
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
    subject_invited: bool


def roster_of(item: AgendaItem) -> Roster:
    """The selection page of an item; who is kept away is simply not there (R27)."""
    seats = rosters.seats_of([item.id]).get(item.id, [])
    seated = {seat.person_id: seat for seat in seats}
    # Who comes in a member's stead was accepted with the answer, not chosen (R25).
    deputies = {seat.person_id for seat in seats if seat.role == Role.DEPUTY}
    memberships = rosters.members_of(item.case_id)
    words = _commission_words(item.body_id)
    ground = words_of(item.ground, item.sitting.starts_at)
    found = [
        Candidate(
            person=person,
            commission=words.get(person.id) or words.get(person.organization_id, ""),
            membership=memberships.get(person.id),
            seat=seated.get(person.id),
            may_scribe=person.organization.internal,
        )
        for person in rosters.candidates(item)
        if person.id not in deputies
    ]
    return Roster(
        offices=[seat for seat in seats if seat.role in rosters.OFFICES],
        # Who sits already comes first, then who is selected for the case.
        candidates=sorted(
            found, key=lambda row: (row.seat is None, row.membership is None)
        ),
        subject_invited=ground is not None and ground.subject_invited,
    )


def _commission_words(body: UUID) -> dict[UUID, str]:
    rows = Commission.objects.filter(holding_at(clock.now()), body=body)
    return {
        party: row.get_form_display()
        for row in rows
        if (party := row.person_id or row.organization_id)
    }


_DONE = (Case.Status.CLOSED, Case.Status.HANDED_BACK)


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
    kept = rosters.kept_by(actor)
    rows = Case.objects.filter(id__in=kept.values("case")).exclude(status__in=_DONE)
    if sitting.body.unit_id is not None:
        rows = rows.filter(unit=sitting.body.unit_id)
    cases = list(rows.select_related("body").prefetch_related("household"))
    access = access_for(actor, cases=[case.id for case in cases], items=())
    return [c for c in cases if access.allows(Action.CONVENE, case_facts(c))]
