"""Reading live minutes: what followers get, in two views."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from meetings.live.protocol import Follow, changes, encode
from meetings.models import OUTCOMES, AgendaItem, Entry, EntryChange
from members.models import SignIn
from portal.core import audit, clock, context


@dataclass(frozen=True, slots=True)
class Change:
    """A committed step of one item, as the bytes that its followers get.

    ``outcome`` is what a guest gets: None where the step is none of theirs.
    """

    sitting: UUID
    item: UUID
    before: int
    revision: int
    full: str
    outcome: str | None


def change_of(
    item: AgendaItem, before: int, entries: Iterable[Entry], now: datetime
) -> Change:
    """The step from ``before`` to the item's revision that left ``entries``."""
    revision = item.revision
    rows = sorted(entries, key=lambda entry: entry.revision)
    theirs = [entry for entry in rows if entry.kind in OUTCOMES]
    full = [entry_view(entry, now) for entry in rows]
    outcome = [entry_view(entry, now, writer=False) for entry in theirs]
    return Change(
        item.sitting_id,
        item.id,
        before,
        revision,
        encode(changes("changes", item.id, revision, full)),
        encode(changes("changes", item.id, revision, outcome)) if outcome else None,
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


def since(item_id: UUID, revision: int) -> Change | None:
    """Everything after ``revision``; None where there is nothing new."""
    item = AgendaItem.objects.get(id=item_id)
    rows = list(
        Entry.objects.filter(item=item, revision__gt=revision).select_related("writer")
    )
    item.revision = max([item.revision, *(row.revision for row in rows)])
    if item.revision <= revision:
        return None
    return change_of(item, revision, rows, clock.now())


def snapshot(item: AgendaItem, person: UUID, *, outcome_only: bool) -> dict[str, Any]:
    """All entries of an item as one person may see them, and its revision.

    Holds the person's own displaced texts too: what they wrote and somebody else
    overtook.
    """
    now = clock.now()
    newest = AgendaItem.objects.values_list("revision", flat=True).get(id=item.id)
    rows = Entry.objects.filter(item=item).select_related("writer")
    if outcome_only:
        rows = rows.filter(kind__in=OUTCOMES)
    entries = list(rows)
    newest = max([newest, *(row.revision for row in entries)])
    views = [
        entry_view(entry, now, writer=not outcome_only)
        for entry in entries
        if not entry.deleted
    ]
    message = changes("snapshot", item.id, newest, views)
    message["displaced"] = [
        {"entry": str(row.entry_id), "text": row.displaced_text}
        for row in EntryChange.objects.filter(entry__item=item, person=person).exclude(
            displaced_text=""
        )
    ]
    return message


@dataclass(frozen=True, slots=True)
class Opened:
    """The first frame of an item, and the revision it goes up to."""

    revision: int
    frame: str


@transaction.atomic
def open_item(
    sign_in: UUID, address: str, wish: Follow, *, outcome_only: bool
) -> Opened:
    """What a follower lacks of an item. The caller has asked the decision.

    Somebody who comes back gets what is new since their revision, anybody else
    all there is; so does one whose revision lies before a restored database's.
    The audit event is durable when this returns, before the first byte.
    """
    item = AgendaItem.objects.get(id=wish.item)
    person = SignIn.objects.values_list("person_id", flat=True).get(id=sign_in)
    opened = _opened(item, person, wish, outcome_only=outcome_only)
    with context.acting_from(context.Origin(address, str(sign_in), "live")):
        audit.record(
            "minutes.follow",
            actor=person,
            subject=f"item:{item.id}",
            case=item.case_id,
            item=item.id,
        )
    return opened


def _opened(
    item: AgendaItem, person: UUID, wish: Follow, *, outcome_only: bool
) -> Opened:
    if not 0 < wish.revision <= item.revision:
        message = snapshot(item, person, outcome_only=outcome_only)
        return Opened(message["revision"], encode(message))
    step = since(item.id, wish.revision)
    frame = None if step is None else step.outcome if outcome_only else step.full
    revision = item.revision if step is None else step.revision
    return Opened(revision, frame or encode(changes("changes", item.id, revision, [])))
