"""かさねより前の会議録: which there are, of which cases, and who reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from meetings.importing.reading import key_of
from meetings.models import AgendaItem, OldRecord, Sitting
from meetings.policies import old_record_facts
from members.access import Access, Actor, access_for
from members.facts import Action, ObjectFacts
from members.models import Body, Case
from members.policies import case_facts
from portal.core import audit, clock, context


@dataclass(slots=True)
class KnownRecords:
    """The cases of a body that the actor keeps, with what is here of their meetings.

    ``frozen`` are those whose records do not open without consent (R24).
    """

    cases: dict[str, Case] = field(default_factory=dict)
    frozen: set[UUID] = field(default_factory=set)
    entered: set[tuple[UUID, date, str]] = field(default_factory=set)
    held: set[tuple[UUID, date]] = field(default_factory=set)

    def case(self, number: str) -> Case | None:
        """The case of that number; one that is hidden is like none."""
        return self.cases.get(key_of(number))


def known_records(actor: Actor, body: Body) -> KnownRecords:
    """In a number of queries that does not grow with the table."""
    known = KnownRecords()
    rows = Case.objects.filter(body=body).select_related("body")
    cases = list(rows.prefetch_related("household"))
    access = access_for(actor, cases=[case.id for case in cases], items=())
    for case in cases:
        if access.allows(Action.CONVENE, case_facts(case)):
            known.cases[key_of(case.number)] = case
            if not access.allows(Action.READ, _facts_of(case)):
                known.frozen.add(case.id)
    ids = [case.id for case in known.cases.values()]
    entered = OldRecord.objects.filter(case__in=ids)
    for case_id, day, title in entered.values_list("case", "held_on", "title"):
        known.entered.add((case_id, day, key_of(title)))
    items = AgendaItem.objects.filter(case__in=ids)
    items = items.exclude(sitting__state=Sitting.State.CANCELLED)
    for case_id, at in items.values_list("case", "sitting__starts_at"):
        known.held.add((case_id, clock.day_of(at)))
    return known


def _facts_of(case: Case) -> ObjectFacts:
    return old_record_facts(OldRecord(case=case, body=case.body))


def readable_records(access: Access, case: Case) -> list[OldRecord]:
    """Those of a case whose facts ``access`` knows that the actor reads."""
    rows = list(case.old_records.select_related("body", "entered_by"))
    for row in rows:
        row.case = case  # the one with its household
    return [row for row in rows if access.allows(Action.READ, old_record_facts(row))]


def records_of(actor: Actor, body: Body | None) -> Iterator[OldRecord]:
    """Those of a body's cases that the actor reads."""
    rows = OldRecord.objects.filter(case__body=body).select_related(
        "body", "case__body"
    )
    found = list(rows.prefetch_related("case__household"))
    access = access_for(actor, cases={row.case_id for row in found}, items=())
    return (row for row in found if access.allows(Action.READ, old_record_facts(row)))


@transaction.atomic
def note_reads(actor: Actor, read: Iterable[OldRecord]) -> None:
    """Put on record that their words were shown, durably (R38)."""
    audit.record_all(
        [
            audit.Act(
                "meetings.old_record.read",
                actor=actor.id,
                origin=context.origin(),
                subject=f"old_record:{record.id}",
                case=record.case_id,
            )
            for record in read
        ]
    )
