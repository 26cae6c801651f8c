"""取り込み: a table that people keep, read, looked over and entered row by row."""

import uuid

from django.db import models

from members.models import Body, Person
from portal.core.models import StoredObject


class Import(models.Model):
    """One file and what became of it; only who brought it sees it.

    The file rests in the vault until its rows are entered, or for some days.
    """

    class Kind(models.TextChoices):
        """What its rows are."""

        ROLL = "roll", "名簿(人と委嘱)"
        ORGANIZATIONS = "organizations", "機関"
        CASES = "cases", "事例"
        RECORDS = "records", "会議録(かさねより前)"

    class State(models.TextChoices):
        """From the file to the rows."""

        READ = "read", "確認待ち"
        RUNNING = "running", "取り込み中"
        DONE = "done", "取り込み済み"
        STOPPED = "stopped", "途中で停止"
        UNDONE = "undone", "取り消し済み"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField("種類", max_length=20, choices=Kind.choices)
    # Organisations are the town's; all else is entered at a body.
    body = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    stored = models.ForeignKey(
        StoredObject, models.PROTECT, null=True, related_name="+"
    )
    ending = models.CharField(
        max_length=5, choices=[(".xlsx", "Excel"), (".csv", "CSV")]
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    # Of a roll: who approved its people, and from which day they hold.
    approved_by = models.CharField("承認した人", max_length=60, blank=True)
    approved_on = models.DateField("承認した日", null=True)
    starts_on = models.DateField("委嘱・任命の日", null=True)
    total = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    # When the worker last entered some of it.
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class ImportedRow(models.Model):
    """What became of one row; ``made`` holds the ids of what it entered, by table."""

    class Outcome(models.TextChoices):
        """How it ended."""

        MADE = "made", "登録した"
        KNOWN = "known", "登録済み"
        LEFT = "left", "取り込まなかった"
        UNDONE = "undone", "取り消した"

    source = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # Why it was left, or could not be undone; never what stood in it.
    words = models.CharField(max_length=300, blank=True)
    made = models.JSONField(default=dict)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(
                fields=["source", "number"], name="imported_row_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"
