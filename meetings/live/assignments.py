"""Whose a task is: the row beside a task's entry, in the same commit."""

from collections.abc import Iterable
from uuid import UUID

from meetings import rosters
from meetings.live.protocol import SPEAKER_LIMIT
from meetings.models import TASKS, Entry, Task
from members.models import Organization, Person, Seat

Holder = tuple[Organization, Person | None]


class Assignments:
    """The tasks of a batch of entries: made, handed over and taken back with them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        known = [entry.id for entry in entries if entry.kind in TASKS]
        self.rows = Task.objects.in_bulk(known) if known else {}
        self.seats: dict[UUID, list[Seat]] = {}
        self.changed: set[UUID] = set()
        self.dropped: set[UUID] = set()

    def find(self, item: UUID, assignee: UUID) -> Holder | None:
        """Who on the item's roster has this id, as a person or an organization."""
        if item not in self.seats:
            self.seats[item] = list(rosters.seats_of([item])[item])
        for seat in self.seats[item]:
            person = seat.person
            if assignee == person.id:
                return person.organization, person
            if assignee == person.organization_id:
                return person.organization, None
        return None

    def give(self, entry: Entry, holder: Holder | None) -> None:
        """Hand a task to somebody of the roster; None: to whom its words name."""
        task = self._task(entry)
        task.organization, task.person = holder or (None, None)
        if holder is not None:
            names = [row.name for row in holder if row is not None]
            entry.speaker = " ".join(names)[:SPEAKER_LIMIT]

    def follow(self, entry: Entry) -> None:
        """Keep the row of a task as its entry is now."""
        if entry.kind in TASKS:
            self._task(entry)
        elif self.rows.pop(entry.id, None) is not None:
            self.changed.discard(entry.id)
            self.dropped.add(entry.id)

    def write(self) -> None:
        """All rows of the batch; their entries are written."""
        if self.dropped:
            Task.objects.filter(entry__in=self.dropped).delete()
        if self.changed:
            Task.objects.bulk_create(
                [self.rows[key] for key in self.changed],
                update_conflicts=True,
                unique_fields=["entry"],
                update_fields=["organization", "person"],
            )

    def _task(self, entry: Entry) -> Task:
        task = self.rows.setdefault(entry.id, Task(entry=entry))
        self.changed.add(entry.id)
        self.dropped.discard(entry.id)
        return task
