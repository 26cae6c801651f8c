"""Reading live minutes: what followers get, in two views."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from meetings.live.protocol import changes, encode
from meetings.models import AgendaItem, Entry, EntryChange
from portal.core import audit, clock

OUTCOME = frozenset({Entry.Kind.DECISION, Entry.Kind.TASK})


@dataclass(frozen=True, slots=True)
class Change:
    """A committed step of one item, as the bytes that its followers get.

    ``outcome`` is what a guest gets: None where the step is none of theirs.
    """

    item: UUID
    before: int
    revision: int
    full: str
    outcome: str | None


def change_of(
    item: UUID, before: int, revision: int, entries: Iterable[Entry], now: datetime
) -> Change:
    """The step from ``before`` to ``revision`` that left ``entries`` as they are."""
    rows = sorted(entries, key=lambda entry: entry.revision)
    theirs = [entry for entry in rows if entry.kind in OUTCOME]
    full = [entry_view(entry, now) for entry in rows]
    outcome = [entry_view(entry, now, writer=False) for entry in theirs]
    return Change(
        item,
        before,
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


def since(item: UUID, revision: int) -> Change | None:
    """Everything after ``revision``; None where there is nothing new.

    A revision from before the database was restored counts as nothing known.
    """
    newest = AgendaItem.objects.values_list("revision", flat=True).get(id=item)
    if newest == revision:
        return None
    rows = list(
        Entry.objects.filter(item=item, revision__gt=revision).select_related("writer")
    )
    newest = max([newest, *(row.revision for row in rows)])
    return change_of(item, revision, newest, rows, clock.now())


def snapshot(item: AgendaItem, person: UUID, *, outcome_only: bool) -> dict[str, Any]:
    """All entries of an item as one person may see them, and its revision.

    Holds the person's own displaced texts too: what they wrote and somebody else
    overtook.
    """
    now = clock.now()
    newest = AgendaItem.objects.values_list("revision", flat=True).get(id=item.id)
    rows = Entry.objects.filter(item=item).select_related("writer")
    if outcome_only:
        rows = rows.filter(kind__in=OUTCOME)
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


def note_reading(item: AgendaItem, person: UUID) -> None:
    """The audit event of following an item, durable before its first byte."""
    audit.record(
        "minutes.follow",
        actor=person,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
    )
