"""The agenda as its custodians see it, and as one member does (R5, R18)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from meetings import notices, preparation, rosters
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.readiness import Finding
from meetings.records import Step, next_steps
from meetings.selectors.sittings import Opened, is_today, live_invitation
from members.access import Access, Actor, access_for
from members.facts import Action, Answer
from members.models import Seat

State = Sitting.State
IN_PREPARATION = frozenset({State.DRAFT, State.SUBMITTED})


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One of the reader's own items, with its own start."""

    item: AgendaItem
    starts_at: datetime
    may_file: bool
    record: Step


@dataclass(frozen=True, slots=True)
class OwnSitting:
    """What a member sees: the neutral head, the own invitation, own items only.

    ``missing`` is the step before own items open: a pledge or a stronger sign-in.
    """

    sitting: Sitting
    serial: str
    invitation: Invitation | None
    items: list[OwnItem]
    missing: Answer | None
    answerable: bool
    enterable: bool
    access: Access


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One item on the custodian's agenda."""

    item: AgendaItem
    starts_at: datetime
    members: list[Seat]
    papers: int
    record: Step


@dataclass(frozen=True, slots=True)
class AgendaAbilities:
    """What the custodian's page offers."""

    change: bool
    arrange: bool
    choose: bool
    submit: bool
    take_back: bool
    approve: bool
    cancel: bool
    invite: bool
    enter: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The whole agenda, as far as the custodian may see it."""

    sitting: Sitting
    serial: str
    lines: list[AgendaLine]
    findings: list[Finding]
    answers: Counter[str]
    invitation: Invitation | None
    can: AgendaAbilities
    minutes: int

    @property
    def blocked(self) -> bool:
        """Whether something missing stops the approval."""
        return any(finding.blocks for finding in self.findings)


def own_view(opened: Opened) -> OwnSitting:
    """What a member sees of it. Nothing here depends on anybody else's items."""
    sitting, access = opened.sitting, opened.access
    seats = [s for s in access.facts.person.seats if s.span.holds(access.t)]
    seated = {seat.item for seat in seats}
    announced = sitting.state not in IN_PREPARATION
    starts = start_times(opened.items, sitting.starts_at)
    steps = next_steps(access, [i for i in opened.items if i.id in seated])
    own: list[OwnItem] = []
    missing: set[Answer] = set()
    for item in opened.items if announced else ():
        if item.id not in seated:
            continue
        thing = item_facts(item, access.actor.id)
        answer = access.answer(Action.READ, thing)
        if answer is Answer.ALLOW:
            may_file = access.offers(Action.UPLOAD, thing)
            own.append(OwnItem(item, starts[item.id], may_file, steps[item.id]))
        elif answer is not Answer.HIDDEN:
            missing.add(answer)
    return OwnSitting(
        sitting=sitting,
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        invitation=live_invitation(opened.invitation),
        items=own,
        missing=_first_step(missing),
        answerable=sitting.state == State.CONVENED and access.t < sitting.ends_at,
        enterable=bool(own) and is_today(sitting, access.t),
        access=access,
    )


def _first_step(missing: set[Answer]) -> Answer | None:
    return next((a for a in (Answer.NEED_ACK, Answer.STEP_UP) if a in missing), None)


def start_times(items: Sequence[AgendaItem], start: datetime) -> dict[UUID, datetime]:
    """When each item begins, if all keep their time."""
    starts: dict[UUID, datetime] = {}
    for item in items:
        starts[item.id] = start
        start += timedelta(minutes=item.minutes_allotted)
    return starts


def agenda_view(opened: Opened) -> Agenda:
    """The custodian's whole agenda."""
    opened.require_custodian()
    sitting = opened.sitting
    items = opened.visible(Action.CONVENE)
    starts = start_times(items, sitting.starts_at)
    seats = rosters.seats_of([item.id for item in items])
    papers, _taxed = preparation.papers_of(items)
    steps = next_steps(opened.access, items)
    lines = [
        AgendaLine(
            item,
            starts[item.id],
            [s for s in seats.get(item.id, []) if s.role not in rosters.OFFICES],
            papers[item.id],
            steps[item.id],
        )
        for item in items
    ]
    here = {seat.person_id for roster in seats.values() for seat in roster}
    live = [
        i
        for i in sitting.invitations.all()
        if i.withdrawn_at is None and i.person_id in here
    ]
    preparing = sitting.state in IN_PREPARATION
    return Agenda(
        sitting=sitting,
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        lines=lines,
        findings=preparation.findings(sitting, items) if preparing else [],
        answers=Counter(str(i.rsvp) for i in live),
        invitation=live_invitation(opened.invitation),
        can=_abilities(opened),
        minutes=sum(item.minutes_allotted for item in items),
    )


def _abilities(opened: Opened) -> AgendaAbilities:
    sitting, access = opened.sitting, opened.access
    draft = sitting.state == State.DRAFT
    submitted = sitting.state == State.SUBMITTED
    convened = sitting.state == State.CONVENED
    approves = access.offers(Action.APPROVE, sitting_facts(sitting, None))
    return AgendaAbilities(
        change=draft or convened,
        arrange=draft,
        choose=draft or convened,
        submit=draft,
        take_back=submitted,
        approve=submitted and approves,
        cancel=draft or submitted or convened,
        invite=convened,
        enter=is_today(sitting, access.t),
    )


def visible_items(actor: Actor, sitting: Sitting) -> list[AgendaItem]:
    """The sitting's items that the actor may convene, in their order."""
    items = list(sitting.items.select_related("body", "case").prefetch_related("about"))
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    return [i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))]
