"""保存期間: which class, kept how much longer, frozen and let go again."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import (
    Disposal,
    FileKind,
    LegalHold,
    Lengthening,
    RecordsClass,
    RetentionRule,
)
from meetings.retention import FileKey, Keeping
from meetings.selectors.retention import keeping_for
from meetings.services import locking
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Case
from members.policies import rules_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError


@transaction.atomic
def add_class(*, actor: Actor, body: Body, name: str, years: int) -> RecordsClass:
    """Enter a class of the municipality's own; it is never changed afterwards."""
    access = access_for(actor, cases=(), items=())
    access.require(Action.SET_RULES, rules_facts(body))
    if RecordsClass.objects.filter(name=name).exists():
        raise InvalidError(_("同じ名前の区分があります。"))
    made = RecordsClass.objects.create(name=name, years=years)
    audit.record(
        "meetings.retention.class",
        actor=actor.id,
        subject=f"class:{made.id}",
        detail={"years": years},
    )
    return made


@transaction.atomic
def set_rule(
    *,
    actor: Actor,
    body: Body,
    kind: FileKind,
    records_class: RecordsClass,
    decided_by: str,
) -> RetentionRule:
    """Class the body's files that are complete from today on.

    What was complete before keeps its class (R34); the first rule reaches back.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.SET_RULES, rules_facts(body))
    rule, _created = RetentionRule.objects.update_or_create(
        body=body,
        kind=kind,
        starts_on=clock.today(),
        defaults={
            "records_class": records_class,
            "decided_by": decided_by,
            "entered_by": actor.person,
        },
    )
    audit.record(
        "meetings.retention.rule",
        actor=actor.id,
        subject=f"body:{body.id}",
        detail={"kind": str(kind), "class": records_class.id},
    )
    return rule


@dataclass(frozen=True, slots=True)
class Approval:
    """Until when a file is kept, why, and who approved it."""

    until: date
    reason: str
    approved_by: str
    approved_on: date


@transaction.atomic
def lengthen(*, actor: Actor, key: FileKey, approval: Approval) -> Lengthening:
    """Keep a file longer. It is never shortened: an earlier day is refused (R34)."""
    keeping = _locked(actor, key)
    ends = keeping.expires_on
    if ends is None:
        raise RefusedError(_("満了日のないファイルは、延長できません。"))
    if approval.until <= ends:
        raise InvalidError(
            _("いまの満了日より後の日にしてください。保存期間は短くできません。")
        )
    if approval.approved_on > clock.today():
        raise InvalidError(_("承認した日は、今日までの日付にしてください。"))
    made = Lengthening.objects.create(
        kind=key.kind,
        file_id=key.id,
        until=approval.until,
        reason=approval.reason,
        approved_by=approval.approved_by,
        approved_on=approval.approved_on,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    _call_off(keeping)
    locking.lock_file.enqueue(str(key.kind), str(key.id))
    _record("lengthen", actor, keeping, until=str(approval.until))
    return made


@transaction.atomic
def place_hold(*, actor: Actor, key: FileKey, reason: str) -> LegalHold:
    """Freeze a file for the law's sake: a disposal that was proposed is called off."""
    keeping = _locked(actor, key)
    hold = LegalHold.objects.create(
        kind=key.kind,
        file_id=key.id,
        reason=reason,
        placed_by=actor.person,
        placed_at=clock.now(),
    )
    _call_off(keeping)
    locking.lock_file.enqueue(str(key.kind), str(key.id))
    _record("hold", actor, keeping, hold=str(hold.id))
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor, key: FileKey, hold_id: UUID, reason: str) -> LegalHold:
    """End a hold; another person than the one who placed it (R32)."""
    keeping = _locked(actor, key)
    hold = next((each for each in keeping.live_holds if each.id == hold_id), None)
    if hold is None:
        raise HiddenError
    if hold.placed_by_id == actor.id:
        raise RefusedError(
            _("凍結した人は解除できません。もう一人の担当者が解除してください。")
        )
    hold.lift_reason, hold.lifted_by = reason, actor.person
    hold.lifted_at = clock.now()
    hold.save(update_fields=["lift_reason", "lifted_by", "lifted_at"])
    _record("lift", actor, keeping, hold=str(hold.id))
    return hold


def _locked(actor: Actor, key: FileKey) -> Keeping:
    """The file held still, and its disposal if one is proposed."""
    list(Disposal.objects.select_for_update().filter(file_id=key.id))
    list(Case.objects.select_for_update(of=("self",)).filter(id=key.id))
    keeping, _access = keeping_for(actor, key)
    return keeping


def _call_off(keeping: Keeping) -> None:
    """What was to be disposed of is not: it would have to be proposed anew."""
    if keeping.disposal is not None:
        keeping.disposal.delete()


def _record(what: str, actor: Actor, keeping: Keeping, **detail: str) -> None:
    file = keeping.file
    audit.record(
        f"meetings.retention.{what}",
        actor=actor.id,
        subject=f"{file.key.kind}:{file.key.id}",
        case=file.case.id if file.case else None,
        detail=detail,
    )
