"""A record opened for one of its acts; each opening is in the audit trail."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from meetings import records
from meetings.models import Correction, Entry, Minutes
from meetings.policies import reopened_facts
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
