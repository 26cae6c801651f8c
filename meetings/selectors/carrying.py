"""What an agenda takes over from earlier sittings of its body: 持ち越し and 報告."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from meetings.models import OUTCOMES, AgendaItem, Entry, Minutes, Sitting
from meetings.policies import item_facts, minutes_facts
from members.access import Access, Actor, access_for
from members.facts import Action, ObjectFacts

State = Sitting.State


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An item that nobody got to; ``key`` makes taking it over happen once."""

    item: AgendaItem
    key: UUID


@dataclass(frozen=True, slots=True)
class Report:
    """An item of an earlier sitting, with what was decided and who does what."""

    item: AgendaItem
    outcomes: list[Entry]

    @property
    def decisions(self) -> int:
        """How many of them are decisions."""
        return sum(entry.kind == Entry.Kind.DECISION for entry in self.outcomes)

    @property
    def tasks(self) -> int:
        """How many of them are tasks."""
        return len(self.outcomes) - self.decisions


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the next draft is offered: unfinished items, and reports per case."""

    unfinished: list[Unfinished]
    reports: list[Report]

    @property
    def items(self) -> list[AgendaItem]:
        """Every earlier item that the offer names."""
        left = [row.item for row in self.unfinished]
        return left + [report.item for report in self.reports]


def proposals(actor: Actor, sitting: Sitting) -> Proposals:
    """What went before and is not yet on an agenda, as far as the actor may see it.

    Looks back to the last sitting that was held; one that was called off in between
    left its items.
    """
    items, access = _visible(actor, _before(sitting))
    held = [
        item
        for item in items
        if item.sitting.state == State.CLOSED
        and item.case_id
        and not hasattr(item, "report")
        and access.allows(Action.READ, _record_facts(item, actor.id))
    ]
    outcomes = _outcomes(item.id for item in held)
    return Proposals(
        unfinished=[
            Unfinished(item, uuid4())
            for item in items
            if item.state == AgendaItem.State.PENDING
            and not hasattr(item, "carried_to")
        ],
        reports=[
            Report(item, outcomes[item.id]) for item in held if item.id in outcomes
        ],
    )


def _before(sitting: Sitting) -> list[Sitting]:
    earlier = sitting.body.sittings.filter(
        starts_at__lt=sitting.starts_at, state__in=[State.CLOSED, State.CANCELLED]
    )
    held = earlier.filter(state=State.CLOSED).order_by("-starts_at").first()
    if held is not None:
        earlier = earlier.filter(starts_at__gte=held.starts_at)
    return list(earlier)


def _visible(actor: Actor, sittings: list[Sitting]) -> tuple[list[AgendaItem], Access]:
    """The items of the sittings that the actor convenes."""
    items = list(
        AgendaItem.objects.filter(sitting__in=sittings)
        .select_related("sitting", "body", "case", "carried_to", "report", "record")
        .prefetch_related("about")
        .order_by("sitting__starts_at", "order")
    )
    access = access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )
    seen = [i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))]
    return seen, access


def _record_facts(item: AgendaItem, person: UUID) -> ObjectFacts:
    """The item's record, begun or not: what it says rests on consent (R24)."""
    minutes = item.record if hasattr(item, "record") else Minutes(item=item)
    return minutes_facts(minutes, person, ())


def _outcomes(items: Iterable[UUID]) -> dict[UUID, list[Entry]]:
    found: dict[UUID, list[Entry]] = defaultdict(list)
    rows = Entry.objects.filter(item__in=list(items), kind__in=OUTCOMES, deleted=False)
    rows = rows.select_related("task")
    for entry in rows.exclude(text="").order_by("item", "order", "created_at"):
        found[entry.item_id].append(entry)
    return found


def drafts_after(sitting: Sitting) -> list[Sitting]:
    """The body's later drafts, to which an item may go on; the next one first."""
    drafts = sitting.body.sittings.filter(
        state=State.DRAFT, starts_at__gt=sitting.starts_at
    )
    return list(drafts.select_related("body").order_by("starts_at"))
