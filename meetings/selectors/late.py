"""What is due after a sitting: its summary and its records, and what is late of it.

The summary can be had once the sitting is closed; a record is done once confirmed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q

from meetings import rosters
from meetings.models import AgendaItem, Minutes, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.selectors.sittings import Opened
from members.access import Access, Actor
from members.facts import Action
from portal.core import clock

LOOKED_AT = 40
_HELD = (Sitting.State.CONVENED, Sitting.State.CLOSED)


@dataclass(frozen=True, slots=True)
class After:
    """A sitting that was held: by when what is due, and what of it is missing.

    ``open_records`` counts the records that the reader keeps and nobody has fixed.
    """

    sitting: Sitting
    summary_due: date
    minutes_due: date
    open_records: int
    today: date

    @property
    def summary_late(self) -> bool:
        """Whether the summary should be there by now: the sitting is not closed."""
        still_open = self.sitting.state == Sitting.State.CONVENED
        return still_open and self.summary_due < self.today

    @property
    def minutes_late(self) -> bool:
        """Whether records should be confirmed by now."""
        return bool(self.open_records) and self.minutes_due < self.today

    @property
    def late(self) -> bool:
        """Whether anything is late."""
        return self.summary_late or self.minutes_late


def after(access: Access, sitting: Sitting, items: Iterable[AgendaItem]) -> After:
    """What is due after ``sitting``, of the items whose record the reader keeps."""
    summary_due, minutes_due = due_after(sitting)
    return After(
        sitting=sitting,
        summary_due=summary_due,
        minutes_due=minutes_due,
        open_records=sum(_open_record(access, item) for item in items),
        today=clock.today(),
    )


def due_after(sitting: Sitting) -> tuple[date, date]:
    """By when the summary and the records of ``sitting`` are due.

    The days count from the day of the sitting, by the rules of that day.
    """
    rules = sitting.body.rules_at(sitting.starts_at)
    held_on = clock.day_of(sitting.starts_at)
    return (
        held_on + timedelta(days=rules.summary_days),
        held_on + timedelta(days=rules.minutes_days),
    )


def _open_record(access: Access, item: AgendaItem) -> bool:
    minutes: Minutes | None = getattr(item, "record", None)
    fixed = minutes is not None and minutes.state == Minutes.State.FINAL
    if fixed or item.state != AgendaItem.State.CLOSED:
        return False
    return access.offers(Action.CONVENE, item_facts(item, access.actor.id))


def after_sitting(opened: Opened) -> After | None:
    """What is due after the sitting that is shown; None before its day is over."""
    sitting = opened.sitting
    if sitting.state not in _HELD or sitting.ends_at > opened.access.t:
        return None
    rows = AgendaItem.objects.filter(sitting=sitting)
    items = rows.select_related("record").prefetch_related("about")
    return after(opened.access, sitting, items)


def unfinished(actor: Actor) -> list[Sitting]:
    """Sittings of one's own bodies before today of which something is missing."""
    bodies = rosters.offices_of(actor).values("body")
    # Of these bodies, else the database looks at the items of all.
    items = AgendaItem.objects.filter(
        rosters.of_kept_cases(actor),
        sitting__body__in=bodies,
        state=AgendaItem.State.CLOSED,
    ).exclude(id__in=rosters.recused_items(actor))
    missing = items.exclude(record__state=Minutes.State.FINAL).values("sitting")
    rows = Sitting.objects.filter(
        Q(state=Sitting.State.CONVENED) | Q(state=Sitting.State.CLOSED, id__in=missing),
        body__in=bodies,
        ends_at__lt=clock.day_start(clock.today()),
    )
    return list(
        rows.select_related("body")
        .prefetch_related(
            "body__charters",
            Prefetch(
                "items",
                AgendaItem.objects.select_related("record").prefetch_related("about"),
            ),
        )
        .order_by("starts_at", "id")[:LOOKED_AT]
    )


def late_of(access: Access, sittings: Sequence[Sitting]) -> list[After]:
    """Those of ``sittings`` that the actor convenes and of which something is late."""
    rows = [
        after(access, sitting, sitting.items.all())
        for sitting in sittings
        if access.offers(Action.CONVENE, sitting_facts(sitting, None))
    ]
    return [row for row in rows if row.late]
