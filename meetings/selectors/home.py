"""What waits for one person now: the home of chair, secretariat and member."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from documents.models import Link, PaperVersion
from documents.models.links import MAX_WRONG_CODES
from documents.policies import version_facts
from meetings import preparation, rosters
from meetings.models import (
    AgendaItem,
    Correction,
    Invitation,
    Minutes,
    Presence,
    Sitting,
)
from meetings.policies import item_facts, minutes_facts, sitting_facts
from meetings.readiness import Finding
from meetings.selectors.sittings import ListedSitting, lines, listed_sittings
from members.access import Actor, access_for
from members.facts import Action, Regime, Role, State
from members.models import Body
from members.services import duty
from portal.core import clock

UPCOMING = 6
LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Preparing:
    """The next sitting that is not convened yet, and what it lacks."""

    sitting: Sitting
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A convened sitting with people who have not answered, or were not told."""

    sitting: Sitting
    waiting: int
    untold: int


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A draft record in its round, with the requests nobody has answered."""

    minutes: Minutes
    late: bool
    open_corrections: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for those who convene."""

    approvals: list[Sitting]
    preparing: Preparing | None
    unanswered: list[Unanswered]
    held: list[PaperVersion]
    locked: list[tuple[Link, Sitting]]
    rounds: list[RoundRow]

    @property
    def waits(self) -> bool:
        """Whether anything beside the next agenda is to be done."""
        lists = (self.approvals, self.unanswered, self.held, self.locked, self.rounds)
        return any(lists)


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one person; ``desk`` is for those who convene."""

    upcoming: list[ListedSitting]
    to_answer: list[ListedSitting]
    pledge_due: bool
    confirmations: list[RoundRow]
    desk: Desk | None
    today: date

    @property
    def waits(self) -> bool:
        """Whether anything is asked of this person now."""
        asked = self.pledge_due or self.to_answer or self.confirmations
        return bool(asked) or (self.desk is not None and self.desk.waits)


def home_of(actor: Actor) -> Home:
    """Everything on the home page, in a number of queries that does not grow."""
    today = clock.today()
    coming = listed_sittings(actor).filter(
        # Today's stay in sight until they are closed, also when they run over.
        ends_at__gt=clock.day_start(today),
        state__in=[
            Sitting.State.DRAFT,
            Sitting.State.SUBMITTED,
            Sitting.State.CONVENED,
        ],
    )
    upcoming = lines(actor, coming.order_by("starts_at", "id")[:LOOKED_AT])
    rounds = _rounds(actor)
    return Home(
        upcoming=upcoming[:UPCOMING],
        to_answer=[line for line in upcoming if _waits_for_answer(line)],
        pledge_due=_pledge_due(actor),
        confirmations=[row for row in rounds if row.mine],
        desk=_desk(actor, [line.sitting for line in upcoming if line.custodian], rounds)
        if _convenes(actor)
        else None,
        today=today,
    )


def _waits_for_answer(line: ListedSitting) -> bool:
    return (
        line.invitation is not None
        and line.sitting.state == Sitting.State.CONVENED
        and line.sitting.ends_at > clock.now()
        and line.invitation.rsvp == Invitation.Rsvp.WAITING
    )


def _convenes(actor: Actor) -> bool:
    offices = actor.person.offices.filter(rosters.live(), role__in=rosters.OFFICES)
    return offices.exists()


def _pledge_due(actor: Actor) -> bool:
    bodies = Body.objects.filter(
        Q(commissions__person=actor.person)
        | Q(commissions__organization=actor.person.organization_id),
        rosters.live("commissions__"),
    )
    regimes = {Regime(regime) for regime in bodies.values_list("regime", flat=True)}
    return bool(duty.pledges_due(actor.person, regimes, clock.now()))


def _rounds(actor: Actor) -> list[RoundRow]:
    """The records in their round that the actor may read, oldest date first."""
    seats = actor.person.seats.filter(rosters.live()).values("item_id")
    rows = list(
        Minutes.objects.filter(state=Minutes.State.ROUND, item__in=seats)
        .select_related("item__sitting__body", "item__body", "item__case")
        .prefetch_related("item__about", "confirmations")
        .annotate(
            open_corrections=Count(
                "corrections", Q(corrections__state=Correction.State.OPEN)
            )
        )
        .order_by("due_on", "id")[:LOOKED_AT]
    )
    items = [row.item for row in rows]
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    presences = list(Presence.objects.filter(person=actor.person, item__in=items))
    today = clock.today()
    found = []
    for row in rows:
        thing = minutes_facts(row, actor.id, presences)
        if not access.offers(Action.READ, thing):
            continue
        confirmed = {
            c.person_id for c in row.confirmations.all() if c.version == row.version
        }
        signs = access.offers(Action.CONFIRM_MINUTES, thing)
        found.append(
            RoundRow(
                row,
                late=row.due_on is not None and row.due_on < today,
                open_corrections=row.open_corrections,
                mine=signs and actor.id not in confirmed,
            )
        )
    return found


def _desk(
    actor: Actor, sittings: Sequence[Sitting], rounds: Sequence[RoundRow]
) -> Desk:
    access = access_for(actor, cases=(), items=())
    drafts = [s for s in sittings if s.state == Sitting.State.DRAFT]
    convened = [s for s in sittings if s.state == Sitting.State.CONVENED]
    people = _in_sight(actor, convened)
    return Desk(
        approvals=[
            s
            for s in sittings
            if s.state == Sitting.State.SUBMITTED
            and access.offers(Action.APPROVE, sitting_facts(s, None))
        ],
        preparing=_preparing(actor, drafts[0]) if drafts else None,
        unanswered=_unanswered([s for s in convened if s.ends_at > access.t], people),
        held=_held(actor),
        locked=_locked(convened, people),
        rounds=[
            row for row in rounds if (row.late or row.open_corrections) and not row.mine
        ],
    )


def _in_sight(actor: Actor, sittings: Sequence[Sitting]) -> Mapping[UUID, set[UUID]]:
    rows = AgendaItem.objects.filter(sitting__in=sittings).select_related("body")
    items = list(rows.prefetch_related("about"))
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    return rosters.people_in_sight(access, items)


def _preparing(actor: Actor, sitting: Sitting) -> Preparing:
    items = list(sitting.items.select_related("body", "case").prefetch_related("about"))
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    visible = [
        i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))
    ]
    return Preparing(sitting, preparation.findings(sitting, visible))


def _unanswered(
    sittings: Sequence[Sitting], people: Mapping[UUID, set[UUID]]
) -> list[Unanswered]:
    rows = Invitation.objects.filter(sitting__in=sittings, withdrawn_at=None)
    waiting: Counter[UUID] = Counter()
    untold: Counter[UUID] = Counter()
    for sitting, person, rsvp, notified, email in rows.values_list(
        "sitting_id", "person_id", "rsvp", "notified_at", "person__email"
    ):
        if person not in people[sitting]:
            continue
        waiting[sitting] += rsvp == Invitation.Rsvp.WAITING and notified is not None
        untold[sitting] += notified is None and not email
    return [
        Unanswered(s, waiting[s.id], untold[s.id])
        for s in sittings
        if waiting[s.id] or untold[s.id]
    ]


def _held(actor: Actor) -> list[PaperVersion]:
    offices = actor.person.offices.filter(rosters.live(), role=Role.SECRETARIAT)
    rows = list(
        PaperVersion.objects.filter(
            state=State.HELD, paper__body__in=offices.values("body")
        )
        .select_related("paper__body", "paper__case", "uploaded_by__organization")
        .prefetch_related("paper__about", "paper__readers")
        .order_by("uploaded_at")[:LOOKED_AT]
    )
    cases = {row.paper.case_id for row in rows if row.paper.case_id}
    access = access_for(actor, cases=cases, items={row.paper.item_id for row in rows})
    return [
        row
        for row in rows
        if access.offers(Action.READ, version_facts(row, (), actor.id, access.t))
    ]


def _locked(
    sittings: Sequence[Sitting], people: Mapping[UUID, set[UUID]]
) -> list[tuple[Link, Sitting]]:
    by_id = {sitting.id: sitting for sitting in sittings}
    rows = Link.objects.filter(
        rosters.live(), sitting_id__in=by_id, wrong_count__gte=MAX_WRONG_CODES
    )
    return [
        (link, by_id[link.sitting_id])
        for link in rows.select_related("person__organization")
        if link.person_id in people[link.sitting_id]
    ]
