"""足りない資源の台帳: the register of gaps, as far as the reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from meetings.models import AgendaItem, ResourceGap
from meetings.policies import gap_facts, item_facts
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.models import Body, Seat
from portal.core import clock
from portal.core.errors import HiddenError

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap; ``item`` is named only to those who may read it."""

    gap: ResourceGap
    item: AgendaItem | None
    may_follow_up: bool
    may_carry: bool


@dataclass(frozen=True, slots=True)
class Register:
    """One page of the register."""

    page: Page[ResourceGap]
    rows: list[GapRow]
    has_children: bool


def register_of(
    actor: Actor,
    bodies: list[Body],
    *,
    body: Body | None,
    state: str,
    number: str | None,
) -> Register:
    """The gaps of ``bodies``, those that the actor convenes, or of one of them.

    A gap whose words touch a case is found by a seat on its item, and decided there.
    """
    found = _findable(actor, [body] if body else bodies)
    if state:
        found = found.filter(state=state)
    page = Paginator(found, PER_PAGE).get_page(number)
    gaps = list(page.object_list)
    access = _access(actor, gaps)
    rows = [
        _row(access, gap)
        for gap in gaps
        if access.allows(Action.READ, gap_facts(gap, actor.id))
    ]
    return Register(page, rows, members.have_children(bodies))


def kept_bodies(actor: Actor) -> list[Body]:
    """The bodies that the actor convenes; HiddenError where there are none."""
    bodies = members.convened_bodies(access_for(actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    return bodies


def _findable(actor: Actor, bodies: Sequence[Body]) -> QuerySet[ResourceGap]:
    seats = Seat.objects.filter(holding_at(clock.now()), person=actor.person)
    return (
        ResourceGap.objects.filter(
            Q(general=True) | Q(item__in=seats.values("item_id")), body__in=bodies
        )
        .select_related(
            "body__unit",
            "body__parent",
            "item__sitting__body",
            "item__body",
            "item__case",
        )
        .prefetch_related("item__about", "carried_up")
    )


def _access(actor: Actor, gaps: Sequence[ResourceGap]) -> Access:
    items = [gap.item for gap in gaps if gap.item]
    return access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )


def _row(access: Access, gap: ResourceGap) -> GapRow:
    thing = gap_facts(gap, access.actor.id)
    item = gap.item
    if item is not None and not access.allows(
        Action.READ, item_facts(item, access.actor.id)
    ):
        item = None
    going_up = any(up.handed_down_at is None for up in gap.carried_up.all())
    return GapRow(
        gap=gap,
        item=item,
        may_follow_up=access.offers(Action.CONVENE, thing),
        may_carry=gap.general and gap.body.parent_id is not None and not going_up,
    )


def convened_gap(actor: Actor, gap_id: UUID) -> ResourceGap:
    """One gap, for who may say what has become of it."""
    rows = ResourceGap.objects.select_related(
        "body__unit", "body__parent", "item__sitting__body", "item__body", "item__case"
    ).prefetch_related("item__about")
    gap = rows.filter(id=gap_id).first()
    if gap is None:
        raise HiddenError
    access = _access(actor, [gap])
    access.require(Action.CONVENE, gap_facts(gap, actor.id))
    return gap
