"""事例の状況: where a case stands, and the one way in which that changes.

Before there is a plan the custodians move a case on by themselves. Everything that
concerns a plan rests on a meeting's item: its outcome comes through ``settle``.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after
from members.models import Case, Organization
from members.policies import case_facts
from members.services.cases import CUSTODIAN_ROLES
from portal.core import audit
from portal.core.errors import RefusedError

Status = Case.Status
# 受付からプラン案まで: these need no meeting.
PREPARING = (Status.INTAKE, Status.ASSESSMENT, Status.PLANNED)
ENDED = (Status.CLOSED, Status.HANDED_BACK, Status.MOVED)

_NEEDS = {
    Status.CONFIRMED: gettext_lazy("プラン策定時か再プラン策定時の議題を会議にかけ、"),
    Status.REPLANNING: gettext_lazy("プランの見直しを議題として会議にかけ、"),
    Status.SUSPENDED: gettext_lazy("支援中断の決定時の議題を会議にかけ、"),
    Status.CLOSED: gettext_lazy("支援終結の判断時の議題を会議にかけ、"),
    Status.AWAITING: gettext_lazy("プランを議題として会議にかけ、"),
}


@transaction.atomic
def take_step(*, actor: Actor, case: Case, status: Case.Status) -> Case:
    """Move a case on before its plan, or take up an ended one again.

    Raises RefusedError, with the item that is needed, for every other change.
    """
    case = _locked(case)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case))
    if case.status == status:
        return case
    _check_step(case, Status(status))
    return _write(actor, case, Status(status), closed_on=None)


def steps_of(status: Case.Status) -> list[Case.Status]:
    """The steps that need no meeting, from where the case stands."""
    if status in ENDED:
        return [Status.ASSESSMENT]
    return [step for step in PREPARING if status in PREPARING and step != status]


def _check_step(case: Case, status: Case.Status) -> None:
    if status == Status.HANDED_BACK:
        raise RefusedError(
            _("つなぎもどしは、つなぎ元と話した日とその内容を添えて登録してください。")
        )
    if status == Status.MOVED:
        raise RefusedError(_("転出は、転出先への通知を作ると登録されます。"))
    if status not in PREPARING:
        raise RefusedError(
            _("「%(status)s」にするには、%(need)sその議題の結果を登録してください。")
            % {"status": status.label, "need": _NEEDS[status]}
        )
    if case.status in ENDED and status != Status.ASSESSMENT:
        raise RefusedError(_("再開する事例は、アセスメント中から始めてください。"))
    if case.status not in (*PREPARING, *ENDED):
        raise RefusedError(
            _(
                "プランのある事例の状況は、会議の議題の結果で変わります。"
                "再プラン・終結・中断のどれかを議題にしてください。"
            )
        )


@transaction.atomic
def settle(
    *,
    actor: Actor,
    case: Case,
    status: Case.Status,
    lead_agency: Organization | None = None,
    closed_on: date | None = None,
) -> Case:
    """Write what a meeting, or the city after it, has brought about.

    The caller has asked CONVENE on the item, which only meetings knows.
    """
    case = _locked(case)
    if lead_agency is not None:
        case.lead_agency = lead_agency
    elif case.status == status:
        return case
    return _write(actor, case, status, closed_on=closed_on)


def _locked(case: Case) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("body")
    return rows.get(pk=case.pk)


def _write(
    actor: Actor, case: Case, status: Case.Status, *, closed_on: date | None
) -> Case:
    before, case.status, case.closed_on = case.status, status, closed_on
    case.save(update_fields=["status", "closed_on", "lead_agency"])
    audit.record(
        "members.case.status",
        actor=actor.id,
        subject=f"case:{case.id}",
        case=case.id,
        detail={"from": before, "to": str(status)},
    )
    return case


@transaction.atomic
def end_memberships(*, actor: Actor, case: Case, until: datetime) -> int:
    """Let nobody but the custodians read the case beyond ``until``; how many it ends.

    A selection that ends sooner stays as it is (R12, R14). The caller has asked
    whether the actor may.
    """
    rows = case.memberships.select_for_update(of=("self",)).filter(ending_after(until))
    ending = list(rows.exclude(role__in=CUSTODIAN_ROLES))
    for membership in ending:
        membership.ends_at = until
        membership.save(update_fields=["ends_at"])
        audit.record(
            "members.case.deselect",
            actor=actor.id,
            subject=f"person:{membership.person_id}",
            case=case.id,
        )
    return len(ending)
