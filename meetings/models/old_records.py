"""かさねより前の会議録: what a town wrote down of a case before it had the portal."""

import uuid

from django.db import models

from members.models import Body, Case, Person


class OldRecord(models.Model):
    """Words of a meeting that was held and confirmed elsewhere, filed with its case.

    It says by whom and when it was confirmed, as the table said it, and who entered
    it. Nothing of it is changed here: ``digest`` is that of its words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="old_records")
    held_on = models.DateField("開催日")
    sitting = models.CharField("回", max_length=40, blank=True)
    title = models.CharField("議題名", max_length=120)
    attendees = models.TextField("出席者", blank=True)
    decided = models.TextField("決定・役割分担", blank=True)
    course = models.TextField("経過・内容", blank=True)
    confirmed_on = models.DateField("確定日", null=True)
    confirmed_by = models.CharField("確定した人", max_length=120, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-held_on", "title")
        constraints = (
            models.UniqueConstraint(
                fields=["case", "held_on", "title"], name="old_record_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"
