"""保存期間と廃棄: classes, what a body's files have of them, holds, disposals."""

import uuid

from django.db import models
from django.db.models import F, Q

from members.models import Body, Person


class FileKind(models.TextChoices):
    """What is kept, and disposed of, as one (ファイル)."""

    CASE = "case", "事例のファイル"
    SITTING = "sitting", "会議のファイル"


class RecordsClass(models.Model):
    """保存期間の区分, the municipality's own; ``years`` is None where it is 永久.

    Years never change: what was classed stays classed as it was (R34).
    """

    name = models.CharField("区分", max_length=20, unique=True)
    years = models.PositiveSmallIntegerField("年数", null=True)

    class Meta:
        verbose_name_plural = "records classes"
        ordering = (F("years").desc(nulls_first=True), "name")

    def __str__(self) -> str:
        return self.name


class RetentionRule(models.Model):
    """Which class the files of a body have that are complete from a day on."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="retention_rules")
    kind = models.CharField("ファイルの種類", max_length=10, choices=FileKind.choices)
    records_class = models.ForeignKey(RecordsClass, models.PROTECT, related_name="+")
    starts_on = models.DateField("適用する日")
    decided_by = models.CharField("決めた人", max_length=60)
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["body", "kind", "starts_on"], name="retention_rule_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.get_kind_display()} {self.records_class}"


class Lengthening(models.Model):
    """延長: a file is kept beyond its class, approved by somebody, for a reason."""

    kind = models.CharField(max_length=10, choices=FileKind.choices)
    file_id = models.UUIDField(db_index=True)
    until = models.DateField("延長後の満了日")
    reason = models.CharField("延長の理由", max_length=200)
    approved_by = models.CharField("承認した人", max_length=60)
    approved_on = models.DateField("承認した日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("entered_at",)

    def __str__(self) -> str:
        return f"{self.file_id} {self.until}"


class LegalHold(models.Model):
    """凍結(法的保全): as long as it stands, nothing of the file is disposed of."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    file_id = models.UUIDField(db_index=True)
    reason = models.CharField("凍結の理由", max_length=200)
    placed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lift_reason = models.CharField("解除の理由", max_length=200, blank=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("placed_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("placed_by")),
                name="hold_is_lifted_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_id}"


class Disposal(models.Model):
    """廃棄の提案: made by one person, approved by another; then a tombstone follows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField("種類", max_length=10, choices=FileKind.choices)
    file_id = models.UUIDField(unique=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="disposals")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="disposal_has_a_second_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_id}"


class Tombstone(models.Model):
    """廃棄簿の1行: what was disposed of. It begins the disposal, which nothing undoes.

    It says what went in which class, how much, when and by whom; ``digest`` is that
    of the digests of all its files: who kept a list of them can prove it. The journal
    outside the database knows it too, so that a restore disposes of the file again:
    then two fields of people are empty, as the backup need not know them.
    ``bodies`` are those that dealt with it: its own, and each that had a record in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField("種類", max_length=10, choices=FileKind.choices)
    file_id = models.UUIDField(unique=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="tombstones")
    bodies = models.ManyToManyField(Body, related_name="+")
    number = models.CharField("番号", max_length=20, blank=True)
    class_name = models.CharField("区分", max_length=20, blank=True)
    completed_on = models.DateField("完結日")
    expired_on = models.DateField("満了日")
    proposed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    record_count = models.PositiveIntegerField("会議録", default=0)
    paper_count = models.PositiveIntegerField("資料", default=0)
    object_count = models.PositiveIntegerField("ファイル", default=0)
    row_count = models.PositiveIntegerField("行", default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="tombstone_has_two_people",
            ),
        )
        indexes = (
            models.Index(
                fields=["started_at"],
                condition=Q(done_at=None),
                name="disposal_under_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number or self.file_id}"
