"""開催の求め: a member organisation asks a body that meets on request."""

import uuid

from django.db import models

from meetings.models.sittings import Sitting
from members.models import Body, Person


class SittingRequest(models.Model):
    """開催の求め: received, then accepted with a sitting or refused with a reason."""

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "received", "受付"
        ACCEPTED = "accepted", "開催する"
        REFUSED = "refused", "開催しない"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="sitting_requests")
    asked_by = models.ForeignKey(
        Person, models.PROTECT, related_name="sitting_requests"
    )
    asked_at = models.DateTimeField("受付日")
    reason = models.TextField("開催を求める理由")
    wished_by = models.DateField("いつまでに", null=True, blank=True)
    # The secretariat enters what came by telephone or on paper.
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(
        "状況", max_length=10, choices=State.choices, default=State.RECEIVED
    )
    answer = models.CharField("回答", max_length=400, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    sitting = models.OneToOneField(
        Sitting, models.PROTECT, null=True, related_name="sitting_request"
    )

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(answer=""),
                name="refusal_gives_its_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.asked_by}"

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == self.State.RECEIVED
