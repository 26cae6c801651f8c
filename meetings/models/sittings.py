"""開催・議題・招集: sittings, their agenda, who is asked and who is in the room."""

import uuid
from typing import TYPE_CHECKING

from django.db import models

from members.facts import Regime
from members.models import Body, Case, HouseholdMember, LegalGround, Person
from members.models.bodies import Dated
from portal.core.models import OutgoingMail

if TYPE_CHECKING:
    from meetings.models.feeds import CalendarReply


class Sitting(models.Model):
    """開催: one day's meeting of a body. Its number, date and place are neutral."""

    class State(models.TextChoices):
        """From the clerk's draft to the closed meeting."""

        DRAFT = "draft", "準備中"
        SUBMITTED = "submitted", "承認待ち"
        CONVENED = "convened", "招集済み"
        CLOSED = "closed", "終了"
        CANCELLED = "cancelled", "中止"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="sittings")
    number = models.PositiveIntegerField("第n回")
    starts_at = models.DateTimeField("開始")
    ends_at = models.DateTimeField("終了")
    place = models.CharField("場所", max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    presiding = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    returned_note = models.CharField("差し戻しの理由", max_length=400, blank=True)

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.UniqueConstraint(fields=["body", "number"], name="sitting_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="sitting_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.body.name} 第{self.number}回"


class AgendaItem(models.Model):
    """議題. The law is the item's own, not that of the day (R18).

    ``law`` is one that the charter of ``body`` admits; ``ground`` is the
    body's that carries it.
    """

    class Kind(models.TextChoices):
        """Under which heading of the agenda it stands; the last four have no case."""

        DELIBERATION = "deliberation", "協議事項"
        REPORT = "report", "報告事項"
        STUDY = "study", "研修・勉強会"
        RESOURCE = "resource", "社会資源"
        ARRANGEMENT = "arrangement", "支援体制"
        RECORDS = "records", "前回会議録の確認"

    class Occasion(models.TextChoices):
        """The mandatory timings of a plan, and plain sharing."""

        SHARING = "sharing", "情報共有"
        PLAN = "plan", "プラン策定時"
        REPLAN = "replan", "再プラン策定時"
        CLOSURE = "closure", "支援終結の判断時"
        SUSPENSION = "suspension", "支援中断の決定時"

    class State(models.TextChoices):
        """Whether the item is being talked about."""

        PENDING = "pending", "これから"
        OPEN = "open", "協議中"
        CLOSED = "closed", "終了"
        CARRIED = "carried", "次回へ持ち越し"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField("種別", max_length=20, choices=Kind.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    law = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    ground = models.CharField("根拠", max_length=20, choices=LegalGround.Code.choices)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="items"
    )
    about = models.ManyToManyField(HouseholdMember, related_name="+", blank=True)
    occasion = models.CharField(
        "時期", max_length=20, choices=Occasion.choices, default=Occasion.SHARING
    )
    title = models.CharField("議題名", max_length=120)
    purpose = models.CharField("検討の目的", max_length=200, blank=True)
    points = models.TextField("話し合うこと", blank=True)
    minutes_allotted = models.PositiveSmallIntegerField("時間(分)", default=15)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING
    )
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # 公開: a recorded decision, where the charter keeps items closed as a rule only.
    public_by = models.CharField("公開を決めた人", max_length=60, blank=True)
    public_on = models.DateField("公開を決めた日", null=True, blank=True)
    public_reason = models.CharField("公開する理由", max_length=200, blank=True)
    # The unfinished item of an earlier sitting that goes on here.
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="carried_to"
    )
    # The item of an earlier sitting whose decisions and tasks are reported here.
    reports_on = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="report"
    )
    # The revision of the item's live minutes: every committed change raises it.
    revision = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("sitting", "order")

    def __str__(self) -> str:
        return f"{self.sitting} {self.order}"

    @property
    def regime(self) -> Regime:
        """The law this item stands under."""
        return Regime(self.law)


class Invitation(models.Model):
    """招集通知と出欠: one person's own invitation to one sitting."""

    class Rsvp(models.TextChoices):
        """出欠回答."""

        WAITING = "waiting", "未回答"
        PRESENT = "present", "出席"
        ABSENT = "absent", "欠席"
        PROXY = "proxy", "代理出席"
        UNDECIDED = "undecided", "未定"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    rsvp = models.CharField(
        "出欠", max_length=10, choices=Rsvp.choices, default="waiting"
    )
    rsvp_note = models.CharField("連絡事項", max_length=200, blank=True)
    rsvp_at = models.DateTimeField(null=True)
    # 受付: came to the sitting; the room of an item opens to them item by item.
    checked_in_at = models.DateTimeField("受付", null=True)
    # The calendar entry: a fixed random UID, a sequence that only the portal raises.
    calendar_uid = models.UUIDField(default=uuid.uuid4, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    notified_at = models.DateTimeField(null=True)
    # The mail that told last; None where a letter did.
    notice = models.ForeignKey(
        OutgoingMail, models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sitting", "person"], name="invited_once"),
        )

    def __str__(self) -> str:
        return f"{self.sitting} {self.person}"

    @property
    def hint(self) -> "CalendarReply | None":
        """What the person's calendar says and the person has not said since."""
        reply: CalendarReply | None = getattr(self, "calendar_reply", None)
        return reply if reply and reply.stands else None


class Presence(Dated):
    """In the room for one item: from being shown in until being shown out (R18)."""

    class Origin(models.TextChoices):
        """Shown in by the secretariat, or said by oneself and accepted afterwards."""

        ADMITTED = "admitted", "入室"
        ATTESTED = "attested", "本人の申し出"

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="presences")
    person = models.ForeignKey(Person, models.PROTECT, related_name="presences")
    admitted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    origin = models.CharField(
        max_length=10, choices=Origin.choices, default=Origin.ADMITTED
    )

    class Meta:
        indexes = (models.Index(fields=["item", "person"], name="presence_of_item"),)

    def __str__(self) -> str:
        return f"{self.item} {self.person}"
