"""A record opened for one of its acts; each opening is in the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from meetings import records
from meetings.models import AgendaItem, Correction, Entry, Minutes
from meetings.policies import item_facts, minutes_facts, reopened_facts
from meetings.records import Record
from members.access import Access, Actor, access_for
from members.facts import Action
from portal.core import audit, context
from portal.core.errors import HiddenError


def read_record(actor: Actor, item_id: UUID) -> tuple[Record, Access]:
    """The record, for who may read it now."""
    record, access = records.readable(actor, item_id)
    note_read(actor, record)
    return record, access


@dataclass(frozen=True, slots=True)
class Draft:
    """What the room wrote and nobody has sent round; ``writes``: the actor mends it."""

    outcomes: list[Entry]
    course: list[Entry]
    writes: bool


def draft_of(access: Access, item: AgendaItem) -> Draft:
    """The draft of an item's record, as far as the actor may read it over now."""
    begun, person = hasattr(item, "record"), access.actor.id
    minutes = item.record if begun else Minutes(item=item)
    if minutes.state != Minutes.State.WRITING:
        return Draft([], [], writes=False)
    writes = access.allows(Action.WRITE_MINUTES, item_facts(item, person))
    if not access.allows(Action.READ, minutes_facts(minutes, person, ())):
        return Draft([], [], writes)
    audit.record_read(
        "meetings.minutes.read",
        actor=person,
        subject=f"minutes:{minutes.id}" if begun else f"item:{item.id}",
        case=item.case_id,
        item=item.id,
    )
    entries = list(item.entries.filter(deleted=False))
    return Draft(
        outcomes=[entry for entry in entries if entry.is_outcome],
        course=[entry for entry in entries if not entry.is_outcome],
        writes=writes,
    )


def corrigible(actor: Actor, item_id: UUID, entry_id: UUID) -> tuple[Record, Entry]:
    """An entry of the draft, for who may ask for its correction."""
    record = _opened(actor, item_id, Action.REQUEST_CORRECTION)
    for entry in record.entries:
        if entry.id == entry_id:
            return record, entry
    raise HiddenError


def corrected(
    actor: Actor, item_id: UUID, correction_id: UUID
) -> tuple[Record, Correction]:
    """A request that waits for an answer, for who may give it."""
    record = _opened(actor, item_id, Action.RELEASE)
    entries = {entry.id: entry for entry in record.entries}
    for correction in record.minutes.corrections.all():
        if correction.id == correction_id and correction.entry_id in entries:
            correction.entry = entries[correction.entry_id]
            return record, correction
    raise HiddenError


def reopenable(actor: Actor, item_id: UUID) -> Record:
    """A confirmed record, for its custodian."""
    record, access = _loaded(actor, item_id)
    access.require(Action.RELEASE, reopened_facts(record.thing(actor.id)))
    if record.minutes.state != Minutes.State.FINAL:
        raise HiddenError
    return record


def _opened(actor: Actor, item_id: UUID, action: Action) -> Record:
    record, access = _loaded(actor, item_id)
    access.require(action, record.thing(actor.id))
    note_read(actor, record)
    return record


def _loaded(actor: Actor, item_id: UUID) -> tuple[Record, Access]:
    record = records.load(item_id)
    cases = [record.item.case_id] if record.item.case_id else []
    return record, access_for(actor, cases=cases, items=[item_id])


def note_read(actor: Actor, record: Record) -> None:
    """Put on record that the words of the record were shown."""
    note_reads(actor, [record])


@transaction.atomic
def note_reads(actor: Actor, read: Iterable[Record]) -> None:
    """Put on record that the words of several records were shown, durably (R38)."""
    audit.record_all(
        [
            audit.Act(
                "meetings.minutes.read",
                actor=actor.id,
                origin=context.origin(),
                subject=f"minutes:{record.minutes.id}",
                case=record.item.case_id,
                item=record.item.id,
                detail={"version": record.minutes.version},
            )
            for record in read
        ]
    )
