"""Who of a body has another meeting in the same hours, as far as one may hear of it.

A meeting whose people are chosen takes up those people; one still without takes up
everybody who stands in its body. Names and the other body are for those who convene
both. Of all other meetings only one number is told, for all of them together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import Q

from meetings import rosters
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.policies import sitting_facts
from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after
from members.models import Body, Commission, Office, Person
from portal.core import clock

Hours = tuple[datetime, datetime]
People = Mapping[UUID, set[UUID]]


@dataclass(frozen=True, slots=True)
class Clash:
    """People wanted twice; ``sitting`` and ``names`` where the actor convenes it."""

    count: int
    sitting: Sitting | None = None
    names: tuple[str, ...] = ()


def clashes(actor: Actor, body: Body, hours: Sequence[Hours]) -> list[list[Clash]]:
    """For each of ``hours``, who of the body is wanted elsewhere."""
    others = _others(body, hours)
    standing = _standing({body.id, *(sitting.body_id for sitting in others)})
    access = access_for(actor, cases=(), items=())
    own = {
        sitting.id
        for sitting in others
        if access.allows(Action.CONVENE, sitting_facts(sitting, None))
    }
    invited = _invited(actor, others, own)
    twice = {
        sitting.id: standing[body.id]
        & invited.get(sitting.id, standing[sitting.body_id])
        for sitting in others
    }
    names = _names({person for key in own for person in twice[key]})
    return [_within(span, others, twice, names, own) for span in hours]


def _others(body: Body, hours: Sequence[Hours]) -> list[Sitting]:
    """The meetings of all other bodies that touch one of ``hours``, by their start."""
    touching = Q(pk=None)
    for start, end in hours:
        touching |= Q(starts_at__lt=end, ends_at__gt=start)
    rows = Sitting.objects.filter(touching).exclude(body=body).exclude(joint__body=body)
    rows = rows.exclude(state=Sitting.State.CANCELLED).select_related("body__unit")
    return list(rows.order_by("starts_at", "id"))


def _standing(bodies: Collection[UUID]) -> Mapping[UUID | None, set[UUID]]:
    """Per body who holds an office or a commission that is not over yet."""
    ahead = ending_after(clock.now())
    offices = Office.objects.filter(ahead, body__in=bodies)
    commissions = Commission.objects.filter(ahead, body__in=bodies)
    named = commissions.filter(organization=None)
    found: dict[UUID | None, set[UUID]] = defaultdict(set)
    for body, person in chain(
        offices.values_list("body", "person"), named.values_list("body", "person")
    ):
        found[body].add(person)
    whole = list(commissions.filter(person=None).values_list("body", "organization"))
    staff: dict[UUID | None, set[UUID]] = defaultdict(set)
    people = Person.objects.filter(ahead, organization__in={each for _, each in whole})
    for person, organization in people.values_list("id", "organization"):
        staff[organization].add(person)
    for body, organization in whole:
        found[body] |= staff[organization]
    return found


def _invited(
    actor: Actor, sittings: Sequence[Sitting], own: Collection[UUID]
) -> dict[UUID, set[UUID]]:
    """Whom each meeting has chosen so far, for ``own`` as the actor sees its items.

    Who comes for an item alone from which the actor is kept away is not counted.
    """
    found: dict[UUID, set[UUID]] = defaultdict(set)
    invitations = Invitation.objects.filter(sitting__in=sittings, withdrawn_at=None)
    for sitting, person in invitations.values_list("sitting", "person"):
        found[sitting].add(person)
    chosen = own & found.keys()
    items = list(
        AgendaItem.objects.filter(sitting__in=chosen)
        .select_related("body", "case")
        .prefetch_related("about")
    )
    access = access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )
    in_sight = rosters.people_in_sight(access, items)
    for key in chosen:
        found[key] &= in_sight.get(key, set())
    return found


def _names(people: Collection[UUID]) -> dict[UUID, str]:
    """Their names, in the order of their kana."""
    rows = Person.objects.filter(id__in=people).order_by("kana", "name")
    return dict(rows.values_list("id", "name"))


def _within(
    hours: Hours,
    others: Sequence[Sitting],
    twice: People,
    names: Mapping[UUID, str],
    own: Collection[UUID],
) -> list[Clash]:
    found, elsewhere = [], set()
    for sitting in others:
        if sitting.starts_at >= hours[1] or sitting.ends_at <= hours[0]:
            continue
        people = twice[sitting.id]
        if sitting.id not in own:
            elsewhere |= people
        elif people:
            known = tuple(name for key, name in names.items() if key in people)
            found.append(Clash(len(people), sitting, known))
    return [*found, Clash(len(elsewhere))] if elsewhere else found
