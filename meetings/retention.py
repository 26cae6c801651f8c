"""How long a file is kept (R34): counted from the year after its completion.

The class counts that stood when the file was complete; a class decided later reaches
later files alone, so that no file is kept shorter than it was promised. An earlier
file has the first class that the body ever decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from meetings.models import (
    Disposal,
    FileKind,
    LegalHold,
    Lengthening,
    RecordsClass,
    RetentionRule,
    Sitting,
)
from meetings.notices import serial_of
from meetings.policies import sitting_facts
from members.facts import ObjectFacts, Regime
from members.models import Body, Case
from members.policies import case_facts
from portal.core import clock, jp

# 永久 and what towns have beside it; they enter others as they need them.
USUAL = (
    ("永久", None),
    ("30年", 30),
    ("10年", 10),
    ("5年", 5),
    ("3年", 3),
    ("1年", 1),
    ("1年未満", 0),
)


# How far a lock reaches whose end is not settled: a worker may be away for weeks, and
# a hold that was lifted delays a disposal by a season at most.
_MONTHS = 3


def some_months_on(day: date) -> datetime:
    """The begin of the third month after: so it moves on once a month."""
    months = day.year * 12 + day.month - 1 + _MONTHS
    return clock.day_start(date(months // 12, months % 12 + 1, 1))


def free_on(locked_until: datetime) -> date:
    """The first day that begins without the lock."""
    return clock.last_day(locked_until) + timedelta(days=1)


def enter_usual_classes() -> None:
    """Enter the classes that every installation begins with, once."""
    if not RecordsClass.objects.exists():
        rows = [RecordsClass(name=name, years=years) for name, years in USUAL]
        RecordsClass.objects.bulk_create(rows)


def counted_from(completed_on: date) -> date:
    """起算日: 1 April after the fiscal year in which the file was complete."""
    return date(jp.fiscal_year(completed_on) + 1, jp.FISCAL_YEAR_FIRST_MONTH, 1)


def expires_on(completed_on: date, years: int | None) -> date | None:
    """満了日: the last day of keeping, a 31 March; None for ever.

    Less than a year ends with the fiscal year of completion itself.
    """
    if years is None:
        return None
    start = counted_from(completed_on)
    return start.replace(year=start.year + years) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FileKey:
    """Which file is meant."""

    kind: FileKind
    id: UUID


@dataclass(frozen=True, slots=True)
class File:
    """ファイル: a case with all that was made for it, or a sitting with the rest."""

    key: FileKey
    body: Body
    number: str
    completed_on: date | None
    case: Case | None = None
    sitting: Sitting | None = None

    @classmethod
    def of_case(cls, case: Case) -> "File":
        """The file of a case; it is complete when the case is closed (R34)."""
        key = FileKey(FileKind.CASE, case.id)
        return cls(key, case.body, case.number, case.closed_on, case=case)

    @classmethod
    def of_sitting(cls, sitting: Sitting) -> "File":
        """The file of a sitting; it is complete once the sitting is over."""
        over = sitting.state in {Sitting.State.CLOSED, Sitting.State.CANCELLED}
        day = clock.day_of(sitting.starts_at)
        return cls(
            FileKey(FileKind.SITTING, sitting.id),
            sitting.body,
            serial_of(sitting.starts_at, sitting.number),
            day if over else None,
            sitting=sitting,
        )

    @property
    def thing(self) -> ObjectFacts:
        """What is asked when the file is kept, lengthened, frozen or disposed of.

        A sitting's file names no case: like a body's rules it needs no law's shelter.
        """
        if self.case is not None:
            return case_facts(self.case)
        assert self.sitting is not None  # noqa: S101 – a file is one of the two
        return replace(sitting_facts(self.sitting, None), regime=Regime.NONE)


@dataclass(frozen=True)
class Keeping:
    """One file, and everything that says until when it is kept."""

    file: File
    rule: RetentionRule | None
    lengthenings: tuple[Lengthening, ...] = ()
    holds: tuple[LegalHold, ...] = ()
    disposal: Disposal | None = None
    # The last of the store's locks on the file's confirmed records.
    locked_until: datetime | None = None

    @property
    def records_class(self) -> RecordsClass | None:
        """保存期間の区分."""
        return self.rule.records_class if self.rule else None

    @property
    def counted_from(self) -> date | None:
        """起算日."""
        completed_on = self.file.completed_on
        return counted_from(completed_on) if completed_on else None

    @cached_property
    def expires_on(self) -> date | None:
        """満了日, with what lengthened it; None where there is none (yet)."""
        completed_on = self.file.completed_on
        if completed_on is None or self.records_class is None:
            return None
        day = expires_on(completed_on, self.records_class.years)
        if day is None:
            return None
        return max([day, *(each.until for each in self.lengthenings)])

    @property
    def live_holds(self) -> list[LegalHold]:
        """The holds that stand."""
        return [hold for hold in self.holds if hold.lifted_at is None]

    def may_go(self, today: date) -> bool:
        """Whether the file may be disposed of: it is over, and nothing holds it."""
        return self.is_over(today) and not self.locked_on(today)

    def is_over(self, today: date) -> bool:
        """Whether the years have ended, and nothing holds the file."""
        day = self.expires_on
        return day is not None and day < today and not self.live_holds

    def locked_on(self, today: date) -> bool:
        """Whether the store still keeps the records from everybody on that day."""
        until = self.locked_until
        return until is not None and until > clock.day_start(today)

    @property
    def free_on(self) -> date | None:
        """The first day on which no lock of the store stands any more."""
        return free_on(self.locked_until) if self.locked_until else None

    def lock_until(self, now: datetime) -> datetime | None:
        """Until when the records are to be locked as things stand; None to let go.

        No lock can be taken back. So it reaches to the end of the class only once
        that is settled; before, for ever, and while a hold stands, it reaches a
        little ahead and is moved on.
        """
        today, ends = clock.day_of(now), self.expires_on
        rolling = some_months_on(today)
        if ends is None or not self._is_settled(today):
            return None if self.is_over(today) else rolling
        class_end = clock.day_end(ends)
        if self.live_holds:
            return max(class_end, rolling)
        return class_end if class_end > now else None

    def _is_settled(self, today: date) -> bool:
        """Completion and class of today may still be corrected today."""
        done, rule = self.file.completed_on, self.rule
        return bool(done and rule and done < today and rule.starts_on < today)


def rule_of(file: File, rules: Sequence[RetentionRule]) -> RetentionRule | None:
    """What classes a complete file; ``rules`` are in the order of their days."""
    day = file.completed_on
    own = [r for r in rules if (r.body_id, r.kind) == (file.body.id, file.key.kind)]
    before = [rule for rule in own if day is not None and rule.starts_on <= day]
    return before[-1] if before else next(iter(own), None)
