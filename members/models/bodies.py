"""The municipality's units, organisations and bodies, and what they rest on."""

import uuid
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import models

from members.facts import Regime, Span
from portal.core import clock

if TYPE_CHECKING:
    from members.models.charters import Charter


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

    @property
    def last_day(self) -> date | None:
        """The last day in Japan on which it holds; None without an end."""
        return clock.last_day(self.ends_at) if self.ends_at else None


class Unit(models.Model):
    """区・圏域: a part of the municipality, blind to the cases of the others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("圏域", max_length=60, unique=True)
    ends_on = models.DateField("最後の日", null=True, blank=True)

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
    address = models.CharField("所在地", max_length=200, blank=True)
    # Not in the register: an agency known only because a case was asked about.
    listed = models.BooleanField("名簿に載せる", default=True)
    ends_on = models.DateField("最後の日", null=True, blank=True)

    class Meta:
        ordering = ("-internal", "kana", "name")

    def __str__(self) -> str:
        return self.name


class Body(models.Model):
    """会議体: a standing body. How it works is its charter's matter."""

    class Tier(models.TextChoices):
        """代表者会議・実務者会議・個別ケース検討会議."""

        REPRESENTATIVES = "representatives", "代表者会議"
        PRACTITIONERS = "practitioners", "実務者会議"
        CASE = "case", "個別ケース検討会議"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = models.CharField("会議体の名称", max_length=60)
    # The law of its own room; an item may stand under another that its charter admits.
    regime = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    tier = models.CharField(max_length=20, choices=Tier.choices, default=Tier.CASE)
    # A body on trial ends: no sitting after that day, the archive stays readable.
    starts_on = models.DateField("設置日", null=True, blank=True)
    ends_on = models.DateField("終了日", null=True, blank=True)

    class Meta:
        ordering = ("unit__name", "name")
        verbose_name_plural = "bodies"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="body_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}({self.unit.name})" if self.unit else self.name

    @cached_property
    def rules(self) -> "Charter":
        """The charter in force now; the usual rules where none was entered."""
        return self.rules_at(clock.now())

    def rules_at(self, t: datetime) -> "Charter":
        """The charter in force at ``t``; the usual rules where none was entered.

        Before its first day a body has the rules with which it begins.
        """
        t = self.begun_by(t)
        live = [charter for charter in self.charters.all() if charter.span.holds(t)]
        return live[-1] if live else self.charters.model.usual(self)

    def laws_at(self, t: datetime) -> frozenset[Regime]:
        """The laws whose pledge is asked for here: its own, and those of its items."""
        return self.rules_at(t).regimes | {Regime(self.regime)}

    def begun_by(self, t: datetime) -> datetime:
        """``t``, or the first moment of a body that has not begun then."""
        return max(t, clock.day_start(self.starts_on)) if self.starts_on else t

    def exists_on(self, day: date) -> bool:
        """Whether the body is set up on that day."""
        after = self.starts_on is None or self.starts_on <= day
        return after and (self.ends_on is None or day <= self.ends_on)


class LegalGround(Dated):
    """根拠法令: an article with the words that follow from it, as dated data.

    A change of article, wording or penalty is a new row, not a release.
    """

    class Code(models.TextChoices):
        """The grounds such meetings rest on."""

        ACT_106_6 = "act_106_6", "社会福祉法第106条の6"
        ACT_106_4 = "act_106_4", "社会福祉法第106条の4第2項第5号"
        ACT_106_3 = "act_106_3", "社会福祉法第106条の3"
        SELF_RELIANCE_9 = "self_reliance_9", "生活困窮者自立支援法第9条"
        NONE = "none", "根拠法令なし(要綱による)"

    code = models.CharField("根拠", max_length=20, choices=Code.choices)
    article = models.CharField("条文", max_length=120)
    regime = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    notice_words = models.CharField("案内に書く根拠", max_length=200, blank=True)
    penalty_words = models.CharField("罰則", max_length=200, blank=True)
    # Whether the person concerned may be asked to come (R16).
    subject_invited = models.BooleanField("本人の出席", default=False)

    class Meta:
        ordering = ("code", "starts_at")

    def __str__(self) -> str:
        return self.article


class LegalBasis(Dated):
    """根拠条項: a ground the body stands on, from when until when (R19).

    A body that holds both modes stands on several. The words that follow from a
    ground are those of its ``LegalGround`` in force on the day.
    """

    body = models.ForeignKey(Body, models.PROTECT, related_name="legal_bases")
    ground = models.CharField("根拠", max_length=20, choices=LegalGround.Code.choices)
    decided_by = models.CharField("決めた人", max_length=60, blank=True)
    decided_on = models.DateField("決めた日", null=True, blank=True)
    end_decided_by = models.CharField("終了を決めた人", max_length=60, blank=True)
    end_decided_on = models.DateField("終了を決めた日", null=True, blank=True)

    class Meta:
        verbose_name_plural = "legal bases"
        ordering = ("starts_at",)

    def __str__(self) -> str:
        return self.get_ground_display()


class Policy(models.Model):
    """The lasting settings marked (S) in the access rules; a recorded decision each."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    internal_downloads = models.BooleanField(default=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_policy"),
        )
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"downloads inside: {self.internal_downloads}"

    @classmethod
    def in_force(cls) -> "Policy":
        """What was decided; the default, unsaved, where nothing was."""
        return cls.objects.filter(id=1).first() or cls()

    def says(self, allowed: bool) -> bool:  # noqa: FBT001 – one answer, yes or no
        """Whether just that was decided."""
        return self.decided_on is not None and self.internal_downloads == allowed
