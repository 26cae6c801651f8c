"""日程調整: several days are offered, and everybody asked says which would do."""

import uuid
from datetime import datetime, timedelta

from django.db import models

from meetings.models.sittings import Sitting
from members.models import Body, Person

# How long after the deadline a link still shows one's own answers.
LINK_LASTS = timedelta(days=7)


class Poll(models.Model):
    """日程調整. Its number, days and place are neutral, like a sitting's."""

    class State(models.TextChoices):
        """Asked, decided, or ended without a day."""

        OPEN = "open", "調整中"
        DECIDED = "decided", "日程決定"
        CLOSED = "closed", "終了"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="polls")
    number = models.PositiveIntegerField("番号")
    place = models.CharField("場所", max_length=120)
    deadline = models.DateTimeField("回答期限")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    sitting = models.OneToOneField(
        Sitting, models.PROTECT, null=True, related_name="poll"
    )
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["body", "number"], name="poll_once"),
        )

    def __str__(self) -> str:
        return f"{self.body.name} 日程調整{self.number}"

    def takes_answers(self, t: datetime) -> bool:
        """Whether those who are asked may answer at ``t``."""
        return self.state == self.State.OPEN and t < self.deadline


class PollDate(models.Model):
    """候補日時. Its id becomes that of the sitting, if it is the one decided on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="dates")
    starts_at = models.DateTimeField("開始")
    ends_at = models.DateTimeField("終了")

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "starts_at"], name="poll_offers_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="poll_date_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.poll} {self.starts_at:%Y-%m-%d %H:%M}"


class PollVoter(models.Model):
    """日程を尋ねる人: one person who is asked, with their note and when told last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="voters")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    required = models.BooleanField("必ず出席", default=False)
    note = models.CharField("事務局への連絡", max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["poll", "person"], name="polled_once"),
        )

    def __str__(self) -> str:
        return f"{self.poll} {self.person}"


class PollAnswer(models.Model):
    """One person's mark for one of the days."""

    class Mark(models.TextChoices):
        """○△×, and what they mean."""

        YES = "yes", "○ 出席できます"
        MAYBE = "maybe", "△ 調整すれば出席できます"
        NO = "no", "× 出席できません"

    voter = models.ForeignKey(PollVoter, models.CASCADE, related_name="answers")
    date = models.ForeignKey(PollDate, models.CASCADE, related_name="answers")
    mark = models.CharField(max_length=10, choices=Mark.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["voter", "date"], name="answered_once"),
        )

    def __str__(self) -> str:
        return f"{self.voter} {self.sign}"

    @property
    def sign(self) -> str:
        """The mark alone, for the board."""
        return self.get_mark_display()[0]
