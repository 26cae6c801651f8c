"""The agenda as its custodians see it, and as one member does (R5, R18)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meetings import agenda, notices, preparation, rosters
from meetings.agenda import Plan, Slot
from meetings.findings import Finding
from meetings.models import AgendaItem, FrameLine, Invitation, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.selectors.record_steps import Step, next_steps
from meetings.selectors.sittings import Opened, is_today, live_invitation
from members.access import Access, Actor, access_for
from members.facts import Action, Answer
from members.models import Charter, LegalGround, PledgeText, Seat
from members.selectors import pledges_in_force
from portal.core import clock
from portal.core.errors import HiddenError

State = Sitting.State
IN_PREPARATION = frozenset({State.DRAFT, State.SUBMITTED})


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One of the reader's own items; its number counts own items alone (R5).

    ``call_at`` is None for who is there already, and once the sitting is over.
    """

    number: int
    item: AgendaItem
    call_at: datetime | None
    may_file: bool
    record: Step


@dataclass(frozen=True, slots=True)
class OwnSitting:
    """What a member sees: the neutral head, the own invitation, own items only.

    ``missing`` is the step before own items open: a pledge or a stronger sign-in.
    The frame's lines stand ``before`` and ``after`` the items; ``basis`` says on which
    laws the own items rest, ``duty`` is what is read aloud of the duty of secrecy.
    """

    sitting: Sitting
    serial: str
    invitation: Invitation | None
    items: list[OwnItem]
    before: list[FrameLine]
    after: list[FrameLine]
    duty: list[PledgeText]
    basis: list[str]
    penalties: list[str]
    next_at: datetime | None
    missing: Answer | None
    answerable: bool
    enterable: bool
    access: Access

    @property
    def agenda_items(self) -> list[AgendaItem]:
        """The items that are shown."""
        return [own.item for own in self.items]


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One item on the custodian's agenda."""

    item: AgendaItem
    slot: Slot
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
    carry: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The whole agenda, as far as the custodian may see it."""

    sitting: Sitting
    serial: str
    plan: Plan
    duty: list[PledgeText]
    basis: list[str]
    penalties: list[str]
    next_at: datetime | None
    lines: list[AgendaLine]
    findings: list[Finding]
    answers: Counter[str]
    invitation: Invitation | None
    can: AgendaAbilities

    @property
    def one_record(self) -> bool:
        """Whether the day's records are to be had as one paper."""
        rules = self.sitting.body.rules_at(self.sitting.starts_at)
        whole = rules.record_unit == Charter.RecordUnit.SITTING
        return whole and any(line.record == Step.READ for line in self.lines)

    @property
    def agenda_items(self) -> list[AgendaItem]:
        """The items that are shown."""
        return [line.item for line in self.lines]

    @property
    def stamp(self) -> str:
        """Tells the arranging whether order and minutes are still those shown."""
        return agenda.stamp(self.agenda_items)


def own_view(opened: Opened, within: Collection[UUID] | None = None) -> OwnSitting:
    """What a member sees of it: of everybody else's items neither number nor time.

    ``within`` are the items that a custodian sees, who looks at it for the member.
    """
    sitting, access = opened.sitting, opened.access
    plan = _plan(sitting, opened.items)
    asked = _own_slots(opened, plan, within)
    readable = [
        (item, slot)
        for item, slot in asked
        if access.allows(Action.READ, item_facts(item, access.actor.id))
    ]
    steps = next_steps(access, [item for item, _slot in readable])
    grounds = _grounds(sitting, [item for item, _slot in readable])
    coming = sitting.state == State.CONVENED and access.t < sitting.ends_at
    calls = agenda.call_times([slot for _item, slot in readable], plan)
    items = [
        OwnItem(
            number=number,
            item=item,
            call_at=call if coming else None,
            may_file=access.offers(Action.UPLOAD, item_facts(item, access.actor.id)),
            record=steps[item.id],
        )
        for number, ((item, _slot), call) in enumerate(
            zip(readable, calls, strict=True), 1
        )
    ]
    return OwnSitting(
        sitting=sitting,
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        invitation=live_invitation(opened.invitation),
        items=items,
        before=[line for line, _slot in plan.before],
        after=[line for line, _slot in plan.after],
        duty=_duty(sitting, [item for item, _slot in readable]),
        basis=_basis(grounds),
        penalties=_penalties(grounds),
        next_at=next_sitting(opened) if items else None,
        missing=_first_step(
            {
                access.answer(Action.READ, item_facts(item, access.actor.id))
                for item, _slot in asked
            }
        ),
        answerable=coming,
        enterable=bool(items) and is_today(sitting, access.t),
        access=access,
    )


def _own_slots(
    opened: Opened, plan: Plan, within: Collection[UUID] | None = None
) -> list[tuple[AgendaItem, Slot]]:
    """The items to which the person is asked, once people have been called."""
    access = opened.access
    live = [s for s in access.facts.person.seats if s.span.holds(access.t)]
    seated = {seat.item for seat in live}
    announced = opened.sitting.state not in IN_PREPARATION
    mine = seated if within is None else seated & set(within)
    return [row for row in plan.items if announced and row[0].id in mine]


def require_own(opened: Opened, within: Collection[UUID] | None = None) -> OwnSitting:
    """As ``own_view``; where no item opens, the step before is asked for, or 404."""
    own = own_view(opened, within)
    if own.items:
        return own
    plan = _plan(opened.sitting, opened.items)
    for item, _slot in _own_slots(opened, plan, within):
        thing = item_facts(item, opened.access.actor.id)
        if opened.access.answer(Action.READ, thing) is not Answer.HIDDEN:
            opened.access.require(Action.READ, thing)
    raise HiddenError


def _plan(sitting: Sitting, items: list[AgendaItem]) -> Plan:
    frame = agenda.frame_of(sitting.body)
    return agenda.plan_of(frame, items, (sitting.starts_at, sitting.ends_at))


def _duty(sitting: Sitting, items: Iterable[AgendaItem]) -> list[PledgeText]:
    """What is read aloud on the day: the pledges in force for these items' laws."""
    return pledges_in_force({item.regime for item in items}, sitting.starts_at)


def _grounds(sitting: Sitting, items: Iterable[AgendaItem]) -> list[LegalGround]:
    """The laws of these items, in the words of the day."""
    grounds = LegalGround.objects.filter(code__in={item.ground for item in items})
    return [ground for ground in grounds if ground.span.holds(sitting.starts_at)]


def _basis(grounds: Iterable[LegalGround]) -> list[str]:
    """On what the meeting rests, as its notice says it; behind the gate (R39)."""
    return [ground.notice_words for ground in grounds if ground.notice_words]


def _penalties(grounds: Iterable[LegalGround]) -> list[str]:
    """What the laws lay on a leak."""
    return [
        f"{ground.article}: {ground.penalty_words}"
        for ground in grounds
        if ground.penalty_words
    ]


def next_sitting(opened: Opened) -> datetime | None:
    """When the body sits next, if the person may know of that sitting."""
    later = opened.sitting.body.sittings.exclude(state=State.CANCELLED)
    coming = later.filter(starts_at__gt=opened.sitting.starts_at).order_by("starts_at")
    found = coming.select_related("body").first()
    if found is None:
        return None
    asked = found.invitations.filter(person=opened.access.actor.id).first()
    answer = rosters.notice_answer(opened.access, found, asked, set())
    return found.starts_at if answer is Answer.ALLOW else None


def _first_step(missing: set[Answer]) -> Answer | None:
    return next((a for a in (Answer.NEED_ACK, Answer.STEP_UP) if a in missing), None)


def agenda_view(opened: Opened) -> Agenda:
    """The custodian's whole agenda."""
    opened.require_custodian()
    sitting = opened.sitting
    items = opened.visible(Action.CONVENE)
    plan = _plan(sitting, items)
    seats = rosters.seats_of([item.id for item in items])
    papers, _taxed = preparation.papers_of(items)
    steps = next_steps(opened.access, items)
    grounds = _grounds(sitting, items)
    lines = [
        AgendaLine(
            item,
            slot,
            [s for s in seats.get(item.id, []) if s.role not in rosters.OFFICES],
            papers[item.id],
            steps[item.id],
        )
        for item, slot in plan.items
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
        plan=plan,
        duty=_duty(sitting, items),
        basis=_basis(grounds),
        penalties=_penalties(grounds),
        next_at=next_sitting(opened),
        lines=lines,
        findings=preparation.findings(sitting, items) if preparing else [],
        answers=Counter(str(i.rsvp) for i in live),
        invitation=live_invitation(opened.invitation),
        can=_abilities(opened),
    )


def is_over(sitting: Sitting) -> bool:
    """Whether what is unfinished may go on to a later sitting."""
    if sitting.state == State.CONVENED:
        return sitting.starts_at <= clock.now()
    return sitting.state in {State.CLOSED, State.CANCELLED}


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
        carry=is_over(sitting),
    )


def visible_items(actor: Actor, sitting: Sitting) -> list[AgendaItem]:
    """The sitting's items that the actor may convene, in their order."""
    rows = sitting.items.select_related("body", "case")
    items = list(rows.prefetch_related("about", "body__charters"))
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    return [i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))]
