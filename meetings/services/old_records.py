"""かさねより前の会議録: entered as they were written elsewhere, and never changed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import OldRecord
from members.access import Actor, access_for
from members.facts import Action
from members.models import Case
from members.policies import case_facts
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRecordEntry:
    """What a record from before says; who confirmed it there, and when, as words."""

    held_on: date
    title: str
    sitting: str = ""
    attendees: str = ""
    decided: str = ""
    course: str = ""
    confirmed_on: date | None = None
    confirmed_by: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of its words, in a fixed order."""
        words = json.dumps(asdict(self), ensure_ascii=False, default=str)
        return hashlib.sha256(words.encode("utf-8")).hexdigest()


@transaction.atomic
def enter_old_record(*, actor: Actor, case: Case, entry: OldRecordEntry) -> OldRecord:
    """File it with its case. The custodians enter it; nobody gets anything by it.

    Raises InvalidError for one of a day to come or without words, RefusedError where
    the case has one of that day and title.
    """
    locked = Case.objects.select_for_update(of=("self",)).select_related("body")
    case = locked.get(pk=case.pk)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case))
    if entry.held_on > clock.today() or not (entry.decided or entry.course):
        raise InvalidError(_("開催日と、決定か経過を確かめてください。"))
    here = case.old_records.filter(held_on=entry.held_on, title=entry.title)
    if here.exists():
        raise RefusedError(_("この日のこの議題の会議録は、もうあります。"))
    made = OldRecord.objects.create(
        body=case.body,
        case=case,
        entered_by=actor.person,
        entered_at=access.t,
        digest=entry.digest,
        **asdict(entry),
    )
    audit.record(
        "meetings.old_record.enter",
        actor=actor.id,
        subject=f"old_record:{made.id}",
        case=case.id,
        detail={"digest": made.digest},
    )
    return made
