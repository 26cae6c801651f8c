"""会議録の確認と保存: draft round, corrections, confirmations, the frozen record."""

import uuid

from django.db import models

from documents.models import Paper
from meetings.models.minutes import Entry
from meetings.models.sittings import AgendaItem
from members.models import Person


class Minutes(models.Model):
    """会議録: the record of one agenda item, filed with its case.

    One record per item keeps each household's record apart from the others'.
    Once ``final`` it is frozen: files, digest and text do not change any more.
    """

    class State(models.TextChoices):
        """From the room to the archive."""

        WRITING = "writing", "作成中"
        ROUND = "round", "案の確認中"
        FINAL = "final", "確定"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    item = models.OneToOneField(AgendaItem, models.PROTECT, related_name="record")
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WRITING
    )
    version = models.PositiveSmallIntegerField(default=0)
    circulated_at = models.DateTimeField(null=True)
    circulated_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )
    due_on = models.DateField("確認期限", null=True)
    # When those who have not confirmed were last asked again.
    reminded_at = models.DateTimeField(null=True)
    finalized_at = models.DateTimeField(null=True)
    # The confirmed record as papers: the working .docx and the PDF/A original.
    docx = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "minutes"
        indexes = (
            models.Index(
                fields=["due_on"],
                condition=models.Q(state="round"),
                name="minutes_in_round",
            ),
            models.Index(
                fields=["finalized_at", "id"],
                condition=models.Q(state="final"),
                name="minutes_confirmed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item}"


class RecordVersion(models.Model):
    """会議録の版: the words of one version, and why it was made.

    The versions of a round are drafts: they go when the record is fixed (R34). One
    that was confirmed stays with its files (前の版) once the record is reopened.
    """

    class Why(models.TextChoices):
        """What made the version."""

        CIRCULATED = "circulated", "案の回覧"
        CORRECTED = "corrected", "修正の反映"
        REOPENED = "reopened", "確定後の見直し"

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField("第n版")
    why = models.CharField(max_length=12, choices=Why.choices)
    reason = models.CharField("見直しの理由", max_length=400, blank=True)
    words = models.JSONField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Once confirmed and reopened: what was frozen, and when.
    finalized_at = models.DateTimeField(null=True)
    docx = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("version",)
        constraints = (
            models.UniqueConstraint(
                fields=["minutes", "version"], name="record_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.minutes} {self.version}"


class Correction(models.Model):
    """修正の申し出: an attendee's request on one entry, answered by the secretariat."""

    class State(models.TextChoices):
        """反映・回答."""

        OPEN = "open", "未回答"
        ACCEPTED = "accepted", "反映済み"
        ANSWERED = "answered", "回答済み"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="corrections")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="corrections")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField("修正してほしい内容")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField("回答", blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # The version that took the new words in.
    version = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.id}"


class Confirmation(models.Model):
    """会議録の確認: one signatory's confirmation of one version."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="confirmations")
    version = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    presiding = models.BooleanField("議長として", default=False)
    # 前回会議録の確認: the item in whose room it was confirmed aloud.
    in_item = models.ForeignKey(AgendaItem, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text_digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["minutes", "version", "person"], name="confirmed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.minutes} {self.person}"
