"""Who may be asked to an item, who sits on it, and whether it would open for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet

from meetings.models import AgendaItem, Invitation, Poll, Presence, Sitting
from meetings.policies import asked_facts, item_facts, poll_facts, sitting_facts
from members.access import Access, Actor, access_for_all, as_if_here
from members.facts import ALWAYS, Action, Answer, Regime, Role
from members.filters import concerning, holding_at
from members.models import (
    Body,
    Case,
    Commission,
    Membership,
    Office,
    Person,
    Recusal,
    Seat,
)
from portal.core import clock

OFFICES = (Role.CHAIR, Role.SECRETARIAT)
APART = (Role.ADMINISTRATOR, Role.AUDITOR)


def commissioned_people(body: UUID) -> QuerySet[Person]:
    """Who is commissioned to the body, active and not apart, by agency and name.

    Chair and secretariat are left out: they take part by their office.
    """
    commissions = Commission.objects.filter(holding_at(clock.now()), body=body)
    offices = Office.objects.filter(holding_at(clock.now()))
    holders = offices.filter(role__in=OFFICES, body=body, sitting_id=None)
    return (
        Person.objects.filter(holding_at(clock.now()))
        .filter(
            Q(id__in=commissions.values("person"))
            | Q(organization__in=commissions.values("organization"))
        )
        .exclude(id__in=holders.values("person"))
        .exclude(id__in=offices.filter(role__in=APART).values("person"))
        .select_related("organization")
        .order_by("-organization__internal", "organization__kana", "kana")
    )


def roll(body: Body) -> list[Person]:
    """Everybody who may come to the body: its chair and secretariat, its members."""
    people = [*office_holders(body), *commissioned_people(body.id)]
    return sorted(
        people,
        key=lambda p: (not p.organization.internal, p.organization.kana, p.kana),
    )


def candidates(item: AgendaItem) -> list[Person]:
    """The people who may be offered for an item: commissioned and not recused.

    Recused people are left out, and nothing says why (R27).
    """
    away = Recusal.objects.filter(holding_at(clock.now()), of_item(item))
    return list(
        commissioned_people(item.body_id)
        .exclude(id__in=away.filter(person__isnull=False).values("person"))
        .exclude(
            organization__in=away.filter(organization__isnull=False).values(
                "organization"
            )
        )
    )


def of_item(item: AgendaItem) -> Q:
    """Recusals that concern the item or its case."""
    concerned = Q(item_id=item.id)
    return concerned | Q(case=item.case_id) if item.case_id else concerned


def office_holders(body: Body) -> dict[Person, Role]:
    """Chair and secretariat of a body; who holds both sits as chair."""
    offices = Office.objects.filter(
        holding_at(clock.now()), body=body, role__in=OFFICES
    )
    rows = offices.filter(sitting_id=None)  # a stand-in's holds for one sitting
    holders: dict[Person, Role] = {}
    for office in rows.select_related("person__organization").order_by("role"):
        holders.setdefault(office.person, Role(office.role))
    return holders


def offices_of(actor: Actor) -> QuerySet[Office]:
    """The actor's own offices of chair and secretariat now."""
    return actor.person.offices.filter(holding_at(clock.now()), role__in=OFFICES)


def kept_by(actor: Actor) -> QuerySet[Membership]:
    """The memberships by which the actor keeps cases now, as chair or secretariat."""
    return actor.person.memberships.filter(holding_at(clock.now()), role__in=OFFICES)


def cases_kept_by(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor keeps and is not kept away from.

    Nor may the number of their pages tell of a recusal (R27).
    """
    return Case.objects.filter(id__in=_chosen(actor).values("case"))


def _chosen(actor: Actor) -> QuerySet[Membership]:
    away = _recusals(actor).filter(case__isnull=False)
    return kept_by(actor).exclude(case__in=away.values("case"))


def _recusals(actor: Actor) -> QuerySet[Recusal]:
    return Recusal.objects.filter(holding_at(clock.now()), concerning(actor.person))


def of_kept_cases(actor: Actor, *, body: str = "body", case: str = "case") -> Q:
    """Rows of no case, or of one that the actor keeps by the office in the row's body.

    What the decision hides must not count where only the first rows are looked at.
    ``body`` and ``case`` are the paths to them.
    """
    found = Q(**{case: None})
    for role in OFFICES:
        offices = offices_of(actor).filter(role=role).values("body")
        kept = _chosen(actor).filter(role=role).values("case")
        found |= Q(**{f"{body}__in": offices, f"{case}__in": kept})
    return found


def recused_items(actor: Actor) -> QuerySet[Recusal, UUID | None]:
    """The items that the actor is kept from, apart from their cases."""
    away = _recusals(actor).filter(item_id__isnull=False)
    return away.values_list("item_id", flat=True)


def side_of(person: Person) -> Role:
    """The role in which a member takes part."""
    return Role.INTERNAL if person.organization.internal else Role.EXTERNAL


def seats_of(items: Iterable[UUID]) -> Mapping[UUID, list[Seat]]:
    """The live seats per item, by agency and name; a custodian comes first."""
    grouped: dict[UUID, list[Seat]] = defaultdict(list)
    rows = Seat.objects.filter(holding_at(clock.now()), item_id__in=list(items))
    for seat in rows.select_related("person__organization").order_by(
        "person__organization__kana", "person__kana"
    ):
        grouped[seat.item_id].append(seat)
    for seats in grouped.values():
        seats.sort(key=lambda seat: seat.role not in OFFICES)
    return grouped


def people_in_sight(
    access: Access, items: Iterable[AgendaItem]
) -> Mapping[UUID, set[UUID]]:
    """Per sitting the people seated on those of ``items`` that the actor convenes.

    A custodian who is kept away from an item hears nothing of those who come for
    it alone: no name, no count, no answer (R27).
    """
    visible = {
        item.id: item.sitting_id
        for item in items
        if access.allows(Action.CONVENE, item_facts(item, access.actor.id))
    }
    found: dict[UUID, set[UUID]] = defaultdict(set)
    seats = Seat.objects.filter(holding_at(clock.now()), item_id__in=visible)
    for item, person in seats.values_list("item_id", "person"):
        found[visible[item]].add(person)
    return found


def members_of(case: UUID | None) -> dict[UUID, Membership]:
    """The live memberships of a case by person; empty without a case."""
    rows = Membership.objects.filter(holding_at(clock.now()), case=case) if case else ()
    return {row.person_id: row for row in rows}


def standing(
    people: Collection[Person], *, items: Collection[AgendaItem]
) -> dict[UUID, Access]:
    """Each person's access to the items, as if just signed in with a personal factor.

    Tells what would open for somebody who is not here, in a fixed number of
    queries; it writes nothing and opens nothing.
    """
    actors = [as_if_here(person) for person in people]
    if not actors:
        return {}
    return access_for_all(
        actors,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )


def who_may_answer(poll: Poll, people: Collection[Person]) -> set[UUID]:
    """For whom the poll would open: commissioned to its body now, and so on."""
    thing = poll_facts(poll, asked=True)
    return {
        person
        for person, access in standing(people, items=()).items()
        if access.answer(Action.SEE_NOTICE, thing) is Answer.ALLOW
    }


def would_open(access: Access, item: AgendaItem) -> bool:
    """Whether the item opens for the person, the pledge and being let in aside."""
    thing = replace(item_facts(item, access.actor.id), admitted=(ALWAYS,))
    answer = access.answer(Action.READ, thing)
    return answer in {Answer.ALLOW, Answer.NEED_ACK, Answer.STEP_UP}


def inside(item: AgendaItem) -> QuerySet[Presence]:
    """Who is in the room for the item now."""
    return Presence.objects.filter(item=item, ends_at=None)


def would_follow(access: Access, item: AgendaItem) -> bool:
    """Whether the item's minutes would open to the person once inside."""
    thing = replace(item_facts(item, access.actor.id), admitted=(ALWAYS,))
    return access.allows(Action.FOLLOW_MINUTES, thing)


def notice_answer(
    access: Access, sitting: Sitting, invitation: Invitation | None, bodies: set[UUID]
) -> Answer:
    """Whether the person may see the sitting's neutral face.

    ``bodies`` are those of the person's own items: who comes for an item of the
    other body of a joint day has standing in that one.
    """
    answer = Answer.HIDDEN
    for body in (sitting.body_id, *sorted(bodies - {sitting.body_id})):
        answer = access.answer(
            Action.SEE_NOTICE, sitting_facts(sitting, invitation, body)
        )
        if answer is not Answer.HIDDEN:
            break
    return answer


def takes_part(access: Access) -> bool:
    """Whether the person could be told of a sitting now, of whatever body.

    On this rests what is about a person's own invitations, and about none of them.
    """
    session = access.actor.session
    scope = session.sitting if session else None
    bodies = {c.body for c in access.facts.person.commissions}
    return any(
        access.allows(Action.SEE_NOTICE, asked_facts(body, scope)) for body in bodies
    )


def pledged(access: Access, regime: Regime) -> bool:
    """Whether the pledge in force for the regime has been acknowledged (R11)."""
    return all(
        (pledge.regime, pledge.version) in access.facts.person.acknowledged
        for pledge in access.facts.municipality.pledges
        if pledge.regime is regime and pledge.span.holds(access.t)
    )


def commissioned(access: Access, body: UUID) -> bool:
    """Whether a commission to the body is valid (R10)."""
    return any(
        c.body == body and c.span.holds(access.t)
        for c in access.facts.person.commissions
    )
