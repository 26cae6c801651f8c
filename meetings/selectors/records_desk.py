"""記録の整理: what the custodians still owe of what came out of the room.

Each row is derived by the decision, so an item that one is kept from is not there and
not counted (R5, R27). The number of queries does not grow.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce

from documents.delivery import archives
from meetings import records, rosters
from meetings.models import AgendaItem, FileKind, Minutes, Sitting
from meetings.policies import item_facts, minutes_facts, sitting_facts
from meetings.records import Record
from meetings.retention import FileKey, Keeping
from meetings.selectors.gaps import kept_bodies
from meetings.selectors.late import After, after, due_after
from meetings.selectors.retention import (
    Shelf,
    access_to,
    filed_records,
    files_of,
    keepings_of,
    shelves_of,
)
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body, Person
from portal.core import clock

# The oldest come first; what is beyond stands there once these are done.
SHOWN = 100
FILED_FOR = timedelta(days=31)
LOCKS_AHEAD = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class ToCirculate:
    """An item that is over, and whose draft nobody has sent round."""

    item: AgendaItem
    due_on: date
    late: bool


@dataclass(frozen=True, slots=True)
class InRound:
    """A draft in its round: who is missing, since when."""

    record: Record
    missing: tuple[Person, ...]
    late: bool

    @property
    def minutes(self) -> Minutes:
        """The record's own row."""
        return self.record.minutes

    @property
    def may_remind(self) -> bool:
        """Whether asking again would help: nothing else is waited for, nor today's."""
        asked, today = self.minutes.reminded_at, clock.day_start(clock.today())
        lately = asked is not None and asked >= today
        return bool(self.missing) and not self.record.open_corrections and not lately


@dataclass(frozen=True, slots=True)
class Filed:
    """A record that was confirmed of late, and when a package of it was made."""

    minutes: Minutes
    packed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToDispose:
    """What a body's yearly list holds, and how much of it was never exported."""

    shelf: Shelf
    unpacked: int


@dataclass(frozen=True, slots=True)
class Lock:
    """A file whose lock ends soon; ``overdue``: it should have been moved on."""

    keeping: Keeping
    overdue: bool


@dataclass(frozen=True, slots=True)
class RecordsDesk:
    """The page, section by section."""

    to_close: list[After]
    to_circulate: list[ToCirculate]
    rounds: list[InRound]
    filed: list[Filed]
    to_dispose: list[ToDispose]
    locks: list[Lock]
    items: list[UUID]

    @property
    def shelves_left(self) -> list[ToDispose]:
        """The lists on which something stands."""
        return [each for each in self.to_dispose if each.shelf.count]

    @property
    def unclassed(self) -> list[Body]:
        """The bodies for which nobody has settled how long files are kept."""
        return [each.shelf.body for each in self.to_dispose if not each.shelf.rules]


def desk_of(actor: Actor) -> RecordsDesk:
    """Everything that is due of records; HiddenError for who keeps no body."""
    bodies = kept_bodies(actor)
    sittings = _unclosed(bodies)
    items, filed = list(unfixed(actor, bodies)), _filed(actor, bodies)
    known = {item.id: item for item in [*items, *(row.item for row in filed)]}
    access = access_for(
        actor,
        cases={item.case_id for item in known.values() if item.case_id},
        items=known,
    )
    mine = kept_of(access, items)
    rounds = _rounds(access, {i.id for i in mine if _circulated(i)})
    kept = [m for m in filed if _reads(access, m)]
    return RecordsDesk(
        to_close=[
            after(access, sitting, ())
            for sitting in sittings
            if access.offers(Action.CONVENE, sitting_facts(sitting, None))
        ],
        to_circulate=to_circulate(mine),
        rounds=rounds,
        filed=_with_packages(kept),
        to_dispose=_to_dispose(actor, bodies),
        locks=_locks(actor, bodies),
        items=[item.id for item in mine],
    )


def kept_of(access: Access, items: Iterable[AgendaItem]) -> list[AgendaItem]:
    """Those of ``items`` whose record the actor keeps."""
    person = access.actor.id
    return [i for i in items if access.offers(Action.CONVENE, item_facts(i, person))]


def to_circulate(kept: Iterable[AgendaItem]) -> list[ToCirculate]:
    """Those of ``kept``, items that are over, whose draft nobody has sent round."""
    return [_to_circulate(item) for item in kept if not _circulated(item)]


def _circulated(item: AgendaItem) -> bool:
    minutes: Minutes | None = getattr(item, "record", None)
    return minutes is not None and minutes.state == Minutes.State.ROUND


def _unclosed(bodies: Sequence[Body]) -> list[Sitting]:
    """Sittings that nobody has closed: so nobody has their summary."""
    rows = Sitting.objects.filter(
        body__in=bodies, state=Sitting.State.CONVENED, ends_at__lt=clock.now()
    )
    rows = rows.select_related("body").prefetch_related("body__charters")
    return list(rows.order_by("starts_at", "id")[:SHOWN])


def unfixed(actor: Actor, bodies: Iterable[Body]) -> QuerySet[AgendaItem]:
    """The items that are over and whose record is not confirmed, oldest first."""
    rows = AgendaItem.objects.filter(
        rosters.of_kept_cases(actor), body__in=bodies, state=AgendaItem.State.CLOSED
    ).exclude(id__in=rosters.recused_items(actor))
    return (
        rows.exclude(record__state=Minutes.State.FINAL)
        .exclude(sitting__state=Sitting.State.CANCELLED)
        .select_related("record", "sitting__body", "body", "case")
        .prefetch_related("about", "sitting__body__charters")
        .order_by("sitting__starts_at", "sitting_id", "order")[:SHOWN]
    )


def _to_circulate(item: AgendaItem) -> ToCirculate:
    _summary_due, due_on = due_after(item.sitting)
    return ToCirculate(item, due_on, due_on < clock.today())


def _rounds(access: Access, items: Collection[UUID]) -> list[InRound]:
    found = [
        record
        for record in records.load_all(items)
        if access.offers(Action.READ, record.thing(access.actor.id))
    ]
    rows = [InRound(record, record.missing, _late(record)) for record in found]
    return sorted(rows, key=lambda row: str(row.minutes.due_on))


def _late(record: Record) -> bool:
    due_on = record.minutes.due_on
    return due_on is not None and due_on < clock.today()


def _filed(actor: Actor, bodies: Sequence[Body]) -> list[Minutes]:
    rows = Minutes.objects.filter(
        rosters.of_kept_cases(actor, body="item__body", case="item__case"),
        state=Minutes.State.FINAL,
        item__body__in=bodies,
        finalized_at__gte=clock.now() - FILED_FOR,
    ).exclude(item__in=rosters.recused_items(actor))
    return list(
        rows.select_related("item__sitting__body", "item__body", "item__case")
        .prefetch_related("item__about")
        .order_by("-finalized_at", "id")[:SHOWN]
    )


def _reads(access: Access, minutes: Minutes) -> bool:
    """Whether the actor keeps the confirmed record."""
    thing = minutes_facts(minutes, access.actor.id, ())
    return access.offers(Action.DISPOSE, thing)


def _with_packages(found: Sequence[Minutes]) -> list[Filed]:
    packed = archives.taken([f"minutes:{minutes.id}" for minutes in found])
    return [Filed(m, packed.get(f"minutes:{m.id}")) for m in found]


def _to_dispose(actor: Actor, bodies: Sequence[Body]) -> list[ToDispose]:
    """Each body's list, for those who may dispose of its files."""
    shelves = shelves_of(actor, bodies)
    ending = {
        shelf.body.id: [_subject(each) for each in (*shelf.expired, *shelf.proposed)]
        for shelf in shelves
    }
    packed = archives.taken([one for group in ending.values() for one in group])
    return [
        ToDispose(shelf, sum(one not in packed for one in ending[shelf.body.id]))
        for shelf in shelves
    ]


def _subject(keeping: Keeping) -> str:
    key = keeping.file.key
    return f"{key.kind}:{key.id}"


def _locks(actor: Actor, bodies: Sequence[Body]) -> list[Lock]:
    now = clock.now()
    files = files_of(_unlocked_soon(actor, bodies, now))
    access = access_to(actor, files)
    mine = [file for file in files if access.offers(Action.DISPOSE, file.thing)]
    return [Lock(each, _should_move(each, now)) for each in keepings_of(mine)]


def _unlocked_soon(
    actor: Actor, bodies: Sequence[Body], now: datetime
) -> list[FileKey]:
    """The files of which the last lock ends soon, the first to end first."""
    sittings = Sitting.objects.filter(body__in=bodies)
    rows = filed_records().filter(
        rosters.of_kept_cases(actor, body="paper__case__body", case="paper__case"),
        Q(paper__case__isnull=False) | Q(paper__sitting_id__in=sittings.values("id")),
        stored__locked_until__gt=now,
    )
    file_id = Coalesce("paper__case", "paper__sitting_id", output_field=UUIDField())
    files = (
        rows.values("paper__case", file_id=file_id)
        .annotate(last=Max("stored__locked_until"))
        .filter(last__lte=now + LOCKS_AHEAD)
        .order_by("last", "file_id")
    )
    return [
        FileKey(FileKind.CASE if key == case else FileKind.SITTING, key)
        for case, key in files.values_list("paper__case", "file_id")[:SHOWN]
    ]


def _should_move(keeping: Keeping, now: datetime) -> bool:
    until, held = keeping.lock_until(now), keeping.locked_until
    return bool(until and held and held < until)
