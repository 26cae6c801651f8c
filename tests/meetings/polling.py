"""What the tests of date polls share: a poll of three days, asked of a few people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from meetings.models import Poll, PollVoter
from meetings.services import polls
from meetings.services.polls import Plan
from members.access import Actor
from members.models import Person, Purpose, Scope
from portal.core import clock
from tests.cast import Cast
from tests.meetings.convening import PLACE, clerk, key

SIGNS = {"○": "yes", "△": "maybe", "×": "no"}


def at(days: int, hour: int = 13) -> datetime:
    """An hour in Japan, some days from today."""
    day = clock.today() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.JST)


def plan(
    *people: Person,
    required: Sequence[Person] = (),
    days: Sequence[int] = (14, 15, 16),
    deadline: int = 7,
) -> Plan:
    return Plan(
        spans=[(at(day), at(day, 15)) for day in days],
        place=PLACE,
        deadline=at(deadline, 17),
        people={person.id: person in required for person in people},
    )


def ask(cast: Cast, *people: Person, number: int = 1, **more) -> Poll:
    return polls.open_poll(
        actor=clerk(cast),
        key=key(number),
        body=cast.shien,
        plan=plan(*(people or (cast.clinic, cast.newcomer)), **more),
    )


def voter(poll: Poll, person: Person) -> PollVoter:
    return poll.voters.get(person=person)


def marks(poll: Poll, signs: str) -> dict[Any, Any]:
    """``○△×`` for the days in their order."""
    dates = poll.dates.values_list("id", flat=True)
    return {date: SIGNS[sign] for date, sign in zip(dates, signs, strict=True)}


def answer(
    actor: Actor, poll: Poll, person: Person, signs: str, note: str = ""
) -> None:
    polls.answer_poll(
        actor=actor, voter=voter(poll, person), marks=marks(poll, signs), note=note
    )


def to_poll(poll: Poll) -> Scope:
    """What a link to the poll leads to."""
    return Scope(Purpose.POLL, poll.id)
