"""Cases as households; who was selected, who consented, who is recused."""

import uuid
from collections.abc import Collection

from django.db import models

from members.facts import Role
from members.models.bodies import Body, Dated, Organization, Unit
from members.models.people import Person

CASE_ROLES = [
    (Role.CHAIR, "議長"),
    (Role.SECRETARIAT, "事務局"),
    (Role.INTERNAL, "構成員(庁内)"),
    (Role.EXTERNAL, "構成員(庁外)"),
]


class Case(models.Model):
    """事例: a household under consideration. Its number is a pseudonym."""

    class Status(models.TextChoices):
        """Where the case stands; the words are local, the states are not."""

        INTAKE = "intake", "受付"
        ASSESSMENT = "assessment", "アセスメント中"
        PLANNED = "planned", "プラン案作成"
        AWAITING = "awaiting", "決定待ち"
        CONFIRMED = "confirmed", "プラン確定"
        REPLANNING = "replanning", "再プラン検討"
        SUSPENDED = "suspended", "支援中断"
        CLOSED = "closed", "終結"
        HANDED_BACK = "handed_back", "つなぎもどし"
        MOVED = "moved", "転出"

    class Field(models.TextChoices):
        """分野, of which a household may have several."""

        ELDERLY = "elderly", "高齢・介護"
        DISABILITY = "disability", "障害"
        CHILDREN = "children", "子ども・子育て"
        HARDSHIP = "hardship", "生活困窮"
        WITHDRAWAL = "withdrawal", "ひきこもり・不登校"
        HEALTH = "health", "病気・こころの健康"
        HOUSING = "housing", "住まい"
        WORK = "work", "就労"
        VIOLENCE = "violence", "虐待・DV"
        CARERS = "carers", "ヤングケアラー・ダブルケア"
        OTHER = "other", "その他"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField("事例番号", max_length=20, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT)
    body = models.ForeignKey(Body, models.PROTECT, related_name="cases")
    title = models.CharField("事例の概要(匿名)", max_length=120)
    summary = models.TextField("経過と課題", blank=True)
    status = models.CharField(
        "状況", max_length=20, choices=Status.choices, default=Status.INTAKE
    )
    # Codes of ``Field``, in its order.
    fields = models.JSONField("分野", default=list, blank=True)
    referrer = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lead_agency = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_on = models.DateField("受付日")
    closed_on = models.DateField("終結日", null=True, blank=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return self.number

    @classmethod
    def fields_among(cls, codes: Collection[str]) -> list[str]:
        """The codes as they are kept: each once, in the order of the choices."""
        return [code for code in cls.Field.values if code in codes]

    @property
    def field_words(self) -> list[str]:
        """分野 in words."""
        return [str(self.Field(code).label) for code in self.fields]


class HouseholdMember(models.Model):
    """世帯員: the real name stands here and in the identity key only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="household")
    label = models.CharField("続柄", max_length=20)
    name = models.CharField("氏名", max_length=60)
    kana = models.CharField("フリガナ", max_length=80, blank=True)
    birth_date = models.DateField("生年月日", null=True, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話番号", max_length=20, blank=True)
    # DV等支援措置: address and phone are shown to the custodians alone.
    address_protected = models.BooleanField("住所等の保護", default=False)
    subject = models.BooleanField("本人", default=False)
    # As whom they come to an item of the case (R16): named by the label alone.
    guest = models.OneToOneField(
        Person, models.PROTECT, null=True, related_name="household_member"
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "label")

    def __str__(self) -> str:
        return self.label


class Consent(models.Model):
    """本人同意: per household member, with scope, form and withdrawal (R22)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    member = models.ForeignKey(HouseholdMember, models.PROTECT, related_name="consents")
    scope = models.CharField("同意の範囲", max_length=200)
    evidence = models.CharField("同意の方法", max_length=120)
    given_at = models.DateTimeField("同意日")
    withdrawn_at = models.DateTimeField("撤回日", null=True, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("given_at",)

    def __str__(self) -> str:
        return f"{self.member} {self.given_at:%Y-%m-%d}"


class Membership(Dated):
    """Selection of a person for a case by the convener or the secretariat (R12)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=CASE_ROLES)
    back_history = models.BooleanField("以前の資料も閲覧可", default=False)
    reason = models.CharField("選定の理由", max_length=200, blank=True)
    selected_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["person", "case"], name="membership_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.person}"


class Seat(Dated):
    """A place on the roster of one agenda item (R18); ``item_id`` is opaque here."""

    item_id = models.UUIDField(db_index=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    role = models.CharField(
        max_length=20,
        choices=[*CASE_ROLES, (Role.DEPUTY, "代理出席"), (Role.GUEST, "関係者")],
    )
    scribe = models.BooleanField("記録係", default=False)
    signatory = models.BooleanField("会議録の確認者", default=False)
    selected_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["person", "item_id"], name="seat_by_person"),)

    def __str__(self) -> str:
        return f"{self.person}"


class ArchiveGrant(Dated):
    """保存記録の閲覧の許可: one person reads a case's records for a while (R33)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="archive_grants")
    person = models.ForeignKey(Person, models.PROTECT, related_name="archive_grants")
    purpose = models.CharField("閲覧の目的", max_length=200)
    granted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=False),
                name="archive_grant_has_an_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.person}"


class Recusal(Dated):
    """A person or a whole agency kept away from a case or from one item (R27)."""

    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="recusals"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="recusals"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True)
    item_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                ^ models.Q(organization__isnull=False),
                name="recusal_names_one_party",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person or self.organization}"
