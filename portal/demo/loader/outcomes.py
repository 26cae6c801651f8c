"""What the past meetings resolved, what the city decided, what was found missing."""

from datetime import date, timedelta

from meetings.models import (
    AgendaItem,
    CarryUp,
    Outcome,
    ResourceGap,
    SupportDecision,
)
from meetings.outcomes import SETTLES, Resolution, city_decides, status_after
from members.models import Case, Organization
from portal.core import clock
from portal.demo.content.gaps import CARRIED, GAPS, Carried, Gap
from portal.demo.content.types import AgendaItem as ItemContent
from portal.demo.content.types import DemoContent, Plan
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows

Result, Status = Outcome.Result, Case.Status
# Talks without a plan on the table after which the plan in force is made anew.
REFERRED_BACK = frozenset({"single-4", "withdrawn-4"})
DECIDED_BY = "福祉事務所長"
ANSWERED_AFTER = timedelta(days=7)


def load(content: DemoContent, rows: Rows) -> None:
    """Outcomes in the order of the meetings, so that each rests on the one before."""
    plans = {plan.item: plan for case in content.cases for plan in case.plans}
    held = {sitting.key: sitting.held_on for sitting in content.sittings}
    standing: dict[str, Case.Status] = {}
    for entry in sorted(content.items, key=lambda item: held[item.sitting]):
        item = rows.items[entry.key]
        if item.state == AgendaItem.State.CLOSED and entry.kind == "deliberation":
            before = standing.get(entry.case or "", Status.PLANNED)
            outcome = _outcome(entry, item, held[entry.sitting], plans, before)
            if entry.case and outcome.target:
                standing[entry.case] = Status(outcome.target)
    gaps = {gap.key: _gap(gap, rows) for gap in GAPS}
    for carried in CARRIED:
        _carried(carried, gaps[carried.gap], rows)


def _outcome(
    entry: ItemContent,
    item: AgendaItem,
    day: date,
    plans: dict[str, Plan],
    before: Case.Status,
) -> Outcome:
    plan = plans.get(entry.key)
    services = plan.services if plan else ()
    resolution = Resolution(
        result=_result(entry),
        lead_agency=_lead(entry, item),
        monitoring_on=entry.monitoring_on,
        participation="参加支援" in services,
        outreach="アウトリーチ支援" in services,
    )
    target = status_after(resolution.result, before) if item.case else None
    rule = item.body.rules.outcome
    outcome = Outcome.objects.create(
        item=item,
        case=item.case,
        held_on=day,
        result=resolution.result,
        before=before if item.case else "",
        target=target or "",
        participation=resolution.participation,
        outreach=resolution.outreach,
        needs_decision=city_decides(rule, resolution),
        lead_agency=resolution.lead_agency,
        monitoring_on=resolution.monitoring_on,
        presided_by=item.sitting.presiding,
        recorded_by=item.sitting.created_by,
        recorded_at=item.closed_at or item.sitting.ends_at,
    )
    if plan and plan.decided_on:
        _decision(outcome, plan.decided_on)
    return outcome


def _lead(entry: ItemContent, item: AgendaItem) -> Organization | None:
    """Plans and closures name who leads."""
    named = entry.occasion in {"plan", "replan", "closure"}
    return item.case.lead_agency if item.case and named else None


def _result(entry: ItemContent) -> Outcome.Result:
    if entry.case is None:
        return Result.AGREED
    if entry.key in REFERRED_BACK:
        return Result.REFERRED_BACK
    settled = SETTLES.get(AgendaItem.Occasion(entry.occasion or "sharing"))
    return settled[0] if settled else Result.CONTINUED


def _decision(outcome: Outcome, day: date) -> None:
    SupportDecision.objects.create(
        outcome=outcome,
        granted=True,
        decided_on=day,
        decided_by=DECIDED_BY,
        entered_by=outcome.recorded_by,
        entered_at=clock.day_start(day) + timedelta(hours=10),
    )


def _gap(entry: Gap, rows: Rows) -> ResourceGap:
    item = rows.items[entry.item]
    raised = item.closed_at or item.sitting.ends_at
    return ResourceGap.objects.create(
        id=uid("gap", entry.key),
        body=item.body,
        item=item,
        general=entry.general,
        field=entry.field,
        words=entry.words,
        state=entry.state,
        followed=entry.followed,
        raised_by=item.sitting.created_by,
        raised_at=raised,
        changed_by=item.sitting.created_by if entry.followed else None,
        changed_at=raised + ANSWERED_AFTER if entry.followed else None,
    )


def _carried(entry: Carried, gap: ResourceGap, rows: Rows) -> None:
    item = rows.items[entry.item] if entry.item else None
    CarryUp.objects.create(
        id=uid("carried", entry.gap),
        body=rows.bodies["representatives"],
        child=gap.body,
        gap=gap,
        occasion=AgendaItem.Occasion.SHARING,
        title=entry.title,
        purpose=entry.purpose,
        item=item,
        carried_by=gap.raised_by,
        carried_at=gap.raised_at,
        answer=entry.answer,
        handed_down_by=item.sitting.created_by if item else None,
        handed_down_at=item.sitting.ends_at + ANSWERED_AFTER if item else None,
    )
