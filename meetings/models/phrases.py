"""定型文: words that a body's scribes put into entries, per occasion."""

import uuid

from django.db import models

from meetings.models.minutes import Entry
from meetings.models.sittings import AgendaItem
from members.models import Body


class Phrase(models.Model):
    """A phrase of a body; without an occasion or kind it is offered for all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="phrases")
    order = models.PositiveSmallIntegerField()
    occasion = models.CharField(
        "時期", max_length=20, choices=AgendaItem.Occasion.choices, blank=True
    )
    kind = models.CharField(
        "種類", max_length=20, choices=Entry.Kind.choices, blank=True
    )
    words = models.CharField("文", max_length=400)

    class Meta:
        ordering = ("order",)
        constraints = (
            models.UniqueConstraint(fields=["body", "order"], name="phrase_order_once"),
        )

    def __str__(self) -> str:
        return self.words
