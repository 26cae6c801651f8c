"""発言の順番: who asks to speak, and who says afterwards that they were there."""

from django.db import models

from meetings.models.sittings import AgendaItem
from members.models import Person


class Turn(models.Model):
    """A wish to speak on the open item. Nothing of it outlives the item's close."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="turns")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("asked_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["item", "person"],
                condition=models.Q(ended_at=None),
                name="turn_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(given_at__isnull=False, ended_at=None),
                name="turn_one_speaker",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.person}"


class Attestation(models.Model):
    """出席の申し出: a member who was missed says so; the secretariat answers once."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="attestations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    accepted = models.BooleanField(default=False)

    class Meta:
        ordering = ("said_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["item", "person"], name="attested_once"),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.person}"
