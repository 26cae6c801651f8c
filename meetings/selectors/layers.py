"""下の会議体から: what a parent body sees of its children, and they of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from meetings.models import CarryUp, Outcome, Sitting
from meetings.policies import carry_facts, sitting_facts
from meetings.selectors.people import bodies_for_items
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """One thing carried up, as the parent sees it."""

    carried: CarryUp
    outcome: Outcome | None
    may_take: bool
    may_hand_down: bool


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A child body, with how much of it lies before the parent in sight."""

    body: Body
    open: int
    done: int


@dataclass(frozen=True, slots=True)
class ParentView:
    """One parent body's progress list over its children."""

    body: Body
    children: list[ChildRow]
    rows: list[CarriedRow]


def parents_of(actor: Actor) -> list[ParentView]:
    """The progress lists of the parent bodies that the actor convenes.

    Each row is decided by itself: where a case went up, only for who was selected
    for it. HiddenError where the actor convenes no parent body.
    """
    bodies = members.convened_bodies(access_for(actor, cases=(), items=()))
    children = list(Body.objects.filter(parent__in=bodies).select_related("unit"))
    parents = {child.parent_id for child in children}
    if not parents:
        raise HiddenError
    carried = list(_carried().filter(body__in=parents))
    access = _access(actor, carried)
    rows = [
        _row(up) for up in carried if access.allows(Action.CONVENE, carry_facts(up))
    ]
    return [
        ParentView(
            body=body,
            children=[_child(c, rows) for c in children if c.parent_id == body.id],
            rows=[row for row in rows if row.carried.body_id == body.id],
        )
        for body in bodies
        if body.id in parents
    ]


def _carried() -> QuerySet[CarryUp]:
    return CarryUp.objects.select_related(
        "body", "child__unit", "case", "item__sitting", "item__outcome"
    ).prefetch_related("source__about")


def _access(actor: Actor, carried: Sequence[CarryUp]) -> Access:
    return access_for(
        actor,
        cases={up.case_id for up in carried if up.case_id},
        items={up.item_id for up in carried if up.item_id},
    )


def _row(carried: CarryUp) -> CarriedRow:
    item = carried.item
    outcome = getattr(item, "outcome", None)
    taken = carried.state == CarryUp.State.TAKEN
    return CarriedRow(
        carried=carried,
        outcome=outcome,
        may_take=carried.state == CarryUp.State.WAITING,
        may_hand_down=carried.state == CarryUp.State.WAITING
        or (taken and outcome is not None),
    )


def _child(child: Body, rows: Sequence[CarriedRow]) -> ChildRow:
    states = [row.carried.state for row in rows if row.carried.child_id == child.id]
    done = states.count(CarryUp.State.HANDED_DOWN)
    return ChildRow(child, open=len(states) - done, done=done)


def carried_named(actor: Actor, carried_id: UUID) -> CarryUp:
    """One thing carried up, for the parent's custodian who is selected for its case."""
    carried = _carried().filter(id=carried_id).first()
    if carried is None:
        raise HiddenError
    _access(actor, [carried]).require(Action.CONVENE, carry_facts(carried))
    return carried


def bodies_for_joint(access: Access, sitting: Sitting) -> list[Body]:
    """The other bodies under which the actor may record the sitting too."""
    known = {sitting.body_id, *(joint.body_id for joint in sitting.joint.all())}
    return [b for b in bodies_for_items(access, sitting) if b.id not in known]


def drafts_of(access: Access, body: Body | None) -> list[Sitting]:
    """The draft sittings of ``body`` that the actor convenes; none for anybody else."""
    rows = Sitting.objects.filter(
        body=body, state=Sitting.State.DRAFT, starts_at__gt=clock.now()
    )
    return [
        sitting
        for sitting in rows.select_related("body__unit").order_by("starts_at")
        if access.allows(Action.CONVENE, sitting_facts(sitting, None))
    ]
