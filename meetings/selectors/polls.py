"""What each page of a date poll shows: the board, or one's own answers only."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from documents.services import links
from documents.services.links import LinkOnBoard, Standing
from meetings import rosters
from meetings.best_dates import Tally, Vote, best_dates, tally
from meetings.models import Poll, PollAnswer, PollDate, PollVoter
from meetings.policies import poll_facts
from meetings.poll_notices import title_of
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class OpenedPoll:
    """A poll that the actor may see, with their own place in it."""

    poll: Poll
    dates: list[PollDate]
    access: Access
    voter: PollVoter | None

    @property
    def custodian(self) -> bool:
        """Whether the actor sees everybody's answers and decides."""
        return self.access.offers(Action.CONVENE, poll_facts(self.poll, asked=False))

    @property
    def title(self) -> str:
        """日程のお伺い with its neutral serial."""
        return title_of(self.poll.created_at, self.poll.number)

    @property
    def takes_answers(self) -> bool:
        """Whether those who are asked may answer now."""
        return self.poll.takes_answers(self.access.t)

    @property
    def answerable(self) -> bool:
        """Whether the actor may answer now."""
        return self.voter is not None and self.takes_answers

    @property
    def late(self) -> bool:
        """Whether the deadline is over and no day is decided on."""
        still_open = self.poll.state == Poll.State.OPEN
        return still_open and not self.takes_answers


def open_poll(actor: Actor, poll_id: UUID) -> OpenedPoll:
    """The poll, for those who convene its body and those who are asked."""
    rows = Poll.objects.select_related("body__unit", "created_by__organization")
    poll = rows.select_related("sitting").filter(id=poll_id).first()
    if poll is None:
        raise HiddenError
    voters = poll.voters.select_related("person").prefetch_related("answers")
    voter = voters.filter(person=actor.person).first()
    access = access_for(actor, cases=(), items=())
    access.require(Action.SEE_NOTICE, poll_facts(poll, asked=voter is not None))
    return OpenedPoll(poll, list(poll.dates.all()), access, voter)


def convened_poll(actor: Actor, poll_id: UUID) -> OpenedPoll:
    """The poll, if the actor convenes its body."""
    opened = open_poll(actor, poll_id)
    opened.access.require(Action.CONVENE, poll_facts(opened.poll, asked=False))
    return opened


def convened_voter(actor: Actor, voter_id: UUID) -> tuple[OpenedPoll, PollVoter]:
    """One person who is asked, if the actor convenes the poll's body."""
    rows = PollVoter.objects.select_related("poll__body", "person__organization")
    voter = rows.prefetch_related("answers").filter(id=voter_id).first()
    if voter is None:
        raise HiddenError
    return convened_poll(actor, voter.poll_id), voter


def convened_date(actor: Actor, date_id: UUID) -> tuple[OpenedPoll, PollDate]:
    """One of the days offered, if the actor convenes the poll's body."""
    date = PollDate.objects.filter(id=date_id).first()
    if date is None:
        raise HiddenError
    return convened_poll(actor, date.poll_id), date


def polled_body(actor: Actor, body_id: UUID) -> Body:
    """The body whose people are to be asked, if the actor convenes it."""
    body = Body.objects.select_related("unit").filter(id=body_id).first()
    if body is None:
        raise HiddenError
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    return body


@dataclass(frozen=True, slots=True)
class Column:
    """One of the days with what everybody said about it."""

    date: PollDate
    tally: Tally
    best: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One person's mark for one day; None while they are silent."""

    column: Column
    mark: PollAnswer | None


@dataclass(frozen=True, slots=True)
class Line:
    """One person who is asked."""

    voter: PollVoter
    cells: list[Cell]
    link: LinkOnBoard | None
    may_answer: bool

    @property
    def letter_due(self) -> bool:
        """Not told yet, because there is no mail address to tell."""
        untold = self.voter.told_at is None and self.voter.answered_at is None
        return self.may_answer and untold and not self.voter.person.email

    @property
    def locked(self) -> bool:
        """Whether wrong codes have locked the link."""
        return self.link is not None and self.link.standing == Standing.LOCKED


@dataclass(frozen=True, slots=True)
class Board:
    """All days and all people of a poll."""

    columns: list[Column]
    lines: list[Line]

    @property
    def best(self) -> list[Column]:
        """The best day; several where they are equally good."""
        return [column for column in self.columns if column.best]

    @property
    def silent(self) -> list[Line]:
        """Who has not answered."""
        return [line for line in self.lines if line.voter.answered_at is None]

    @property
    def letters_due(self) -> list[Line]:
        """Who still waits for a printed letter."""
        return [line for line in self.lines if line.letter_due]

    @property
    def answered(self) -> int:
        """How many have answered."""
        return len(self.lines) - len(self.silent)


def board_of(opened: OpenedPoll) -> Board:
    """The board, in a fixed number of queries."""
    poll = opened.poll
    voters = list(
        poll.voters.select_related("person__organization")
        .prefetch_related("answers")
        .order_by("person__organization__kana", "person__kana")
    )
    columns = columns_of(opened.dates, voters)
    by_person = {row.link.person_id: row for row in links.links_of(poll.id)}
    may_answer = rosters.who_may_answer(poll, [voter.person for voter in voters])
    lines = [
        Line(
            voter,
            [Cell(column, _mark(voter, column.date)) for column in columns],
            by_person.get(voter.person_id),
            voter.person_id in may_answer,
        )
        for voter in voters
    ]
    return Board(columns, lines)


def columns_of(dates: list[PollDate], voters: Iterable[PollVoter]) -> list[Column]:
    """The days with their tallies; ``voters`` bring their answers."""
    votes = [
        Vote(voter.required, {a.date_id: a.mark for a in voter.answers.all()})
        for voter in voters
    ]
    best = best_dates([date.id for date in dates], votes)
    return [Column(date, tally(date.id, votes), date.id in best) for date in dates]


def _mark(voter: PollVoter, date: PollDate) -> PollAnswer | None:
    marks = (answer for answer in voter.answers.all() if answer.date_id == date.id)
    return next(marks, None)


def own_marks(opened: OpenedPoll) -> list[tuple[PollDate, PollAnswer | None]]:
    """The days with the actor's own marks."""
    voter = opened.voter
    if voter is None:
        raise HiddenError
    return [(date, _mark(voter, date)) for date in opened.dates]


@dataclass(frozen=True, slots=True)
class ListedPoll:
    """One line of a list; the body's name is for those who convene it."""

    poll: Poll
    title: str
    custodian: bool
    asked: int
    answered: int
    mine: PollVoter | None
    takes_answers: bool


def listed_polls(actor: Actor) -> QuerySet[Poll]:
    """The polls of the bodies one convenes, and those one is asked in.

    What the query finds is decided row by row where it is shown.
    """
    bodies = rosters.offices_of(actor)
    asked = PollVoter.objects.filter(person=actor.person)
    return (
        Poll.objects.filter(
            Q(body__in=bodies.values("body")) | Q(id__in=asked.values("poll"))
        )
        .select_related("body__unit")
        .order_by("-created_at", "id")
    )


def lines(access: Access, polls: Iterable[Poll]) -> list[ListedPoll]:
    """The lines of ``polls`` that the actor may see, in one query more."""
    rows = list(polls)
    voters: dict[UUID, list[PollVoter]] = {row.id: [] for row in rows}
    for voter in PollVoter.objects.filter(poll__in=rows):
        voters[voter.poll_id].append(voter)
    found = []
    for row in rows:
        people = voters[row.id]
        mine = next((v for v in people if v.person_id == access.actor.id), None)
        if not access.offers(
            Action.SEE_NOTICE, poll_facts(row, asked=mine is not None)
        ):
            continue
        found.append(
            ListedPoll(
                row,
                title_of(row.created_at, row.number),
                access.offers(Action.CONVENE, poll_facts(row, asked=False)),
                asked=len(people),
                answered=sum(voter.answered_at is not None for voter in people),
                mine=mine,
                takes_answers=row.takes_answers(access.t),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class PollsAtHome:
    """What polls ask of one person now."""

    to_answer: list[ListedPoll]
    to_decide: list[ListedPoll]


def polls_at_home(access: Access) -> PollsAtHome:
    """The open polls, in two queries; after its deadline one still waits for a day."""
    coming = Q(dates__starts_at__gt=clock.now())
    rows = listed_polls(access.actor).filter(coming, state=Poll.State.OPEN).distinct()
    found = lines(access, rows)
    return PollsAtHome(
        to_answer=[
            line
            for line in found
            if line.takes_answers and line.mine and line.mine.answered_at is None
        ],
        to_decide=[line for line in found if line.custodian],
    )
