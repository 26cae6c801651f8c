"""What a meeting may resolve at which timing, and where that leaves the case.

Pure: the four timings at which a meeting must be held, who settles what (the meeting,
or the city after it), and the status that follows.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Outcome
from members.models import Case, Charter, Organization
from portal.core import jp

Occasion, Result, Status = AgendaItem.Occasion, Outcome.Result, Case.Status

# The four timings at which a meeting is mandatory, in the order of a case's life.
TIMINGS = (Occasion.PLAN, Occasion.REPLAN, Occasion.CLOSURE, Occasion.SUSPENSION)
# What each timing settles, and the status that it leads to.
SETTLES = {
    Occasion.PLAN: (Result.CONFIRMED, Status.CONFIRMED),
    Occasion.REPLAN: (Result.REPLANNED, Status.CONFIRMED),
    Occasion.CLOSURE: (Result.CLOSED, Status.CLOSED),
    Occasion.SUSPENSION: (Result.SUSPENDED, Status.SUSPENDED),
}
PLANS = frozenset({Result.CONFIRMED, Result.REPLANNED})
# A plan has been in force: to look at it again is to plan anew.
_PLANNED_ONCE = frozenset({Status.CONFIRMED, Status.REPLANNING, Status.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the meeting resolved on one item, as it is entered."""

    result: Outcome.Result
    note: str = ""
    lead_agency: Organization | None = None
    monitoring_on: date | None = None
    participation: bool = False
    outreach: bool = False


def results_of(occasion: str, status: Case.Status | None) -> tuple[Outcome.Result, ...]:
    """The results that an item can have; ``status`` is None without a case."""
    if status is None:
        return Result.AGREED, Result.CONTINUED
    settled = SETTLES.get(Occasion(occasion))
    if settled is not None:
        return settled[0], Result.REFERRED_BACK, Result.CONTINUED
    if status in _PLANNED_ONCE:
        return Result.CONTINUED, Result.REFERRED_BACK
    return (Result.CONTINUED,)


def occasion_of(result: Outcome.Result) -> AgendaItem.Occasion | None:
    """The timing that alone settles such a result; None for any timing."""
    return next((o for o, (r, _status) in SETTLES.items() if r == result), None)


def status_after(result: Outcome.Result, before: Case.Status) -> Case.Status | None:
    """Where the result leads a case that stood at ``before``; None: it stays there."""
    if result == Result.REFERRED_BACK:
        return Status.REPLANNING if before in _PLANNED_ONCE else Status.PLANNED
    occasion = occasion_of(result)
    return SETTLES[occasion][1] if occasion else None


def city_decides(rule: str, resolution: Resolution) -> bool:
    """Whether the city's 支援決定 comes after the meeting.

    A body that only advises leaves every settlement to the city. Where the meeting
    decides, the city still decides on 参加支援 and アウトリーチ等 in a plan.
    """
    if occasion_of(resolution.result) is None:
        return False
    services = resolution.participation or resolution.outreach
    return rule == Charter.Outcome.ADVISES or (resolution.result in PLANS and services)


def resolution_of(outcome: Outcome) -> Resolution:
    """What was entered as an outcome."""
    return Resolution(
        result=Outcome.Result(outcome.result),
        note=outcome.note,
        lead_agency=outcome.lead_agency,
        monitoring_on=outcome.monitoring_on,
        participation=outcome.participation,
        outreach=outcome.outreach,
    )


def words_of(resolution: Resolution, rule: str) -> str:
    """What was resolved, as the minutes say it."""
    facts = [resolution.result.label]
    if resolution.result in PLANS and resolution.participation:
        facts.append(_("参加支援を含む"))
    if resolution.result in PLANS and resolution.outreach:
        facts.append(_("アウトリーチ等を含む"))
    if city_decides(rule, resolution):
        facts.append(_("支援決定を待つ"))
    if resolution.lead_agency is not None:
        facts.append(_("主担当は%(agency)s") % {"agency": resolution.lead_agency.name})
    if resolution.monitoring_on is not None:
        day = jp.era_words(resolution.monitoring_on)
        facts.append(_("次のモニタリングは%(day)s") % {"day": day})
    words = "".join(_("%(fact)s。") % {"fact": fact} for fact in facts)
    return f"{words}\n{resolution.note.strip()}".strip()
