"""Reading live minutes: what followers get, in two views."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from meetings.live import rows
from meetings.live.protocol import Follow, changes, encode
from meetings.models import OUTCOMES, AgendaItem, Entry, EntryChange
from members.models import SignIn
from portal.core import audit, clock, context

NOTHING = -1  # the revision of who has nothing yet


@dataclass(frozen=True, slots=True)
class Step:
    """An item on its way from one revision to another."""

    sitting: UUID
    item: UUID
    before: int
    revision: int


@dataclass(frozen=True, slots=True)
class Change(Step):
    """A committed step, as the bytes that its followers get.

    ``outcome`` is what a guest gets: None where the step is none of theirs.
    """

    full: str
    outcome: str | None


def change_of(step: Step, entries: Iterable[Entry], now: datetime) -> Change:
    """The step as bytes, where it left ``entries`` behind."""
    ordered = sorted(entries, key=lambda entry: entry.revision)
    theirs = [entry for entry in ordered if entry.kind in OUTCOMES]
    full = [entry_view(entry, now) for entry in ordered]
    outcome = [entry_view(entry, now, writer=False) for entry in theirs]
    item, revision = step.item, step.revision
    return Change(
        step.sitting,
        item,
        step.before,
        revision,
        encode(changes("changes", item, revision, full)),
        encode(changes("changes", item, revision, outcome)) if outcome else None,
    )


def entry_view(entry: Entry, now: datetime, *, writer: bool = True) -> dict[str, Any]:
    """An entry on the wire. Of a deleted one nothing is left but its place."""
    if entry.deleted:
        return {"id": str(entry.id), "revision": entry.revision, "deleted": True}
    view = {
        "id": str(entry.id),
        "revision": entry.revision,
        "order": entry.order,
        "kind": str(entry.kind),
        "speaker": entry.speaker,
        "source": entry.source,
        "text": entry.text,
        "due_on": entry.due_on.isoformat() if entry.due_on else None,
        "changed_at": entry.changed_at.isoformat(),
    }
    until = entry.lease_until
    if writer and entry.writer is not None and until is not None and now < until:
        view["writer"] = {
            "id": str(entry.writer_id),
            "name": entry.writer.name,
            "seconds": int((until - now).total_seconds()) + 1,
        }
    return view


def since(known: Mapping[UUID, int]) -> list[Change]:
    """Of each item everything after its revision; none where nothing is new."""
    newer: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in rows.newer(known):
        newer[entry.item_id].append(entry)
    now = clock.now()
    return [
        change_of(
            Step(
                sitting=entries[0].item.sitting_id,
                item=item,
                before=known[item],
                revision=max(entry.revision for entry in entries),
            ),
            entries,
            now,
        )
        for item, entries in newer.items()
    ]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who begins to follow an item; the caller has asked the decision."""

    sign_in: UUID
    address: str
    wish: Follow
    outcome_only: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """The first frame of an item, and the revision it goes up to."""

    revision: int
    frame: str


@transaction.atomic
def open_items(visits: Sequence[Visit]) -> list[Opened]:
    """What each visitor lacks of their item.

    Somebody who comes back gets what is new since their revision, anybody else
    all there is; so does one whose revision lies before a restored database's.
    The audit events are durable when this returns, before the first byte.
    """
    reading = _Reading(visits)
    opened = [reading.open(visit) for visit in visits]
    audit.record_all([reading.event(visit) for visit in visits])
    return opened


class _Reading:
    """What many visitors find, read once."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self.now = clock.now()
        self.items = AgendaItem.objects.only("case_id", "revision").in_bulk(
            {v.wish.item for v in visits}
        )
        self.people: dict[UUID, UUID] = dict(
            SignIn.objects.filter(id__in={v.sign_in for v in visits}).values_list(
                "id", "person_id"
            )
        )
        self.displaced: dict[tuple[UUID, UUID], list[dict[str, str]]]
        self.displaced = defaultdict(list)
        for row in (
            EntryChange.objects.filter(
                entry__item__in=self.items, person__in=self.people.values()
            )
            .exclude(displaced_text="")
            .select_related("entry")
        ):
            self.displaced[row.entry.item_id, row.person_id].append(
                {"entry": str(row.entry_id), "text": row.displaced_text}
            )
        known: dict[UUID, int] = {}
        for visit in visits:
            item = visit.wish.item
            known[item] = min(known.get(item, self._known(visit)), self._known(visit))
        self.entries: dict[UUID, list[Entry]] = defaultdict(list)
        for entry in rows.newer(known):
            self.entries[entry.item_id].append(entry)
        self.frames: dict[tuple[UUID, int, bool], Opened] = {}

    def _known(self, visit: Visit) -> int:
        """The revision that the visitor has; NOTHING for who comes first."""
        came_back = 0 < visit.wish.revision <= self.items[visit.wish.item].revision
        return visit.wish.revision if came_back else NOTHING

    def open(self, visit: Visit) -> Opened:
        item, known = visit.wish.item, self._known(visit)
        own = self.displaced[item, self.people[visit.sign_in]]
        if own and known == NOTHING:
            return self._opened(item, known, own, outcome_only=visit.outcome_only)
        key = (item, known, visit.outcome_only)
        if key not in self.frames:
            self.frames[key] = self._opened(
                item, known, [], outcome_only=visit.outcome_only
            )
        return self.frames[key]

    def _opened(
        self, item: UUID, known: int, own: list[dict[str, str]], *, outcome_only: bool
    ) -> Opened:
        entries = [e for e in self.entries[item] if e.revision > known]
        newest = max([self.items[item].revision, *(e.revision for e in entries)])
        first = known == NOTHING
        views = [
            entry_view(entry, self.now, writer=not outcome_only)
            for entry in sorted(entries, key=lambda entry: entry.revision)
            if not (outcome_only and entry.kind not in OUTCOMES)
            and not (first and entry.deleted)
        ]
        message = changes("snapshot" if first else "changes", item, newest, views)
        if first:  # and what they wrote themselves and somebody else overtook
            message["displaced"] = own
        return Opened(newest, encode(message))

    def event(self, visit: Visit) -> audit.Act:
        item = self.items[visit.wish.item]
        return audit.Act(
            "minutes.follow",
            actor=self.people[visit.sign_in],
            origin=context.Origin(visit.address, str(visit.sign_in), "live"),
            subject=f"item:{item.id}",
            case=item.case_id,
            item=item.id,
        )
