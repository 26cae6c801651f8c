"""Which of the offered days is the best one: a pure function over marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from meetings.models import PollAnswer

Mark = PollAnswer.Mark
# A ○ of somebody who must be there counts like that of this many people.
REQUIRED_WEIGHS = 2


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said; ``marks`` is empty until they have answered."""

    required: bool
    marks: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """What all of them said about one day."""

    yes: int
    maybe: int
    no: int
    required_no: int
    score: int

    @property
    def unrefused(self) -> bool:
        """Whether people have answered and nobody said no."""
        return self.no == 0 and self.yes + self.maybe > 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """The smaller the better: refusals first, then the weighed ○."""
        return (self.required_no, self.no, -self.score)


def tally(date: UUID, votes: Iterable[Vote]) -> Tally:
    """Count what was said about one day."""
    said = [(vote.marks.get(date), vote.required) for vote in votes]
    return Tally(
        yes=sum(mark == Mark.YES for mark, _ in said),
        maybe=sum(mark == Mark.MAYBE for mark, _ in said),
        no=sum(mark == Mark.NO for mark, _ in said),
        required_no=sum(mark == Mark.NO and required for mark, required in said),
        score=sum(
            REQUIRED_WEIGHS if required else 1
            for mark, required in said
            if mark == Mark.YES
        ),
    )


def best_dates(dates: Sequence[UUID], votes: Sequence[Vote]) -> list[UUID]:
    """The best of ``dates``, several where they are equally good.

    A day nobody refused comes before every other, then the one that suits most;
    who must be there weighs more. Empty while nobody has answered.
    """
    if not any(vote.marks for vote in votes):
        return []
    ranks = {date: tally(date, votes).rank for date in dates}
    least = min(ranks.values())
    return [date for date in dates if ranks[date] == least]
