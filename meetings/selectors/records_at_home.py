"""What waits of records at home: rounds to confirm, and drafts nobody sent round."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Prefetch

from meetings import rosters
from meetings.models import AgendaItem, Correction, Minutes, Presence, Sitting
from meetings.policies import minutes_facts
from meetings.selectors.records_desk import ToCirculate, kept_of, to_circulate, unfixed
from members.access import Access, Actor
from members.facts import Action
from members.filters import holding_at
from members.models import Body
from portal.core import clock

LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A draft record in its round, with the requests nobody has answered."""

    minutes: Minutes
    late: bool
    open_corrections: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Drafts:
    """A closed sitting of which drafts wait to be sent round."""

    sitting: Sitting
    rows: list[ToCirculate]

    @property
    def due_on(self) -> date:
        """By when its records should be confirmed."""
        return self.rows[0].due_on

    @property
    def late(self) -> bool:
        """Whether that day has passed."""
        return self.rows[0].late


def items_over(actor: Actor) -> list[AgendaItem]:
    """The items of one's own bodies that are over and whose record is not fixed."""
    offices = rosters.offices_of(actor)
    return list(unfixed(actor, Body.objects.filter(id__in=offices.values("body"))))


def drafts_of(access: Access, items: Sequence[AgendaItem]) -> list[Drafts]:
    """What of ``items`` the actor is to send round, by closed sitting, oldest first."""
    rows = [
        row
        for row in to_circulate(kept_of(access, items))
        if row.item.sitting.state == Sitting.State.CLOSED
    ]
    found = groupby(rows, key=lambda row: row.item.sitting)
    return [Drafts(sitting, list(group)) for sitting, group in found]


def in_round(actor: Actor, sitting: Sitting | None = None) -> list[Minutes]:
    """The records in their round on items where the actor sits, oldest date first.

    Of all sittings, or of one.
    """
    seats = actor.person.seats.filter(holding_at(clock.now())).values("item_id")
    # Apart, or PostgreSQL joins the items of all years for a handful of them.
    items = AgendaItem.objects.select_related("sitting__body", "body", "case")
    items = items.prefetch_related("about")
    rows = Minutes.objects.filter(state=Minutes.State.ROUND, item__in=seats)
    if sitting is not None:
        rows = rows.filter(item__sitting=sitting)
    rows = rows.prefetch_related(Prefetch("item", items), "confirmations")
    return list(rows.order_by("due_on", "id")[:LOOKED_AT])


def rounds_of(access: Access, rows: Sequence[Minutes], today: date) -> list[RoundRow]:
    """Those of ``rows`` that the actor may read."""
    actor, items = access.actor, [row.item_id for row in rows]
    presences = list(Presence.objects.filter(person=actor.person, item__in=items))
    asked = Correction.objects.filter(minutes__in=rows, state=Correction.State.OPEN)
    open_corrections = Counter(asked.values_list("minutes_id", flat=True))
    found = []
    for row in rows:
        thing = minutes_facts(row, actor.id, presences)
        if not access.offers(Action.READ, thing):
            continue
        confirmed = {
            c.person_id for c in row.confirmations.all() if c.version == row.version
        }
        signs = access.offers(Action.CONFIRM_MINUTES, thing)
        found.append(
            RoundRow(
                row,
                late=row.due_on is not None and row.due_on < today,
                open_corrections=open_corrections[row.id],
                mine=signs and actor.id not in confirmed,
            )
        )
    return found


def to_confirm(access: Access, sitting: Sitting) -> list[RoundRow]:
    """The records of one sitting that wait for the actor's confirmation."""
    rows = rounds_of(access, in_round(access.actor, sitting), clock.today())
    return [row for row in rows if row.mine]
