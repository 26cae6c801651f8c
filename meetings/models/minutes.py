"""The live minutes: entries per item, one writer each, and their changes."""

import uuid

from django.db import models

from meetings.models.sittings import AgendaItem
from members.models import Person


class Entry(models.Model):
    """One entry of an item's minutes. Its kind and source let it be disclosed apart.

    ``revision`` is the item's revision at the entry's last committed change, so
    "everything after revision r" is one indexed query. The lease names the one
    writer; it lapses by itself and can be taken over.
    """

    class Kind(models.TextChoices):
        """What a disclosure review asks of each statement."""

        FACT_SUBJECT = "fact_subject", "本人から"
        FACT_THIRD_PARTY = "fact_third_party", "第三者から"
        OPINION = "opinion", "機関の意見"
        DISCUSSION = "discussion", "協議"
        DECISION = "decision", "決定"
        TASK = "task", "役割分担"
        PENDING = "pending", "持ち帰り"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="entries")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    speaker = models.CharField("発言者", max_length=80, blank=True)
    source = models.CharField("情報の出所", max_length=120, blank=True)
    text = models.TextField(blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    deleted = models.BooleanField(default=False)
    revision = models.BigIntegerField()
    writer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("item", "order", "created_at")
        indexes = (models.Index(fields=["item", "revision"], name="entry_since"),)

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def is_outcome(self) -> bool:
        """Whether it stands in the pane 決定・役割分担."""
        return self.kind in OUTCOMES


# Somebody is to do something, mostly until a day.
TASKS = frozenset({Entry.Kind.TASK, Entry.Kind.PENDING})
# The pane 決定・役割分担: all that a guest gets (R32).
OUTCOMES = TASKS | {Entry.Kind.DECISION}


class EntryChange(models.Model):
    """One acknowledged change, by its operation id: a repeat is answered, not redone.

    Kept until the record is confirmed, then deleted with all typing buffers (R34).
    """

    operation = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="changes")
    revision = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # A displaced writer's text is kept as a second version, never dropped.
    displaced_text = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["person"],
                condition=~models.Q(displaced_text=""),
                name="displaced_by_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.operation}"
