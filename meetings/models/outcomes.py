"""議題の結果: what the meeting resolved, what the city decided, what was missing."""

import uuid

from django.db import models

from meetings.models.sittings import AgendaItem
from members.models import Body, Case, Organization, Person


class Outcome(models.Model):
    """議題の結果. Of a case, it is the only way to a plan, an end or a pause.

    ``target`` is the status that the meeting has brought about or, where the city
    decides, will bring about; it is empty when nothing changes. ``before`` is where
    the case stood, and stands again when the city says no.
    """

    class Result(models.TextChoices):
        """What was resolved."""

        CONFIRMED = "confirmed", "プラン確定"
        REPLANNED = "replanned", "再プラン確定"
        CLOSED = "closed", "支援終結"
        SUSPENDED = "suspended", "支援中断"
        REFERRED_BACK = "referred_back", "プランを見直す"
        CONTINUED = "continued", "継続"
        AGREED = "agreed", "了承"

    item = models.OneToOneField(AgendaItem, models.PROTECT, related_name="outcome")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="outcomes"
    )
    held_on = models.DateField("会議の日")
    result = models.CharField("結果", max_length=20, choices=Result.choices)
    before = models.CharField(max_length=20, choices=Case.Status.choices, blank=True)
    target = models.CharField(max_length=20, choices=Case.Status.choices, blank=True)
    # 支援決定の要る事業: with either of them the city decides after the meeting.
    participation = models.BooleanField("参加支援を含む", default=False)
    outreach = models.BooleanField("アウトリーチ等を含む", default=False)
    needs_decision = models.BooleanField("自治体の決定を待つ", default=False)
    lead_agency = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    monitoring_on = models.DateField("次のモニタリング", null=True, blank=True)
    note = models.TextField("決まったこと", blank=True)
    presided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-held_on", "-recorded_at")
        indexes = (models.Index(fields=["case", "held_on"], name="outcome_of_case"),)

    def __str__(self) -> str:
        return f"{self.item} {self.get_result_display()}"


class SupportDecision(models.Model):
    """支援決定: the city's own act after the meeting, on its own date, if ever."""

    outcome = models.OneToOneField(Outcome, models.PROTECT, related_name="decision")
    granted = models.BooleanField("会議のとおり決定")
    decided_on = models.DateField("決定日")
    decided_by = models.CharField("決定した人", max_length=60)
    note = models.CharField("決定番号・理由", max_length=200, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.outcome} {self.decided_on}"


class HandBack(models.Model):
    """つなぎもどし: a case goes back to its referrer, after talk with it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="hand_backs")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    talked_on = models.DateField("話した日")
    talk = models.TextField("話した内容")
    handed_on = models.DateField("もどした日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("-handed_on", "-entered_at")

    def __str__(self) -> str:
        return f"{self.case} {self.organization}"


class ResourceGap(models.Model):
    """足りない資源: what the meetings found missing, until something has come of it.

    A ``general`` one has words that touch no case and stands in the body's register;
    any other opens to those who may read the item on which it was raised.
    """

    class Field(models.TextChoices):
        """分野."""

        HOUSING = "housing", "住まい"
        WORK = "work", "就労・社会参加"
        PLACE = "place", "居場所・つながり"
        MOBILITY = "mobility", "移動"
        HEALTH = "health", "医療・こころ"
        CARE = "care", "介護・介助"
        CHILDREN = "children", "子ども・教育"
        MONEY = "money", "お金・手続"
        PEOPLE = "people", "担い手・人材"
        SYSTEM = "system", "制度・しくみ"
        OTHER = "other", "その他"

    class State(models.TextChoices):
        """What has become of it."""

        OPEN = "open", "未検討"
        CONSIDERED = "considered", "検討中"
        DONE = "done", "対応済み"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="gaps")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="gaps"
    )
    general = models.BooleanField("事例に触れない言葉で登録", default=False)
    field = models.CharField("分野", max_length=20, choices=Field.choices)
    words = models.CharField("足りないもの", max_length=400)
    state = models.CharField(
        "状況", max_length=20, choices=State.choices, default=State.OPEN
    )
    followed = models.TextField("その後の動き", blank=True)
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-raised_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(general=True) | models.Q(item__isnull=False),
                name="gap_outside_an_item_is_general",
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.get_field_display()}"
