"""協力依頼: what was asked of somebody without a seat, and what came back (R15)."""

import uuid

from django.db import models

from documents.models.papers import Paper
from members.facts import Regime
from members.models import Body, Case, Person
from portal.core import clock, jp

# R8: what a mail code alone may open, and what asks for a factor of one's own.
REQUEST_CLASSES = [Paper.Class.C2, Paper.Class.C3B]


class CooperationRequest(models.Model):
    """協力依頼: one numbered request to one person about one case.

    Papers and an opinion come in, nothing goes out. The files of the reply are
    papers whose ``item_id`` and ``sitting_id`` are the request's id: as received
    under ``regime``, for the custodians of the case.
    """

    class State(models.TextChoices):
        """Whether a reply is awaited."""

        WAITING = "waiting", "回答待ち"
        ANSWERED = "answered", "回答済み"
        WITHDRAWN = "withdrawn", "取下げ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("番号")
    case = models.ForeignKey(Case, models.PROTECT, related_name="cooperation_requests")
    regime = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    clause = models.CharField("根拠", max_length=120)
    in_name_of = models.CharField("依頼者", max_length=60)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="cooperation_requests"
    )
    text = models.TextField("依頼の内容")
    document_class = models.CharField(
        "分類", max_length=2, choices=[(c.value, c.label) for c in REQUEST_CLASSES]
    )
    due_on = models.DateField("回答の期限")
    state = models.CharField(
        "状況", max_length=10, choices=State.choices, default=State.WAITING
    )
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("依頼日")
    told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    opinion = models.TextField("意見", blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["body", "number"], name="cooperation_request_once"
            ),
        )

    def __str__(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        """The neutral number, in the fiscal year of asking, e.g. ``2026-K003``."""
        year = jp.fiscal_year(clock.day_of(self.asked_at))
        return f"{year}-K{self.number:03}"

    @property
    def waiting(self) -> bool:
        """Whether the respondent can still answer."""
        return self.state == self.State.WAITING

    @property
    def overdue(self) -> bool:
        """Whether the reply is late."""
        return self.waiting and self.due_on < clock.today()
