"""年間の日程: the municipality's own calendar, and the rules confirmed per year."""

import uuid

from django.db import models

from meetings.year import (
    NTH_WORDS,
    SHIFT_WORDS,
    WEEKDAY_WORDS,
    DayNote,
    Rule,
    Shift,
)
from members.models import Body, Person


class CalendarDay(models.Model):
    """A day the municipality is closed, or open although a holiday or the law says no.

    A yearly one counts by month and day alone (``meetings.year.yearly``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    day = models.DateField("日")
    yearly = models.BooleanField("毎年", default=False)
    closed = models.BooleanField("閉庁日", default=True)
    name = models.CharField("名称", max_length=60)
    decided_by = models.CharField("根拠・決定した人", max_length=60)
    decided_on = models.DateField("決定した日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("-yearly", "day")
        constraints = (
            models.UniqueConstraint(fields=["day", "yearly"], name="calendar_day_once"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    @property
    def note(self) -> DayNote:
        """The row as the plan of a year reads it."""
        return DayNote(self.day, self.yearly, self.closed, self.name)


class YearPlan(models.Model):
    """年間の日程の決まり: the rule of a body for a fiscal year, as it was confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="year_plans")
    year = models.PositiveSmallIntegerField("年度")
    nth = models.PositiveSmallIntegerField("第n", choices=list(NTH_WORDS.items()))
    weekday = models.PositiveSmallIntegerField(
        "曜日", choices=list(enumerate(WEEKDAY_WORDS))
    )
    shift = models.CharField(
        "閉庁日に当たるとき",
        max_length=10,
        choices=[(shift.value, words) for shift, words in SHIFT_WORDS.items()],
    )
    months_out = models.JSONField("開かない月", default=list)
    starts = models.TimeField("開始")
    ends = models.TimeField("終了")
    place = models.CharField("場所", max_length=120)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ("-year", "-confirmed_at")

    def __str__(self) -> str:
        return f"{self.body} {self.year}"

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return Rule(
            nth=self.nth,
            weekday=self.weekday,
            shift=Shift(self.shift),
            months_out=frozenset(self.months_out),
            starts=self.starts,
            ends=self.ends,
            place=self.place,
        )
