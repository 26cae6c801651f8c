"""事例の進み具合: every case at its four timings, and one case's way so far."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from meetings import outcomes, rosters
from meetings.models import (
    AgendaItem,
    CarryUp,
    HandBack,
    Outcome,
    ResourceGap,
    Sitting,
)
from meetings.policies import item_facts
from meetings.selectors.outcomes import words_frozen
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Case, Organization
from members.policies import case_facts
from members.services import progress
from portal.core import clock
from portal.core.errors import HiddenError

PER_PAGE = 50
Status = Case.Status


class Show(StrEnum):
    """Which cases the board shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    WAITING = "waiting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Timing:
    """One of the four timings: when it was last settled, and the item in sight."""

    occasion: AgendaItem.Occasion
    last: Outcome | None
    item: AgendaItem | None

    @property
    def missing(self) -> bool:
        """Whether the meeting is over and nobody has entered what came of it."""
        return self.item is not None and self.item.sitting.state == Sitting.State.CLOSED


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One case on the board."""

    case: Case
    timings: list[Timing]
    monitoring_on: date | None
    overdue: bool
    waiting: Outcome | None
    may_hand_back: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The board of cases, one page of it."""

    page: Page[Case]
    rows: list[BoardRow]
    has_children: bool


def board_of(
    actor: Actor, *, show: Show, lead: Organization | None, number: str | None
) -> Board:
    """The cases that the actor keeps, overdue ones first, in a fixed number of queries.

    Raises HiddenError for anybody who keeps no cases.
    """
    bodies = members.convened_bodies(access_for(actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    today = clock.today()
    found = _filtered(_kept(actor), show, today)
    if lead is not None:
        found = found.filter(lead_agency=lead)
    page = Paginator(found, PER_PAGE).get_page(number)
    cases = list(page.object_list)
    past = list(_outcomes(actor).filter(case__in=cases))
    coming = list(_items_without_outcome(cases))
    access = access_for(
        actor,
        cases=[case.id for case in cases],
        items={o.item_id for o in past} | {item.id for item in coming},
    )
    shown = _by_case(o for o in past if _convenes(access, o.item))
    ahead = _by_case(item for item in coming if _convenes(access, item))
    rows = [
        _row(case, shown[case.id], ahead[case.id], today)
        for case in cases
        if access.allows(Action.CONVENE, case_facts(case))
    ]
    return Board(page, rows, members.have_children(bodies))


def _kept(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor keeps by office, with their next monitoring.

    The date that a later meeting has not replaced or settled stands. What the actor
    may not see of it is left out here as it is row by row.
    """
    dated = (
        _outcomes(actor)
        .filter(Q(monitoring_on__isnull=False) | ~Q(target=""), case=OuterRef("pk"))
        .order_by("-held_on", "-recorded_at")
    )
    return (
        rosters.cases_kept_by(actor)
        .annotate(monitoring_on=Subquery(dated.values("monitoring_on")[:1]))
        .select_related("body", "unit", "lead_agency", "referrer")
        .prefetch_related("household")
        .order_by(F("monitoring_on").asc(nulls_last=True), "number")
    )


def _filtered(cases: QuerySet[Case], show: Show, today: date) -> QuerySet[Case]:
    if show is Show.ENDED:
        return cases.filter(status__in=progress.ENDED)
    if show is Show.OVERDUE:
        return cases.filter(monitoring_on__lt=today)  # type: ignore[misc] # by _kept
    if show is Show.WAITING:
        return cases.filter(status=Status.AWAITING)
    return cases.exclude(status__in=progress.ENDED)


def _outcomes(actor: Actor) -> QuerySet[Outcome]:
    """Outcomes at the actor's own bodies, without items that the actor is kept from."""
    offices = rosters.offices_of(actor)
    return (
        Outcome.objects.filter(item__body__in=offices.values("body"))
        .exclude(item__in=rosters.recused_items(actor))
        .select_related("decision", "lead_agency", "item__sitting__body", "item__body")
        .prefetch_related("item__about")
    )


def _items_without_outcome(cases: Sequence[Case]) -> QuerySet[AgendaItem]:
    """At the four timings: coming ones, and past ones of which nothing was entered."""
    return (
        AgendaItem.objects.filter(
            case__in=cases, occasion__in=outcomes.TIMINGS, outcome=None
        )
        .exclude(sitting__state=Sitting.State.CANCELLED)
        .exclude(state=AgendaItem.State.CARRIED)
        .select_related("sitting__body", "body")
        .prefetch_related("about")
        .order_by("-sitting__starts_at")
    )


def _convenes(access: Access, item: AgendaItem) -> bool:
    return access.allows(Action.CONVENE, item_facts(item, access.actor.id))


Row = TypeVar("Row", Outcome, AgendaItem)


def _by_case(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if row.case_id is not None:
            grouped[row.case_id].append(row)
    return grouped


def _row(
    case: Case, past: Sequence[Outcome], ahead: Sequence[AgendaItem], today: date
) -> BoardRow:
    monitoring: date | None = case.monitoring_on  # type: ignore[attr-defined] # by _kept
    return BoardRow(
        case=case,
        timings=[_timing(occasion, past, ahead) for occasion in outcomes.TIMINGS],
        monitoring_on=monitoring,
        overdue=monitoring is not None and monitoring < today,
        waiting=_waiting(case, past),
        may_hand_back=case.status in progress.PREPARING,
    )


def _timing(
    occasion: AgendaItem.Occasion,
    past: Sequence[Outcome],
    ahead: Sequence[AgendaItem],
) -> Timing:
    last = next((o for o in past if o.item.occasion == occasion), None)
    item = next((i for i in ahead if i.occasion == occasion), None)
    if item is not None and last is not None and _day(item) < last.held_on:
        item = None  # what came later has made it idle
    return Timing(occasion, last, item)


def _day(item: AgendaItem) -> date:
    return clock.day_of(item.sitting.starts_at)


def _waiting(case: Case, past: Sequence[Outcome]) -> Outcome | None:
    if case.status != Status.AWAITING:
        return None
    last = next((o for o in past if o.target), None)
    return last if last is not None and last.needs_decision else None


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What a meeting resolved; its words may be ``frozen`` (R24)."""

    outcome: Outcome
    frozen: bool


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """One case's way: what its meetings resolved, and what is to be done now."""

    case: Case
    outcomes: list[OutcomeRow]
    items: list[AgendaItem]
    hand_backs: list[HandBack]
    gaps: list[ResourceGap]
    carried: list[CarryUp]
    waiting: Outcome | None
    steps: list[Case.Status]
    may_hand_back: bool


def progress_of(actor: Actor, case_id: UUID) -> CaseProgress:
    """The page of one case, for who keeps it; items one is kept from are not there."""
    case, access = members.readable_case(actor, case_id)
    access.require(Action.CONVENE, case_facts(case))
    past = list(_outcomes(actor).filter(case=case))
    ahead = list(_items_without_outcome([case]))
    gaps = list(
        ResourceGap.objects.filter(item__case=case)
        .select_related("item__body", "item__sitting__body")
        .prefetch_related("item__about")
    )
    carried = list(
        CarryUp.objects.filter(source__case=case)
        .select_related("body", "item__sitting", "item__outcome", "source__body")
        .prefetch_related("source__about")
    )
    access = access_for(
        actor,
        cases=[case.id],
        items={o.item_id for o in past}
        | {item.id for item in ahead}
        | {gap.item_id for gap in gaps if gap.item_id}
        | {up.source_id for up in carried if up.source_id},
    )
    shown = [o for o in past if _convenes(access, o.item)]
    return CaseProgress(
        case=case,
        outcomes=[OutcomeRow(o, words_frozen(access, o.item)) for o in shown],
        items=[item for item in ahead if _convenes(access, item)],
        hand_backs=list(case.hand_backs.select_related("organization", "entered_by")),
        gaps=[gap for gap in gaps if gap.item and _convenes(access, gap.item)],
        carried=[up for up in carried if up.source and _convenes(access, up.source)],
        waiting=_waiting(case, shown),
        steps=progress.steps_of(Status(case.status)),
        may_hand_back=case.status in progress.PREPARING,
    )
