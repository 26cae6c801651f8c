"""The one writer of live minutes: operations in, committed revisions out.

``apply`` takes what many people did to many items and commits it in one
transaction. A refused operation never spoils the others. What it returns may be
shown: it is durable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from meetings.live import held, rows
from meetings.live.assignments import Assignments, Holder
from meetings.live.protocol import Act, Operation, Reason, ack, refused
from meetings.live.reading import Change, Step, change_of
from meetings.live.writers import Hand, Memory
from meetings.models import OUTCOMES, TASKS, Entry, EntryChange
from members.facts import Answer
from members.models import Person
from portal.core import audit, clock, context

LEASE = timedelta(seconds=15)
ORDER_STEP = 1 << 16
ENTRY_FIELDS = (
    "order",
    "kind",
    "speaker",
    "source",
    "text",
    "due_on",
    "deleted",
    "revision",
    "writer",
    "lease_until",
    "changed_at",
)
_REASON_OF = {
    Answer.HIDDEN: Reason.HIDDEN,
    Answer.NEED_ACK: Reason.NEED_ACK,
    Answer.STEP_UP: Reason.STEP_UP,
}


_memory = Memory()
_insert_entries = rows.Insert(Entry)
_update_entries = rows.Insert(Entry, update=ENTRY_FIELDS)
_insert_changes = rows.Insert(EntryChange)


@dataclass(frozen=True, slots=True)
class Submission:
    """An operation and the sign-in and address it came from."""

    sign_in: UUID
    address: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Committed:
    """The answer to each submission, in order, and what followers are to see."""

    answers: list[dict[str, Any]]
    changes: list[Change]


class Refusal(Exception):  # noqa: N818 – an answer, not an incident
    """One operation is not done; ``keep`` its text as a second version."""

    def __init__(self, reason: Reason, *, keep: bool = False) -> None:
        self.reason, self.keep = reason, keep
        super().__init__(reason)


def apply(submissions: Sequence[Submission]) -> Committed:
    """Commit a batch. Whatever the database refuses leaves nothing behind."""
    with transaction.atomic():
        batch = _Batch(submissions)
        answers = [batch.answer(submission) for submission in submissions]
        batch.write()
        transaction.on_commit(batch.keep)
    return Committed(answers, batch.shown())


@dataclass
class _Item:
    """An item of the batch, locked, with all its entries and what the batch did."""

    row: rows.Locked
    entries: dict[UUID, Entry]
    revision: int
    touched: dict[UUID, Entry] = field(default_factory=dict)


class _Batch:
    def __init__(self, submissions: Sequence[Submission]) -> None:
        operations = [s.operation for s in submissions]
        locked = rows.lock({o.item for o in operations})
        stamp, repeated = rows.standing({o.id for o in operations})
        self.items = {
            row.id: _Item(row, held.take(row.id, row.revision), row.revision)
            for row in locked
        }
        self.now = clock.now()
        self.writers = _memory.writers(
            {(s.sign_in, s.operation.item) for s in submissions},
            stamp,
        )
        self.known: dict[UUID, EntryChange] = {}
        if repeated:
            self.known = EntryChange.objects.in_bulk([o.id for o in operations])
        made = [o.entry for o in operations if o.act is Act.CREATE]
        self.used = set(Entry.objects.in_bulk(made)) if made else set()
        self.tasks = Assignments(
            [
                entry
                for o in operations
                if o.item in self.items
                and (entry := self.items[o.item].entries.get(o.entry))
            ]
        )
        self.new: list[Entry] = []
        self.done: list[EntryChange] = []
        self.hands: set[Hand] = set()

    def answer(self, submission: Submission) -> dict[str, Any]:
        """Do one operation in memory; say what became of it."""
        operation = submission.operation
        try:
            person = self._writer(submission)
            known = self.known.get(operation.id)
            if known is not None:
                return _again(known, operation, person)
            entry = self._do(operation, person)
        except Refusal as refusal:
            kept = refusal.keep and self._keep(operation, person)
            return refused(refusal.reason, str(operation.id), kept=kept)
        self._note(operation, entry, person)
        self.hands.add((operation.item, submission.sign_in, submission.address))
        return ack(operation, entry.revision)

    def _writer(self, submission: Submission) -> Person:
        writer = self.writers[submission.sign_in, submission.operation.item]
        if writer.answer is not Answer.ALLOW or writer.person is None:
            raise Refusal(_REASON_OF[writer.answer])
        if writer.record_closed:
            raise Refusal(Reason.RECORD_CLOSED)
        return writer.person

    def _do(self, operation: Operation, person: Person) -> Entry:
        item = self.items[operation.item]
        entry = item.entries.get(operation.entry)
        if entry is None and operation.entry in self.used:  # another item's
            raise Refusal(Reason.HIDDEN)
        if operation.act is Act.CREATE:
            if entry is not None:
                raise Refusal(Reason.REPEATED_ID)
            entry = self._create(operation, person)
        elif entry is None:
            raise Refusal(Reason.HIDDEN)
        else:
            _ACTS[operation.act](self, entry, operation, person)
        item.revision += 1
        entry.revision, entry.changed_at = item.revision, self.now
        item.touched[entry.id] = entry
        self.tasks.follow(entry)
        return entry

    def _create(self, operation: Operation, person: Person) -> Entry:
        if "kind" not in operation.fields:
            raise Refusal(Reason.BAD_FIELD)
        entry = Entry(
            id=operation.entry,
            item_id=operation.item,
            order=self._place(operation),
            created_by=person,
            created_at=self.now,
        )
        self._fill(entry, operation.fields)
        self.take(entry, operation, person)
        self.items[operation.item].entries[entry.id] = entry
        self.used.add(entry.id)
        self.new.append(entry)
        return entry

    def change(self, entry: Entry, operation: Operation, person: Person) -> None:
        self._need_pen(entry, operation, person)
        kind = operation.fields.get("kind", entry.kind)
        if (kind in OUTCOMES) != (entry.kind in OUTCOMES):
            raise Refusal(Reason.PANE)
        self._fill(entry, operation.fields)
        self.take(entry, operation, person)

    def _fill(self, entry: Entry, fields: Mapping[str, Any]) -> None:
        holder = self._holder(entry, fields)  # may refuse: nothing is changed yet
        for name in ("kind", "speaker", "source", "text", "due_on"):
            if name in fields:
                setattr(entry, name, fields[name])
        if "assignee" in fields:
            self.tasks.give(entry, holder)

    def _holder(self, entry: Entry, fields: Mapping[str, Any]) -> Holder | None:
        """Whose the task becomes: somebody of the item's roster, or nobody by id."""
        if "assignee" not in fields:
            return None
        if fields.get("kind", entry.kind) not in TASKS:
            raise Refusal(Reason.BAD_FIELD)
        if fields["assignee"] is None:
            return None
        holder = self.tasks.find(entry.item_id, fields["assignee"])
        if holder is None:
            raise Refusal(Reason.BAD_FIELD)
        return holder

    def delete(self, entry: Entry, operation: Operation, person: Person) -> None:
        self._need_pen(entry, operation, person)
        entry.deleted, entry.writer, entry.lease_until = True, None, None

    def restore(self, entry: Entry, operation: Operation, person: Person) -> None:
        if entry.deleted:
            entry.deleted = False
            self.take(entry, operation, person)

    def move(self, entry: Entry, operation: Operation, person: Person) -> None:
        self._need_pen(entry, operation, person)
        entry.order = self._place(operation)

    def take(self, entry: Entry, operation: Operation, person: Person) -> None:
        """Hand the pen over. Whoever may write may take it at once."""
        if entry.deleted:
            raise Refusal(Reason.DELETED)
        entry.writer, entry.lease_until = person, self.now + LEASE

    def release(self, entry: Entry, operation: Operation, person: Person) -> None:
        if entry.writer_id != person.id:
            raise Refusal(Reason.LEASE)
        entry.writer, entry.lease_until = None, None

    def _need_pen(self, entry: Entry, operation: Operation, person: Person) -> None:
        if entry.deleted:
            raise Refusal(Reason.DELETED, keep=True)
        if _held_by_other(entry, person, self.now):
            raise Refusal(Reason.LEASE, keep=True)
        if operation.base != entry.revision:
            raise Refusal(Reason.STALE, keep=True)

    def _place(self, operation: Operation) -> int:
        """The order number after the entry named in ``after``, or at the end."""
        orders = self._orders(operation)
        after = operation.fields.get("after")
        if after is None:
            return (orders[-1][0] if orders else 0) + ORDER_STEP
        places = [i for i, (_, entry) in enumerate(orders) if entry == after]
        if not places:
            raise Refusal(Reason.BAD_FIELD)
        low = orders[places[0]][0]
        following = orders[places[0] + 1 :]
        if not following:
            return low + ORDER_STEP
        if following[0][0] - low > 1:
            return (low + following[0][0]) // 2
        self._spread(operation, [entry for _, entry in orders])
        return self._place(operation)

    def _orders(self, operation: Operation) -> list[tuple[int, UUID]]:
        """Order numbers and ids of the item's other entries, this batch's included."""
        entries = self.items[operation.item].entries.values()
        return sorted((e.order, e.id) for e in entries if e.id != operation.entry)

    def _spread(self, operation: Operation, ids: list[UUID]) -> None:
        """Make room between entries that stand number to number."""
        item = self.items[operation.item]
        item.revision += 1
        for place, key in enumerate(ids, start=1):
            entry = item.entries[key]
            entry.order, entry.revision = place * ORDER_STEP, item.revision
            item.touched[key] = entry

    def _keep(self, operation: Operation, person: Person) -> bool:
        text = operation.fields.get("text", "")
        if text:
            entry = self.items[operation.item].entries[operation.entry]
            self._note(operation, entry, person, displaced=text)
        return bool(text)

    def _note(
        self, operation: Operation, entry: Entry, person: Person, displaced: str = ""
    ) -> None:
        change = EntryChange(
            operation=operation.id,
            entry=entry,
            revision=entry.revision,
            person=person,
            at=self.now,
            displaced_text=displaced,
        )
        self.known[operation.id] = change
        self.done.append(change)

    def write(self) -> None:
        """All rows of the batch, the audit events last."""
        touched = [e for item in self.items.values() for e in item.touched.values()]
        new = {entry.id for entry in self.new}
        _insert_entries(self.new)
        _update_entries([entry for entry in touched if entry.id not in new])
        self.tasks.write()
        _insert_changes(self.done)
        rows.raise_revisions(
            {key: item.revision for key, item in self.items.items() if item.touched}
        )
        self.hands -= _memory.writing(self.now)
        if self.hands:
            audit.record_all([self._event(*hand) for hand in sorted(self.hands)])

    def _event(self, item: UUID, sign_in: UUID, address: str) -> audit.Act:
        person = self.writers[sign_in, item].person
        return audit.Act(
            "minutes.write",
            actor=person.id if person else None,
            origin=context.Origin(address, str(sign_in), "live"),
            subject=f"item:{item}",
            case=self.items[item].row.case,
            item=item,
        )

    def keep(self) -> None:
        """It is durable: remember it for the next batch."""
        _memory.wrote(self.hands, self.now)
        for key, item in self.items.items():
            held.keep(key, item.revision, item.entries)

    def shown(self) -> list[Change]:
        """What the followers of each item are to see."""
        return [
            change_of(
                Step(item.row.sitting, key, item.row.revision, item.revision),
                item.touched.values(),
                self.now,
            )
            for key, item in self.items.items()
            if item.touched
        ]


_ACTS = {
    Act.CHANGE: _Batch.change,
    Act.DELETE: _Batch.delete,
    Act.RESTORE: _Batch.restore,
    Act.MOVE: _Batch.move,
    Act.TAKE: _Batch.take,
    Act.RELEASE: _Batch.release,
}


def _again(known: EntryChange, operation: Operation, person: Person) -> dict[str, Any]:
    """The answer of the first time, to the same person about the same entry."""
    if (known.person_id, known.entry_id) != (person.id, operation.entry):
        raise Refusal(Reason.REPEATED_ID)
    if known.displaced_text:
        return refused(Reason.STALE, str(operation.id), kept=True)
    return ack(operation, known.revision)


def _held_by_other(entry: Entry, person: Person, now: datetime) -> bool:
    return (
        entry.writer_id not in {None, person.id}
        and entry.lease_until is not None
        and now < entry.lease_until
    )
