"""自分用メモ: what one person writes down in the room, for nobody else."""

from django.db import models

from meetings.models.sittings import AgendaItem
from members.models import Person


class PrivateNote(models.Model):
    """One person's note on an item. It goes when the item's record is confirmed.

    ``revision`` counts the savings, so that a second window never writes over words
    that it has not seen.
    """

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="notes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField("メモ", blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["item", "person"], name="note_once"),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.person}"
