"""提示の記録: a paper was shown at the meeting, and to whom."""

import uuid

from django.db import models

from documents.models.papers import Paper, PaperVersion
from members.models import Person


class Showing(models.Model):
    """A paper was shown to the people who were in the room at that moment.

    ``version`` is None for a paper that its agency keeps (提示のみ).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="showings")
    version = models.ForeignKey(
        PaperVersion, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField("提示した時刻")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    people = models.ManyToManyField(Person, related_name="+")

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.paper} {self.at}"
