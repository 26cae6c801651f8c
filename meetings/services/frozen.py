"""Opening a record that rests on a withdrawn consent, with a reason (R24)."""

from uuid import UUID

from django.utils.translation import gettext as _

from meetings.records import Record
from meetings.selectors.frozen import frozen_record
from members.access import Actor
from portal.core import audit
from portal.core.errors import InvalidError

MAX_REASON = 200


def open_frozen(*, actor: Actor, item_id: UUID, reason: str) -> Record:
    """The record, once the reason stands in the audit trail.

    Nothing is opened by it: each reading gives its reason anew. Raises InvalidError
    without one.
    """
    record = frozen_record(actor, item_id)
    require_reason(reason)
    note_opened(actor, record, reason)
    return record


def require_reason(reason: str) -> None:
    """Raise InvalidError unless it says why, in short."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidError(_("開く理由を、200字以内で入力してください。"))


def note_opened(actor: Actor, record: Record, reason: str) -> None:
    """Put on record that the words were shown, and why."""
    audit.record_read(
        "meetings.minutes.open_frozen",
        actor=actor.id,
        subject=f"minutes:{record.minutes.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"version": record.minutes.version, "reason": reason.strip()},
    )
