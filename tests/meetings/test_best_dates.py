"""The best of the days offered: refusals first, then ○; who must be there weighs."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.best_dates import Vote, best_dates, tally
from meetings.models import PollAnswer

DAYS = [UUID(int=number) for number in (1, 2, 3)]
SIGNS = {"○": "yes", "△": "maybe", "×": "no"}


def vote(signs: str, *, required: bool = False) -> Vote:
    """``○×△`` for the three days."""
    marks = {day: SIGNS[sign] for day, sign in zip(DAYS, signs, strict=True)}
    return Vote(required, marks)


def best(*votes: Vote) -> list[int]:
    return [day.int for day in best_dates(DAYS, votes)]


SILENT = Vote(required=True, marks={})


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([], []),
        ([SILENT], []),
        ([vote("○○○")], [1, 2, 3]),
        ([vote("○△×")], [1]),
        # Nobody refused the second, though the first suits more.
        ([vote("○△×"), vote("○△×"), vote("×△○")], [2]),
        ([vote("○○△"), vote("△○○"), SILENT], [2]),
        ([vote("○△×"), vote("△○×")], [1, 2]),
        # Everybody's day is refused by somebody: the one who must be there decides.
        ([vote("×○○", required=True), vote("○××"), vote("○○×")], [2]),
        # Her ○ counts like two.
        ([vote("○△△", required=True), vote("△○×"), vote("△△△")], [1]),
        ([vote("○△△", required=True), vote("△○×"), vote("△○×")], [1, 2]),
    ],
)
def test_the_best_days(votes, expected):
    assert best(*votes) == expected


def test_a_day_that_nobody_refused_is_marked_only_after_an_answer():
    assert not tally(DAYS[0], [SILENT]).unrefused
    assert tally(DAYS[0], [vote("△○○"), SILENT]).unrefused
    assert not tally(DAYS[0], [vote("△○○"), vote("×○○")]).unrefused


votes_of_some = st.lists(
    st.builds(
        Vote,
        required=st.booleans(),
        marks=st.just({})
        | st.fixed_dictionaries(
            {day: st.sampled_from(sorted(SIGNS.values())) for day in DAYS}
        ),
    ),
    max_size=8,
)


@given(votes_of_some)
def test_no_other_day_is_better_than_the_best(votes):
    found = best_dates(DAYS, votes)
    assert bool(found) == any(vote.marks for vote in votes)
    ranks = {day: tally(day, votes).rank for day in DAYS}
    for day in found:
        assert ranks[day] == min(ranks.values())
    # The order of the people changes nothing.
    assert best_dates(DAYS, votes[::-1]) == found


def test_the_marks_of_the_form_are_those_of_the_table():
    assert set(SIGNS.values()) == set(PollAnswer.Mark)
