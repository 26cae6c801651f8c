"""配布番号と回収: copies printed for people who come without a device."""

import uuid

from django.db import models

from documents.models.papers import PaperVersion
from members.models import Person


class PrintedCopy(models.Model):
    """One numbered copy on paper, for one person at one sitting.

    ``run`` is the key of the form that printed it: the same form gives the same
    numbers. ``printed_at`` is None until the pages were handed to the printer; a
    number that never came so far stays unused. ``note`` says what became of the copy,
    from ``returned_at`` on, as ``returned_to`` entered it.
    """

    class Note(models.TextChoices):
        """How a copy is accounted for."""

        RETURNED = "returned", "回収した"
        DESTROYED = "destroyed", "本人が廃棄したと申告"
        SPOILED = "spoiled", "刷り損じ(渡していない)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    run = models.UUIDField()
    sitting_id = models.UUIDField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("配布番号")
    versions = models.ManyToManyField(PaperVersion, related_name="printed")
    printed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField("印刷", null=True)
    returned_at = models.DateTimeField("回収", null=True)
    returned_to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.CharField(
        "回収の結果", max_length=10, choices=Note.choices, blank=True
    )

    class Meta:
        ordering = ("sitting_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["sitting_id", "number"], name="copy_number_once"
            ),
            models.UniqueConstraint(fields=["run", "person"], name="printed_once"),
        )

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.number}"

    @property
    def missing(self) -> bool:
        """Handed out and not accounted for."""
        return self.printed_at is not None and self.returned_at is None
