"""What the gate counts beside its links: knocks, and failures by the minute."""

from django.db import models

from documents.models.links import Link


class Knock(models.Model):
    """The secret of a link was posted: by a person, or by a scanner of mail.

    It opens nothing and counts for nothing; only a code tells a person.
    """

    link = models.OneToOneField(
        Link, models.CASCADE, primary_key=True, related_name="knock"
    )
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.link_id}"


class GateMinute(models.Model):
    """One minute at the gate: wrong codes and wishes for a new link, of everybody."""

    minute = models.DateTimeField(primary_key=True)
    wrong_count = models.PositiveIntegerField(default=0)
    wish_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.minute}"


class GateAlarm(models.Model):
    """The wrong codes of the whole town passed their budget; who runs it was told."""

    at = models.DateTimeField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.at}"
