"""謝金・旅費: who came from outside for how long, and what that comes to. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from meetings.models import FeeRate
from members.models import Person

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Fee:
    """One line of the list."""

    person: Person
    came: datetime
    left: datetime
    stayed: timedelta
    rate: FeeRate | None
    travel: int

    @property
    def minutes(self) -> int:
        """How long they were in the room."""
        return int(self.stayed.total_seconds()) // 60

    @property
    def amount(self) -> int:
        """謝金, in whole yen."""
        if self.rate is None:
            return 0
        if self.rate.per == FeeRate.Per.SITTING:
            return self.rate.amount
        return self.rate.amount * self.minutes // 60

    @property
    def tax(self) -> int:
        """源泉徴収税額: of the fee, what is less than a yen dropped."""
        held = self.rate.withholding if self.rate else None
        return int(self.amount * held / 100) if held else 0

    @property
    def pay(self) -> int:
        """What is paid out."""
        return self.amount - self.tax + self.travel


@dataclass(frozen=True, slots=True)
class Sums:
    """The last line of the list."""

    amount: int
    tax: int
    travel: int
    pay: int


def sums_of(fees: Iterable[Fee]) -> Sums:
    """All lines together."""
    rows = list(fees)
    return Sums(
        sum(row.amount for row in rows),
        sum(row.tax for row in rows),
        sum(row.travel for row in rows),
        sum(row.pay for row in rows),
    )


def stay_of(spans: Sequence[Span]) -> timedelta:
    """How long somebody was there: what lies in two items at once counts once."""
    total, reached = timedelta(), None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += end - begin
        reached = end if reached is None else max(end, reached)
    return total


def rate_for(person: Person, day: date, rates: Sequence[FeeRate]) -> FeeRate | None:
    """The person's own rate on that day, else the agency's, else everybody's.

    ``rates`` are in the order of their days.
    """
    begun = [rate for rate in rates if rate.starts_on <= day]
    own = [r for r in begun if r.person_id == person.id]
    agency = [r for r in begun if r.organization_id == person.organization_id]
    usual = [r for r in begun if r.person_id is None and r.organization_id is None]
    return next((found[-1] for found in (own, agency, usual) if found), None)
