"""カレンダー: the feed of a person's own invitations, and what calendars send back."""

import uuid
from datetime import datetime

from django.db import models

from meetings.models.sittings import Invitation
from members.models import Person
from members.models.bodies import Dated


class CalendarChoice(models.Model):
    """Whether a person's notices bring a calendar entry; without a row they do."""

    person = models.OneToOneField(
        Person, models.PROTECT, primary_key=True, related_name="calendar_choice"
    )
    attach = models.BooleanField("案内メールに予定を付ける", default=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.attach}"


class CalendarFeed(Dated):
    """An address from which a calendar reads its person's own invitations.

    Only the SHA-256 of its secret is kept. Reads are counted by the hour: the count
    bounds them, and the trail gets one event for each hour in which there were any.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    hour_at = models.DateTimeField(null=True)
    hour_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ends_at=None),
                name="one_feed_per_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}"


class CalendarReply(models.Model):
    """カレンダー返信: what a calendar program answered. A hint, never the answer.

    Anybody can write such a mail. It counts for nothing until the person or the
    secretariat says so, and for the entry of its ``sequence`` only.
    """

    invitation = models.OneToOneField(
        Invitation, models.CASCADE, primary_key=True, related_name="calendar_reply"
    )
    answer = models.CharField(max_length=10, choices=Invitation.Rsvp.choices)
    sequence = models.PositiveIntegerField()
    stamp = models.DateTimeField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.answer}"

    def before(self, stamp: datetime) -> bool:
        """Whether an answer of this stamp is newer than what is known."""
        return self.sequence < self.invitation.sequence or self.stamp < stamp

    @property
    def stands(self) -> bool:
        """Whether it says something that the person has not said since."""
        asked, answered_at = self.invitation, self.invitation.rsvp_at
        unanswered = answered_at is None or answered_at < self.received_at
        return (
            self.sequence == asked.sequence and self.answer != asked.rsvp and unanswered
        )
