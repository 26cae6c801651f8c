"""The municipality's units, organisations and bodies, and what they rest on."""

import uuid

from django.db import models

from members.facts import Regime, Span


class Dated(models.Model):
    """A row that holds in ``[starts_at, ends_at)``; an open end is None (R2)."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def span(self) -> Span:
        """The interval as the decision reads it."""
        return Span(self.starts_at, self.ends_at)


class Unit(models.Model):
    """区・圏域: a part of the municipality, blind to the cases of the others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("圏域", max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class Organization(models.Model):
    """構成機関・関係機関: a section of the city (``internal``) or an outside agency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("機関名", max_length=120)
    kana = models.CharField("フリガナ", max_length=120, blank=True)
    internal = models.BooleanField("庁内", default=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)
    fax = models.CharField("FAX", max_length=20, blank=True)

    class Meta:
        ordering = ("-internal", "kana", "name")

    def __str__(self) -> str:
        return self.name


class Body(models.Model):
    """会議体: a standing body with its own rules and local words."""

    class Tier(models.TextChoices):
        """代表者会議・実務者会議・個別ケース検討会議."""

        REPRESENTATIVES = "representatives", "代表者会議"
        PRACTITIONERS = "practitioners", "実務者会議"
        CASE = "case", "個別ケース検討会議"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True)
    name = models.CharField("会議体の名称", max_length=60)
    regime = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    tier = models.CharField(max_length=20, choices=Tier.choices, default=Tier.CASE)
    charter = models.CharField("設置要綱", max_length=120, blank=True)
    head_title = models.CharField("長の呼び方", max_length=20, default="議長")
    signatory_count = models.PositiveSmallIntegerField(
        "議長のほかに会議録を確認する人数", default=1
    )
    link_days = models.PositiveSmallIntegerField("会議後に閲覧できる日数", default=7)

    class Meta:
        ordering = ("unit__name", "name")
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return f"{self.name}({self.unit.name})" if self.unit else self.name


class LegalBasis(Dated):
    """根拠条項: the article a body stands on, as dated data."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="legal_bases")
    article = models.CharField("根拠条項", max_length=120)

    class Meta:
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return self.article


class Policy(models.Model):
    """The settings marked (S) in the access rules; a recorded decision each (R8)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    class3_strength = models.PositiveSmallIntegerField(default=2)
    internal_downloads = models.BooleanField(default=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_policy"),
            models.CheckConstraint(
                condition=models.Q(class3_strength=2)
                | (
                    models.Q(class3_strength=1, decided_on__isnull=False)
                    & ~models.Q(decided_by="")
                    & ~models.Q(reason="")
                ),
                name="lower_strength_is_a_recorded_decision",
            ),
        )
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"class 3 needs {self.class3_strength}"
