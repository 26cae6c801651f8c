"""名簿の読み込み: what was read from a file, until somebody confirms it."""

import uuid

from django.db import models

from members.models.bodies import Body
from members.models.people import Person


class RollImport(models.Model):
    """The people of one file, read over before they are entered; gone after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Lines as ``members.rolls.Line``; emptied once they are people.
    lines = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.body} {self.at}"
