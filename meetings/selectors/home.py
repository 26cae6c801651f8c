"""What waits for one person now: the home of chair, secretariat and member."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from documents.models import CooperationRequest, Link, PaperVersion, ReleaseRound
from documents.models.links import MAX_WRONG_CODES
from documents.policies import version_facts
from meetings import preparation, rosters
from meetings.findings import Finding
from meetings.models import (
    AgendaItem,
    Invitation,
    RecordTemplate,
    Sitting,
)
from meetings.policies import item_facts, sitting_facts
from meetings.selectors.asked import (
    Asked,
    asked_at_home,
    asked_of,
    recent_requests,
    to_reply,
)
from meetings.selectors.calls import ListedCall, listed_calls
from meetings.selectors.exports import failed_templates
from meetings.selectors.late import After, late_of, unfinished
from meetings.selectors.papers_at_home import (
    PapersAtHome,
    given_to,
    papers_at_home,
)
from meetings.selectors.polls import PollsAtHome, polls_at_home
from meetings.selectors.records_at_home import (
    Drafts,
    RoundRow,
    drafts_of,
    in_round,
    items_over,
    rounds_of,
)
from meetings.selectors.releases import kept_rounds, waiting_rounds
from meetings.selectors.sittings import ListedSitting, lines, listed_sittings
from meetings.selectors.tasks import Line, keeps, lines_of, own_open
from members.access import Access, Actor, access_for
from members.facts import Action, Regime, Role, State
from members.filters import holding_at
from members.models import ApiToken, Body, Purpose
from members.selectors import own_ending_tokens
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
class Desk:
    """What waits for those who convene."""

    approvals: list[Sitting]
    preparing: Preparing | None
    unanswered: list[Unanswered]
    held: list[PaperVersion]
    releases: list[tuple[ReleaseRound, AgendaItem]]
    locked: list[tuple[Link, Sitting]]
    rounds: list[RoundRow]
    drafts: list[Drafts]
    late: list[After]
    templates: list[RecordTemplate]
    tokens: list[ApiToken]
    asked: Asked

    @property
    def waits(self) -> bool:
        """Whether anything beside the next agenda is to be done."""
        sittings = (self.approvals, self.unanswered, self.locked)
        papers = (self.held, self.releases, self.templates)
        records = (self.rounds, self.drafts, self.late)
        waiting = (*sittings, *papers, *records, self.tokens)
        return any(waiting) or bool(self.asked)


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one person; ``desk`` is for those who convene."""

    upcoming: list[ListedSitting]
    to_answer: list[ListedSitting]
    pledge_due: bool
    confirmations: list[RoundRow]
    calls: list[ListedCall]
    polls: PollsAtHome
    papers: PapersAtHome
    replies: list[CooperationRequest]
    tasks: list[Line]
    unheld: list[Line]
    desk: Desk | None
    today: date

    @property
    def waits(self) -> bool:
        """Whether anything is asked of this person now."""
        asked = self.pledge_due or self.to_answer or self.confirmations or self.calls
        polls = self.polls.to_answer or self.polls.to_decide
        papers = self.papers.waits or self.replies
        own = bool(asked or polls or papers or self.tasks or self.unheld)
        return own or (self.desk is not None and self.desk.waits)


def home_of(actor: Actor) -> Home:
    """Everything on the home page, in a number of queries that does not grow.

    The rows come first, so that the facts about the actor are gathered once.
    """
    today = clock.today()
    coming, rounds = _coming(actor, today), in_round(actor)
    tasks = own_open(actor)
    convenes = rosters.offices_of(actor).exists()
    items = _items_of(coming) if convenes else []
    past = unfinished(actor) if convenes else []
    over = items_over(actor) if convenes else []
    held = _held(actor) if convenes else []
    releases = waiting_rounds(actor) if convenes else []
    release_items = _items_by_id({made.item_id for made in releases})
    asked = recent_requests(actor) if convenes else []
    given, replies = given_to(actor), asked_of(actor)
    access = _access(
        actor,
        [
            *items,
            *release_items,
            *over,
            *(row.item for row in rounds),
            *(task.entry.item for task in tasks),
            *(item for sitting in past for item in sitting.items.all()),
        ],
        [*held, *given.versions],
        {row.case_id for row in (*asked, *replies)},
    )
    others = listed_sittings(actor).filter(
        id__in=given.sittings - {sitting.id for sitting in coming}
    )
    listed = lines(access, [*coming, *others])
    upcoming = [line for line in listed if line.sitting in coming]
    open_tasks = lines_of((task for task in tasks if keeps(access, task)), today)
    records = rounds_of(access, rounds, today)
    convened = [line.sitting for line in upcoming if line.custodian]
    return Home(
        upcoming=upcoming[:UPCOMING],
        to_answer=[line for line in upcoming if _waits_for_answer(line)],
        pledge_due=_pledge_due(actor),
        confirmations=[row for row in records if row.mine],
        polls=polls_at_home(access),
        papers=papers_at_home(access, given, listed),
        replies=to_reply(access, replies),
        tasks=[line for line in open_tasks if line.mine(actor)],
        unheld=[line for line in open_tasks if not line.mine(actor)],
        calls=[line for line in listed_calls(actor, access) if line.calls_for_care],
        desk=(
            replace(
                _desk(
                    access, convened, items, held, records, asked_at_home(access, asked)
                ),
                releases=kept_rounds(access, releases, release_items),
                drafts=drafts_of(access, over),
                late=late_of(access, past),
                templates=failed_templates(access),
                tokens=own_ending_tokens(actor),
            )
            if convenes
            else None
        ),
        today=today,
    )


def _coming(actor: Actor, today: date) -> list[Sitting]:
    """Today's stay in sight until they are closed, also when they run over."""
    rows = listed_sittings(actor).filter(
        ends_at__gt=clock.day_start(today),
        state__in=[
            Sitting.State.DRAFT,
            Sitting.State.SUBMITTED,
            Sitting.State.CONVENED,
        ],
    )
    return list(rows.order_by("starts_at", "id")[:LOOKED_AT])


def _items_of(sittings: Sequence[Sitting]) -> list[AgendaItem]:
    rows = AgendaItem.objects.filter(sitting__in=sittings)
    rows = rows.select_related("body", "case").prefetch_related("about")
    return list(rows.order_by("sitting_id", "order"))


def _items_by_id(ids: set[UUID]) -> list[AgendaItem]:
    rows = AgendaItem.objects.filter(id__in=ids).select_related("sitting__body", "case")
    return list(rows.select_related("body").prefetch_related("about"))


def _access(
    actor: Actor,
    items: Sequence[AgendaItem],
    held: Sequence[PaperVersion],
    asked: set[UUID],
) -> Access:
    papers = [version.paper for version in held]
    cases = {item.case_id for item in items} | {paper.case_id for paper in papers}
    cases |= asked
    return access_for(
        actor,
        cases={case for case in cases if case},
        items={item.id for item in items} | {paper.item_id for paper in papers},
    )


def _waits_for_answer(line: ListedSitting) -> bool:
    return (
        line.invitation is not None
        and line.sitting.state == Sitting.State.CONVENED
        and line.sitting.ends_at > clock.now()
        and line.invitation.rsvp == Invitation.Rsvp.WAITING
    )


def _pledge_due(actor: Actor) -> bool:
    bodies = Body.objects.filter(
        Q(commissions__person=actor.person)
        | Q(commissions__organization=actor.person.organization_id),
        holding_at(clock.now(), "commissions__"),
    )
    regimes = {Regime(regime) for regime in bodies.values_list("regime", flat=True)}
    return bool(duty.pledges_due(actor.person, regimes, clock.now()))


def _desk(
    access: Access,
    sittings: Sequence[Sitting],
    items: Sequence[AgendaItem],
    held: Sequence[PaperVersion],
    records: Sequence[RoundRow],
    asked: Asked,
) -> Desk:
    drafts = [s for s in sittings if s.state == Sitting.State.DRAFT]
    convened = [s for s in sittings if s.state == Sitting.State.CONVENED]
    called = {sitting.id for sitting in convened}
    people = rosters.people_in_sight(
        access, [item for item in items if item.sitting_id in called]
    )
    return Desk(
        approvals=[
            s
            for s in sittings
            if s.state == Sitting.State.SUBMITTED
            and access.offers(Action.APPROVE, sitting_facts(s, None))
        ],
        preparing=_preparing(access, drafts[0], items) if drafts else None,
        unanswered=_unanswered([s for s in convened if s.ends_at > access.t], people),
        held=[version for version in held if _reads(access, version)][:LOOKED_AT],
        releases=[],
        drafts=[],
        late=[],
        templates=[],
        tokens=[],
        locked=_locked(convened, people),
        rounds=[
            row
            for row in records
            if (row.late or row.open_corrections) and not row.mine
        ],
        asked=asked,
    )


def _preparing(
    access: Access, sitting: Sitting, items: Sequence[AgendaItem]
) -> Preparing:
    visible = [
        item
        for item in items
        if item.sitting_id == sitting.id
        and access.allows(Action.CONVENE, item_facts(item, access.actor.id))
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
    """What waits for a secretariat's look in the actor's bodies, oldest first."""
    offices = actor.person.offices.filter(
        holding_at(clock.now()), role=Role.SECRETARIAT
    )
    return list(
        PaperVersion.objects.filter(
            rosters.of_kept_cases(actor, body="paper__body", case="paper__case"),
            state=State.HELD,
            paper__body__in=offices.values("body"),
            paper__purpose=Purpose.SITTING,
        )
        .select_related("paper__body", "paper__case", "uploaded_by__organization")
        .prefetch_related("paper__about", "paper__readers")
        .order_by("uploaded_at")
    )


def _reads(access: Access, version: PaperVersion) -> bool:
    thing = version_facts(version, (), access.actor.id, access.t)
    return access.offers(Action.READ, thing)


def _locked(
    sittings: Sequence[Sitting], people: Mapping[UUID, set[UUID]]
) -> list[tuple[Link, Sitting]]:
    by_id = {sitting.id: sitting for sitting in sittings}
    rows = Link.objects.filter(
        holding_at(clock.now()), scope_id__in=by_id, wrong_count__gte=MAX_WRONG_CODES
    )
    return [
        (link, by_id[link.scope_id])
        for link in rows.select_related("person__organization")
        if link.person_id in people[link.scope_id]
    ]
