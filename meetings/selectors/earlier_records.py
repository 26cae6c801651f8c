"""前回会議録の確認: the records of earlier sittings that wait to be confirmed."""

from dataclasses import dataclass
from uuid import UUID

from meetings import records
from meetings.models import AgendaItem, Minutes
from meetings.policies import item_facts
from meetings.records import Record
from members.access import Actor, access_for
from members.facts import Action
from members.models import Person
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A record that the reader may see; ``confirms``: may note its confirmation."""

    record: Record
    confirms: bool

    @property
    def missing(self) -> tuple[Person, ...]:
        """Who has still to confirm it."""
        return self.record.missing


@dataclass(frozen=True, slots=True)
class Earlier:
    """The item of today, and those earlier records its reader may see."""

    item: AgendaItem
    rows: list[EarlierRecord]


def earlier_in_round(item: AgendaItem) -> list[Minutes]:
    """The records of the body's earlier sittings in their round, the oldest first."""
    rows = Minutes.objects.filter(
        state=Minutes.State.ROUND,
        item__body=item.body_id,
        item__sitting__starts_at__lt=item.sitting.starts_at,
    ).exclude(item__sitting=item.sitting_id)
    return list(rows.order_by("item__sitting__starts_at", "item__order"))


def earlier_of(actor: Actor, item_id: UUID) -> Earlier:
    """The earlier records, for somebody who takes part in the item of today.

    Each sees only those records that would open for them anyway.
    """
    item = (
        AgendaItem.objects.select_related("sitting__body", "body")
        .prefetch_related("about")
        .filter(id=item_id, kind=AgendaItem.Kind.RECORDS)
        .first()
    )
    if item is None:
        raise HiddenError
    found = records.load_all([row.item_id for row in earlier_in_round(item)])
    access = access_for(
        actor,
        cases={r.item.case_id for r in found if r.item.case_id},
        items={item.id, *(r.item.id for r in found)},
    )
    access.require(Action.READ, item_facts(item, actor.id))
    opened = item.state == AgendaItem.State.OPEN
    leads = opened and access.offers(Action.CONVENE, item_facts(item, actor.id))
    return Earlier(
        item,
        [
            EarlierRecord(
                r,
                confirms=leads
                and bool(r.missing)
                and access.offers(Action.CONFIRM_MINUTES, r.thing(actor.id)),
            )
            for r in found
            if access.allows(Action.READ, r.thing(actor.id))
        ],
    )
