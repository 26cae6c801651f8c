"""A sitting as its custodians see it, and as one member does (R5, R18)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from meetings import notices, preparation, rosters
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.readiness import Finding
from meetings.records import Step, next_steps
from members.access import Access, Actor, access_for
from members.facts import Action, Answer
from members.models import Seat
from portal.core import clock
from portal.core.errors import HiddenError, StepUpError

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


@dataclass(frozen=True, slots=True)
class Opened:
    """A sitting with the reader's access to it and to all of its items."""

    sitting: Sitting
    items: list[AgendaItem]
    access: Access
    invitation: Invitation | None

    @property
    def custodian(self) -> bool:
        """Whether the reader convenes this sitting; a stronger sign-in aside."""
        return self.access.offers(Action.CONVENE, sitting_facts(self.sitting, None))

    def require_custodian(self) -> None:
        """Answer anything but the right to convene with its error."""
        self.access.require(Action.CONVENE, sitting_facts(self.sitting, None))

    def require_chair(self) -> None:
        """Answer anything but the right to approve with its error."""
        self.access.require(Action.APPROVE, sitting_facts(self.sitting, None))

    def visible(self, action: Action) -> list[AgendaItem]:
        """The items for which ``action`` is allowed, in their order."""
        return [
            item
            for item in self.items
            if self.access.allows(action, item_facts(item, self.access.actor.id))
        ]


def open_sitting(actor: Actor, sitting_id: UUID) -> Opened:
    """The sitting, if the actor may at least see its neutral face."""
    sitting = _sittings().filter(id=sitting_id).first()
    if sitting is None:
        raise HiddenError
    items = list(sitting.items.all())
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    invitation = next(
        (i for i in sitting.invitations.all() if i.person_id == actor.id), None
    )
    seated = {seat.item for seat in access.facts.person.seats}
    bodies = {item.body_id for item in items if item.id in seated}
    answer = rosters.notice_answer(access, sitting, invitation, bodies)
    if answer is Answer.HIDDEN:
        raise HiddenError
    if answer is Answer.STEP_UP:
        raise StepUpError
    return Opened(sitting, items, access, invitation)


def convened_sitting(actor: Actor, sitting_id: UUID) -> Opened:
    """The sitting, if the actor convenes it."""
    opened = open_sitting(actor, sitting_id)
    opened.require_custodian()
    return opened


def convened_item(actor: Actor, item_id: UUID) -> tuple[AgendaItem, Access]:
    """One item, if the actor convenes it."""
    item = (
        AgendaItem.objects.select_related("sitting__body", "body", "case__unit")
        .prefetch_related("about")
        .filter(id=item_id)
        .first()
    )
    if item is None:
        raise HiddenError
    access = access_for(
        actor, cases=[item.case_id] if item.case_id else (), items=[item.id]
    )
    access.require(Action.CONVENE, item_facts(item, actor.id))
    return item, access


def convened_invitation(actor: Actor, invitation_id: UUID) -> Invitation:
    """One invitation, if the actor convenes its sitting and an item of the person."""
    invitation = (
        Invitation.objects.select_related("sitting__body", "person__organization")
        .filter(id=invitation_id)
        .first()
    )
    if invitation is None:
        raise HiddenError
    opened = convened_sitting(actor, invitation.sitting_id)
    people = rosters.people_in_sight(opened.access, opened.items)
    if invitation.person_id not in people[opened.sitting.id]:
        raise HiddenError
    return invitation


def _sittings() -> QuerySet[Sitting]:
    return Sitting.objects.select_related(
        "body__unit", "created_by", "approved_by"
    ).prefetch_related(
        Prefetch(
            "items",
            AgendaItem.objects.select_related("body", "case")
            .prefetch_related("about")
            .order_by("order"),
        ),
        "invitations",
    )


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
        invitation=_live(opened.invitation),
        items=own,
        missing=_first_step(missing),
        answerable=sitting.state == State.CONVENED and access.t < sitting.ends_at,
        enterable=bool(own) and _today(sitting, access.t),
        access=access,
    )


def _first_step(missing: set[Answer]) -> Answer | None:
    return next((a for a in (Answer.NEED_ACK, Answer.STEP_UP) if a in missing), None)


def _live(invitation: Invitation | None) -> Invitation | None:
    return invitation if invitation and invitation.withdrawn_at is None else None


def _today(sitting: Sitting, t: datetime) -> bool:
    """On its day the door of the room is shown."""
    day = sitting.starts_at.astimezone(clock.JST).date()
    return sitting.state == State.CONVENED and day == t.astimezone(clock.JST).date()


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
        invitation=_live(opened.invitation),
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
        enter=_today(sitting, access.t),
    )


def listed_sittings(actor: Actor) -> QuerySet[Sitting]:
    """The sittings of the bodies one convenes, and those one is asked to.

    What the query finds is decided row by row where it is shown.
    """
    bodies = actor.person.offices.filter(role__in=rosters.OFFICES).values("body")
    asked = Invitation.objects.filter(person=actor.person, withdrawn_at=None)
    return (
        Sitting.objects.filter(
            Q(body__in=bodies)
            | (
                Q(id__in=asked.values("sitting"))
                & ~Q(state__in=[State.DRAFT, State.SUBMITTED])
            )
        )
        .select_related("body__unit")
        .order_by("-starts_at", "id")
    )


@dataclass(frozen=True, slots=True)
class ListedSitting:
    """One line of a list; the body's name is for those who convene it."""

    sitting: Sitting
    serial: str
    custodian: bool
    invitation: Invitation | None
    today: bool


def lines(access: Access, sittings: Iterable[Sitting]) -> list[ListedSitting]:
    """The lines of ``sittings`` that the actor may see, in two queries more."""
    rows, actor = list(sittings), access.actor
    invitations = {
        i.sitting_id: i
        for i in Invitation.objects.filter(person=actor.person, sitting__in=rows)
    }
    seated = actor.person.seats.values("item_id")
    asked: dict[UUID, set[UUID]] = {}
    own = AgendaItem.objects.filter(sitting__in=rows, id__in=seated)
    for sitting, body in own.values_list("sitting", "body"):
        asked.setdefault(sitting, set()).add(body)
    found = []
    for row in rows:
        invitation = invitations.get(row.id)
        answer = rosters.notice_answer(
            access, row, invitation, asked.get(row.id, set())
        )
        if answer is Answer.HIDDEN:
            continue
        custodian = access.offers(Action.CONVENE, sitting_facts(row, None))
        serial = notices.serial_of(row.starts_at, row.number)
        found.append(
            ListedSitting(
                row, serial, custodian, _live(invitation), _today(row, access.t)
            )
        )
    return found
