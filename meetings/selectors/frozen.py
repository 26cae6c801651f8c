"""Records that rest on a consent which no longer covers them: closed (R24)."""

from uuid import UUID

from meetings import records
from meetings.records import Record
from members.access import Actor, access_for
from members.facts import Action
from portal.core.errors import HiddenError


def frozen_record(actor: Actor, item_id: UUID) -> Record:
    """The frozen record of an item, for its custodian with a fresh factor.

    HiddenError also where the record simply opens: that needs no reason.
    """
    record = records.load(item_id)
    cases = [record.item.case_id] if record.item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    thing = record.thing(actor.id)
    if access.offers(Action.READ, thing):
        raise HiddenError
    access.require(Action.OPEN_FROZEN, thing)
    return record
