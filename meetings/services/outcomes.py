"""議題の結果と自治体の決定: the only way to a plan, an end or a pause of a case.

The meeting's approval and the city's decision are two events with two dates and two
actors. Who decides follows from the body's rules and from what the plan holds.
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import outcomes
from meetings.models import (
    AgendaItem,
    CarryUp,
    HandBack,
    Outcome,
    Sitting,
    SupportDecision,
)
from meetings.outcomes import Resolution
from meetings.policies import item_facts
from meetings.selectors.outcomes import (
    record_is_final,
    standing_of,
    waiting_outcome,
    words_frozen,
)
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Case, Organization
from members.policies import case_facts
from members.services import progress
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

Result, Status = Outcome.Result, Case.Status


@dataclass(frozen=True, slots=True)
class Decision:
    """支援決定: what the city decided, when, and by whom."""

    granted: bool
    decided_on: date
    decided_by: str
    note: str = ""


@transaction.atomic
def record_outcome(
    *, actor: Actor, item: AgendaItem, resolution: Resolution
) -> Outcome:
    """Record what the meeting resolved; until the record is final, record it anew.

    The case follows at once, or waits for the city. Words that rest on a consent
    which is gone stay as they are (R24). Raises RefusedError, with the item that is
    needed, for a result that belongs to another timing.
    """
    item, access = _locked_item(actor, item)
    _check_time(item)
    known = Outcome.objects.filter(item=item).first()
    standing = standing_of(item.case, known)
    _check_result(item, resolution, standing)
    _check_words(item, resolution)
    if words_frozen(access, item):
        resolution = replace(resolution, note=known.note if known else "")
    outcome = known or Outcome(item=item, case=item.case, recorded_at=clock.now())
    if item.case is not None and standing is not None:
        _lead(actor, item, outcome, resolution, standing)
    _write(actor, item, outcome, resolution)
    audit.record(
        "meetings.item.outcome",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
        detail={"result": str(resolution.result), "waits": outcome.needs_decision},
    )
    return outcome


def _locked_item(actor: Actor, item: AgendaItem) -> tuple[AgendaItem, Access]:
    """The item under its lock and that of its case, for one who may convene it."""
    rows = AgendaItem.objects.select_for_update(of=("self",))
    rows = rows.select_related("body", "sitting", "case").prefetch_related("about")
    found = rows.filter(pk=item.pk).first()
    if found is None:
        raise HiddenError
    cases = [found.case_id] if found.case_id else ()
    access = access_for(actor, cases=cases, items=[found.id])
    access.require(Action.CONVENE, item_facts(found, actor.id))
    if found.case_id:
        found.case = Case.objects.select_for_update().get(pk=found.case_id)
    return found, access


def _check_time(item: AgendaItem) -> None:
    sitting = item.sitting
    if sitting.state not in {Sitting.State.CONVENED, Sitting.State.CLOSED}:
        raise RefusedError(_("結果は、招集した会議の議題に登録してください。"))
    if sitting.starts_at > clock.now() and item.state == AgendaItem.State.PENDING:
        raise RefusedError(_("結果は、会議が始まってから登録してください。"))
    if Outcome.objects.filter(item=item).exists() and record_is_final(item):
        raise RefusedError(_("会議録が確定しているため、結果は変えられません。"))


def _check_result(
    item: AgendaItem, resolution: Resolution, standing: Case.Status | None
) -> None:
    if standing in progress.ENDED:
        raise RefusedError(
            _("この事例は終わっています。再開してから、議題にしてください。")
        )
    if resolution.result in outcomes.results_of(item.occasion, standing):
        return
    needed = outcomes.occasion_of(resolution.result)
    if item.case is None or needed is None:
        raise RefusedError(_("この議題では、その結果は選べません。"))
    raise RefusedError(
        _("「%(result)s」には、時期が「%(needed)s」の議題が要ります。")
        % {"result": resolution.result.label, "needed": needed.label}
    )


def _check_words(item: AgendaItem, resolution: Resolution) -> None:
    if resolution.result in outcomes.PLANS and resolution.monitoring_on is None:
        raise InvalidError(_("次のモニタリングの日を入力してください。"))
    if resolution.monitoring_on and resolution.monitoring_on <= _day(item):
        raise InvalidError(
            _("次のモニタリングは、この会議より後の日付にしてください。")
        )
    if resolution.result == Result.CLOSED and resolution.lead_agency is None:
        raise InvalidError(_("終結した後の主担当の機関を選んでください。"))


def _day(item: AgendaItem) -> date:
    return clock.day_of(item.sitting.starts_at)


def _check_order(case: Case, outcome: Outcome) -> None:
    """Only the last word on a case can be changed, and not under a decision."""
    if outcome.pk and SupportDecision.objects.filter(outcome=outcome).exists():
        raise RefusedError(
            _("自治体の決定が登録されているため、会議の結果は変えられません。")
        )
    later = case.outcomes.exclude(target="").exclude(pk=outcome.pk)
    led_to = Status.AWAITING if outcome.needs_decision else outcome.target
    if later.filter(held_on__gt=_day(outcome.item)).exists() or (
        outcome.target and case.status != led_to
    ):
        raise RefusedError(
            _(
                "この事例は、この会議の後に次の段階へ進んでいます。"
                "この議題の結果では、もう変えられません。"
            )
        )


def _lead(
    actor: Actor,
    item: AgendaItem,
    outcome: Outcome,
    resolution: Resolution,
    standing: Case.Status,
) -> None:
    """Let the case follow the outcome; a carried-up item leaves that to the child."""
    case = item.case
    if case is None or CarryUp.objects.filter(item=item).exists():
        return
    target = outcomes.status_after(resolution.result, standing)
    if target is not None or outcome.target:
        _check_order(case, outcome)
    undone, outcome.before = bool(outcome.target), standing
    outcome.target = target or ""
    rule = item.body.rules.outcome
    outcome.needs_decision = outcomes.city_decides(rule, resolution)
    status = Status.AWAITING if outcome.needs_decision else target
    if status is None:
        status = standing if undone else Status(case.status)
    progress.settle(
        actor=actor,
        case=case,
        status=status,
        lead_agency=resolution.lead_agency,
        closed_on=_day(item) if status == Status.CLOSED else None,
    )


def _write(
    actor: Actor, item: AgendaItem, outcome: Outcome, resolution: Resolution
) -> None:
    plan = resolution.result in outcomes.PLANS
    outcome.held_on, outcome.result = _day(item), resolution.result
    outcome.participation = plan and resolution.participation
    outcome.outreach = plan and resolution.outreach
    outcome.lead_agency = resolution.lead_agency
    outcome.monitoring_on, outcome.note = resolution.monitoring_on, resolution.note
    outcome.presided_by = item.sitting.presiding
    outcome.recorded_by = actor.person
    outcome.save()


@transaction.atomic
def enter_decision(
    *, actor: Actor, item: AgendaItem, decision: Decision
) -> SupportDecision:
    """Enter the city's decision on what the meeting resolved; the case follows it.

    Raises RefusedError unless this item's outcome is the one that waits.
    """
    item, _access = _locked_item(actor, item)
    waiting = waiting_outcome(item.case) if item.case else None
    if item.case is None or waiting is None or waiting.item_id != item.id:
        raise RefusedError(_("この議題の結果は、自治体の決定を待っていません。"))
    if not waiting.held_on <= decision.decided_on <= clock.today():
        raise InvalidError(_("決定日は、会議の日から今日までの日付にしてください。"))
    entered = SupportDecision.objects.create(
        outcome=waiting,
        granted=decision.granted,
        decided_on=decision.decided_on,
        decided_by=decision.decided_by,
        note=decision.note,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    status = Status(waiting.target if decision.granted else waiting.before)
    progress.settle(
        actor=actor,
        case=item.case,
        status=status,
        closed_on=decision.decided_on if status == Status.CLOSED else None,
    )
    audit.record(
        "meetings.item.decision",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
        detail={"granted": decision.granted},
    )
    return entered


@dataclass(frozen=True, slots=True)
class Return:
    """つなぎもどし as entered: to whom, what was talked about, and when."""

    organization: Organization
    talked_on: date
    talk: str
    handed_on: date


@transaction.atomic
def hand_back(*, actor: Actor, case: Case, back: Return) -> HandBack:
    """Return a case that needs no coordination to its referrer, after talk with it.

    Raises RefusedError once there is a plan: that ends by an item of its timing.
    """
    case = Case.objects.select_for_update().select_related("body").get(pk=case.pk)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case))
    if case.status not in progress.PREPARING:
        raise RefusedError(
            _(
                "つなぎもどしができるのは、プランが決まる前の事例です。"
                "プランのある事例は、支援終結の議題で終えてください。"
            )
        )
    if not back.talked_on <= back.handed_on <= clock.today():
        raise InvalidError(
            _("もどした日は、話した日から今日までの日付にしてください。")
        )
    row = HandBack.objects.create(
        case=case,
        organization=back.organization,
        talked_on=back.talked_on,
        talk=back.talk,
        handed_on=back.handed_on,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    progress.settle(actor=actor, case=case, status=Status.HANDED_BACK)
    audit.record(
        "meetings.case.hand_back",
        actor=actor.id,
        subject=f"case:{case.id}",
        case=case.id,
        detail={"organization": str(back.organization.id)},
    )
    return row
