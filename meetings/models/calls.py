"""事例の募集: who was asked for cases until when, who answered, what was proposed."""

import uuid
from datetime import date, timedelta

from django.db import models

from meetings.models.sittings import AgendaItem, Sitting
from members.facts import Regime
from members.models import Body, Case, Person
from portal.core import clock, jp

# How long before the due date the silent are reminded.
REMIND_BEFORE = timedelta(days=3)


class Call(models.Model):
    """事例の募集: the question of one body, for one month, until one moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="calls")
    number = models.PositiveIntegerField("番号")
    # The first day of the month; the sitting too, where it is fixed already.
    month = models.DateField("対象の月")
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, related_name="calls"
    )
    due_at = models.DateTimeField("期限")
    words = models.CharField("連絡事項", max_length=400, blank=True)
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # When those who had not answered were reminded by the portal itself.
    swept_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-due_at",)
        constraints = (
            models.UniqueConstraint(fields=["body", "number"], name="call_once"),
        )

    def __str__(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        """The neutral number, in the fiscal year of asking, e.g. ``2026-B003``."""
        year = jp.fiscal_year(clock.day_of(self.opened_at))
        return f"{year}-B{self.number:03}"

    @property
    def regime(self) -> Regime:
        """The law under which proposals are received."""
        return Regime(self.body.regime)

    @property
    def last_day(self) -> date:
        """The last day in Japan on which answers are taken."""
        return clock.last_day(self.due_at)

    @property
    def is_open(self) -> bool:
        """Whether the due date is still to come."""
        return clock.now() < self.due_at

    @property
    def ends_soon(self) -> bool:
        """Whether the due date is a few days off at most."""
        return self.due_at <= clock.now() + REMIND_BEFORE


class CallRecipient(models.Model):
    """One person who is asked on behalf of the own organisation."""

    class Answer(models.TextChoices):
        """What became of the question."""

        WAITING = "waiting", "未回答"
        PROPOSES = "proposes", "提案あり"
        NOTHING = "nothing", "該当なし"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.ForeignKey(Call, models.PROTECT, related_name="recipients")
    person = models.ForeignKey(Person, models.PROTECT, related_name="calls")
    answer = models.CharField(
        "お返事", max_length=10, choices=Answer.choices, default=Answer.WAITING
    )
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["call", "person"], name="called_once"),
        )

    def __str__(self) -> str:
        return f"{self.call} {self.person}"

    @property
    def waits(self) -> bool:
        """Whether the answer is awaited."""
        return self.answer == self.Answer.WAITING


class Proposal(models.Model):
    """提案: one case that somebody would bring to the meeting.

    For the decision it is an item of its own: its author has a seat on it, and the
    case sheets are papers under its id, received under the law of the call's body.
    """

    class State(models.TextChoices):
        """From the author's draft to what triage made of it."""

        DRAFT = "draft", "下書き"
        SUBMITTED = "submitted", "提出済み"
        RETURNED = "returned", "差し戻し"
        TAKEN = "taken", "議題になりました"
        DECLINED = "declined", "見送り"

    class Urgency(models.TextChoices):
        """How soon the household needs the meeting."""

        USUAL = "usual", "次の会議でよい"
        SOON = "soon", "できるだけ早く"
        URGENT = "urgent", "急ぐ(会議を待てない)"

    class Consent(models.TextChoices):
        """What the author knows of the household's consent (R22)."""

        GIVEN = "given", "本人同意あり"
        NONE = "none", "本人同意なし"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.ForeignKey(Call, models.PROTECT, related_name="proposals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="proposals")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+"
    )
    occasion = models.CharField(
        "時期", max_length=20, choices=AgendaItem.Occasion.choices
    )
    title = models.CharField("件名(匿名)", max_length=120)
    purpose = models.CharField("会議に求めること", max_length=200)
    words = models.TextField("世帯の状況")
    urgency = models.CharField("急ぎ具合", max_length=10, choices=Urgency.choices)
    consent = models.CharField("本人同意", max_length=10, choices=Consent.choices)
    state = models.CharField(
        "状況", max_length=10, choices=State.choices, default=State.DRAFT
    )
    # Its own end: a returned proposal may be given more time than the call.
    due_at = models.DateTimeField("期限")
    reason = models.CharField("事務局からの連絡", max_length=400, blank=True)
    item = models.OneToOneField(
        AgendaItem, models.SET_NULL, null=True, related_name="proposal"
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def writable(self) -> bool:
        """Whether its author may still change it, the time aside."""
        return self.state in {self.State.DRAFT, self.State.RETURNED}

    @property
    def last_day(self) -> date:
        """The last day in Japan on which it may be sent in."""
        return clock.last_day(self.due_at)

    @property
    def in_time(self) -> bool:
        """Whether its end is still to come."""
        return clock.now() < self.due_at

    @property
    def waits(self) -> bool:
        """Whether triage is due; also where the item it became was taken off again."""
        lost = self.state == self.State.TAKEN and self.item_id is None
        return lost or self.state == self.State.SUBMITTED
