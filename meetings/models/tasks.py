"""Roles and pending replies: what became of them after the meeting."""

from django.db import models

from meetings.models.minutes import Entry
from members.models import Organization, Person


class Task(models.Model):
    """役割分担 or 持ち帰り: whose it is, and since when it is done.

    Words and day are the entry's. Without an organization it belongs to whom the
    entry names in words alone. ``continued`` is the entry of a later meeting that took
    its place.
    """

    entry = models.OneToOneField(
        Entry, models.CASCADE, primary_key=True, related_name="task"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done_on = models.DateField("済んだ日", null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.CharField("結果", max_length=400, blank=True)
    continued = models.OneToOneField(
        Entry, models.SET_NULL, null=True, related_name="continues"
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["organization", "person"],
                condition=models.Q(done_on=None),
                name="open_tasks",
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry_id}"
