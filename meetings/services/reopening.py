"""見直し: a confirmed record opened again, by its custodian and with a reason.

What was frozen stays as it is: its files stay with those who could read them, as the
version before. The record goes its round again and is confirmed anew (再確定).
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import records
from meetings.models import Minutes, RecordVersion
from meetings.policies import reopened_facts
from meetings.record_notices import Occasion
from meetings.records import Record
from meetings.services import record_mail
from meetings.services.records import keep_version
from members.access import Actor, access_for
from members.facts import Action
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

MAX_REASON = 400


@transaction.atomic
def reopen(*, actor: Actor, item_id: UUID, reason: str, due_on: date) -> Minutes:
    """Begin a new version of a confirmed record; those who attended are told.

    Raises RefusedError for a record that is not confirmed, InvalidError without a
    reason or for a day gone by.
    """
    record = _kept(actor, item_id)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidError(_("見直す理由を、400字以内で入力してください。"))
    if due_on < clock.today():
        raise InvalidError(_("確認期限は、今日以降の日付にしてください。"))
    minutes, now = record.minutes, clock.now()
    _put_aside(actor, record)
    minutes.state, minutes.version = Minutes.State.ROUND, minutes.version + 1
    minutes.circulated_at, minutes.circulated_by = now, actor.person
    minutes.due_on, minutes.reminded_at = due_on, None
    minutes.finalized_at = minutes.docx = minutes.pdf = None
    minutes.digest = ""
    minutes.save()
    keep_version(actor, record, RecordVersion.Why.REOPENED, reason.strip())
    audit.record(
        "meetings.minutes.reopen",
        actor=actor.id,
        subject=f"minutes:{minutes.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"version": minutes.version},
    )
    people = [*record_mail.attendees(record), *record.order]
    record_mail.tell(actor, record, people, Occasion.REOPENED)
    return minutes


def _kept(actor: Actor, item_id: UUID) -> Record:
    """The confirmed record, for who may send the draft that comes of it (R29)."""
    record = records.load(item_id, lock=True)
    cases = [record.item.case_id] if record.item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    access.require(Action.RELEASE, reopened_facts(record.thing(actor.id)))
    if record.minutes.state != Minutes.State.FINAL:
        raise RefusedError(_("確定した会議録だけ、見直しを始められます。"))
    return record


def _put_aside(actor: Actor, record: Record) -> None:
    """The frozen version with its files becomes 前の版."""
    minutes = record.minutes
    kept = minutes.versions.filter(version=minutes.version).first()
    if kept is None:
        kept = keep_version(actor, record, RecordVersion.Why.CIRCULATED)
    kept.finalized_at = minutes.finalized_at
    kept.docx, kept.pdf = minutes.docx, minutes.pdf
    kept.save(update_fields=["finalized_at", "docx", "pdf"])
