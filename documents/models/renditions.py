"""閲覧用PDF: what is shown of papers that are not PDF themselves."""

import uuid

from django.db import models

from documents.models.papers import PaperVersion
from members.models import Person
from portal.core.models import StoredObject


class Rendition(models.Model):
    """A flat PDF made of one version of an Office file or a text.

    Who may see it is decided as of the version (R6). ``asked_by`` is the person for
    whom it is made (R37): who filed the version, or asked again after a failure.
    """

    class State(models.TextChoices):
        """How far it has come."""

        PENDING = "pending", "変換中"
        READY = "ready", "表示可"
        FAILED = "failed", "変換できず"

    class Reason(models.TextChoices):
        """Why there is none."""

        OFF = "off", "この環境では変換しない"
        BROKEN = "broken", "変換に失敗"
        SLOW = "slow", "時間切れ"
        LARGE = "large", "ページが多すぎる"
        WITHDRAWN = "withdrawn", "資料が閉じられた"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.OneToOneField(
        PaperVersion, models.PROTECT, related_name="rendition"
    )
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING
    )
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    stored = models.ForeignKey(
        StoredObject, models.PROTECT, null=True, related_name="+"
    )
    page_count = models.PositiveIntegerField("ページ数", default=0)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state="pending") | models.Q(reason="off"),
                name="rendition_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.get_state_display()}"
