"""資料: papers, their versions, and who may open which version until when."""

import uuid

from django.db import models
from django.db.models import Q

from members.facts import Regime, State, Way
from members.models import (
    Body,
    Case,
    HouseholdMember,
    Organization,
    Person,
    Purpose,
    Scope,
)
from members.models.bodies import Dated
from portal.core import media
from portal.core.models import StoredObject


class Paper(models.Model):
    """資料: one numbered paper of an agenda item; the bytes are its versions'.

    ``item_id`` and ``sitting_id`` name the item under which it was received; the
    regime of that item stays with it for good (R21). A paper that ``kept_by`` names
    an organization for has no versions: it is shown at the meeting and never
    deposited here (提示のみ).
    """

    class Kind(models.TextChoices):
        """様式 and what else is handed round."""

        INTAKE_APPLICATION = "intake_application", "様式1-1 相談受付・申込票"
        ASSESSMENT_SHEET = "assessment_sheet", "様式1-2 アセスメントシート"
        SUPPORT_PLAN = "support_plan", "様式2-1 支援プラン"
        PLAN_EVALUATION = "plan_evaluation", "様式2-2 評価シート"
        PARTICIPATION_PLAN = "participation_plan", "参加支援プラン"
        OUTREACH_PLAN = "outreach_plan", "アウトリーチ支援プラン"
        CASE_SUMMARY = "case_summary", "事例概要"
        AGENCY_FORM = "agency_form", "機関の様式"
        IDENTITY_KEY = "identity_key", "氏名対照表"
        AGENDA = "agenda", "次第"
        MINUTES = "minutes", "会議録"
        REPLY = "reply", "協力依頼への回答"
        OTHER = "other", "その他"

    class Class(models.TextChoices):
        """自治体機密性の分類."""

        C2 = "2", "機密性2"
        C3C = "3C", "機密性3C"
        C3B = "3B", "機密性3B"
        C3A = "3A", "機密性3A"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField("資料番号", max_length=20)
    title = models.CharField("資料名", max_length=120)
    kind = models.CharField("種類", max_length=30, choices=Kind.choices)
    document_class = models.CharField("分類", max_length=2, choices=Class.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="papers"
    )
    item_id = models.UUIDField(db_index=True)
    sitting_id = models.UUIDField(db_index=True)
    # The law of the item it lies under, and that under which it was received.
    law = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    origin = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    # What the sitting's place is held by: the sitting itself, or a call for cases.
    purpose = models.CharField(
        max_length=10, choices=Purpose.choices, default=Purpose.SITTING
    )
    # A transfer makes a new paper and says of which version, and why (R21).
    source = models.ForeignKey(
        "PaperVersion", models.PROTECT, null=True, related_name="transfers"
    )
    transfer_reason = models.CharField("引き継ぎの理由", max_length=200, blank=True)
    handed_out = models.BooleanField("当日配布", default=False)
    kept_by = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+"
    )
    tax_information = models.BooleanField("税情報を含む", default=False)
    # 住所等の保護: opens by the list alone, and its original to nobody outside.
    protected_address = models.BooleanField("住所等の保護", default=False)
    about = models.ManyToManyField(HouseholdMember, related_name="+", blank=True)
    restricted = models.BooleanField("閲覧者を限る", default=False)
    readers = models.ManyToManyField(Person, related_name="+", blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("order", "number", "created_at")
        constraints = (
            models.CheckConstraint(
                condition=Q(protected_address=False) | Q(restricted=True),
                name="protected_paper_is_restricted",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def scope(self) -> Scope:
        """The thing whose page leads to the paper."""
        return Scope(Purpose(self.purpose), self.sitting_id)


class PaperVersion(models.Model):
    """One version of a paper. A replaced version opens to nobody but its custodian."""

    class Hold(models.TextChoices):
        """Why a version waits for a second look."""

        MEMBER = "member", "庁外または代理の人からの資料"
        SCAN = "scan", "ウイルス検査"
        MIXUP = "mixup", "別の世帯の情報"

    class Guard(models.TextChoices):
        """Whether the mix-up guard looked; until then nothing is released."""

        WAITING = "waiting"
        LOOKED = "looked"
        UNREADABLE = "unreadable"  # a scan or a picture: only people can read it

    class Scan(models.TextChoices):
        """What the virus scanner says; only ``off`` and ``clean`` ever open."""

        OFF = "off"  # no scanner: an explicit setting
        PENDING = "pending"
        CLEAN = "clean"
        INFECTED = "infected"  # its bytes are destroyed
        UNSCANNABLE = "unscannable"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版", default=1)
    state = models.CharField(
        max_length=10, choices=[(s, s.value) for s in State], default=State.DRAFT
    )
    # Not empty as long as the version is held; ``services.holds`` keeps both in step.
    holds = models.JSONField("保留の理由", default=list, blank=True)
    guard = models.CharField(
        max_length=10, choices=Guard.choices, default=Guard.WAITING
    )
    file_name = models.CharField("ファイル名", max_length=200)
    media_type = models.CharField(max_length=100)
    # Pages that the viewer shows as pictures; 0 for what it cannot show.
    page_count = models.PositiveIntegerField("ページ数", default=0)
    scan = models.CharField(max_length=11, choices=Scan.choices, default=Scan.OFF)
    # Residue that the inspection found: how much of it, by its code; never its words.
    findings = models.JSONField(default=dict)
    stored = models.ForeignKey(StoredObject, models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ("paper", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["paper", "number"], name="paper_version_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["uploaded_at"],
                condition=models.Q(state="held"),
                name="version_held",
            ),
        )

    def __str__(self) -> str:
        return f"{self.paper} 第{self.number}版"

    @property
    def form(self) -> str:
        """Which of the two files of a record it is; they have one name (PDF, Word)."""
        if self.paper.kind != Paper.Kind.MINUTES:
            return ""
        return {media.PDF: "PDF", media.DOCX: "Word"}.get(self.media_type, "")

    @property
    def scanned(self) -> bool:
        """Nothing stands against opening it, as far as viruses go."""
        return self.scan in {self.Scan.OFF, self.Scan.CLEAN}

    @property
    def scan_is_late(self) -> bool:
        """The scanner has not answered for some while."""
        wait = getattr(self, "scan_wait", None)
        return wait is not None and wait.attempts >= wait.LATE


class ScanWait(models.Model):
    """A version whose scan has to be asked again; gone once there is an answer."""

    LATE = 4  # attempts, some eight minutes

    version = models.OneToOneField(
        PaperVersion, models.CASCADE, primary_key=True, related_name="scan_wait"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.version_id} {self.attempts}"


class Release(Dated):
    """A version handed to one person until a time. Without a live row nothing opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(PaperVersion, models.PROTECT, related_name="releases")
    person = models.ForeignKey(Person, models.PROTECT, related_name="releases")
    # Empty: as is usual for the reader's role (R32).
    way = models.CharField(
        "渡し方", max_length=10, choices=[(w, w.value) for w in Way], blank=True
    )
    round = models.ForeignKey(
        "ReleaseRound", models.PROTECT, null=True, related_name="releases"
    )
    released_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["person", "version"], name="release_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.person}"

    @property
    def undone(self) -> bool:
        """Ended before it began: nobody was given anything by it."""
        return self.ends_at is not None and self.ends_at <= self.starts_at
