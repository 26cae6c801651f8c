"""公開の回: one act that hands papers to people as a whole, and who was told of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import TextChoices

from members.facts import Way
from members.models import Body, Case, Person
from portal.core.models import OutgoingMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One cell of the table: a version for a person, how, and until when."""

    version: UUID
    person: UUID
    way: Way
    until: datetime

    def as_json(self) -> dict[str, str]:
        """As the plan keeps it."""
        return {
            "version": str(self.version),
            "person": str(self.person),
            "way": self.way.value,
            "until": self.until.isoformat(),
        }

    @classmethod
    def of(cls, row: dict[str, str]) -> Self:
        """A cell of a kept plan."""
        return cls(
            version=UUID(row["version"]),
            person=UUID(row["person"]),
            way=Way(row["way"]),
            until=datetime.fromisoformat(row["until"]),
        )


class ReleaseRound(models.Model):
    """公開の回: the releases of one item that were made in one act.

    Without ``opens_at`` it is a plan that waits for a second person (R30). Its
    releases begin at ``opens_at``; until then one act undoes all of it.
    """

    class Standing(TextChoices):
        """Where the round stands."""

        WAITING = "waiting", "承認待ち"
        RETURNED = "returned", "差し戻し"
        COMING = "coming", "まもなく公開"
        OPEN = "open", "公開中"
        UNDONE = "undone", "取り消し済み"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    item_id = models.UUIDField(db_index=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    plan = models.JSONField()
    opens_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_note = models.CharField("差し戻しの理由", max_length=200, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    # The notices have left, or nobody was to be told.
    told_at = models.DateTimeField(null=True)
    # What an undoing puts back: holds by version, ends of earlier releases by their id.
    before = models.JSONField(default=dict)

    class Meta:
        ordering = ("-made_at",)
        indexes = (
            models.Index(
                fields=["opens_at"],
                condition=models.Q(told_at=None, undone_at=None, returned_at=None),
                name="round_due",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(approved_by=None)
                | ~models.Q(approved_by=models.F("made_by")),
                name="round_has_a_second_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def cells(self) -> list[Planned]:
        """The pairs of the act, in the order of the table."""
        return [Planned.of(row) for row in self.plan]

    @property
    def until(self) -> datetime:
        """When the last of its releases ends."""
        return max(cell.until for cell in self.cells)

    def standing_at(self, t: datetime) -> "ReleaseRound.Standing":
        """Where it stands at ``t``."""
        if self.undone_at is not None:
            return self.Standing.UNDONE
        if self.returned_at is not None:
            return self.Standing.RETURNED
        if self.opens_at is None:
            return self.Standing.WAITING
        return self.Standing.COMING if t < self.opens_at else self.Standing.OPEN

    def time_left(self, t: datetime) -> timedelta:
        """How long it can still be undone."""
        return max(self.opens_at - t, timedelta()) if self.opens_at else timedelta()


class RoundNotice(models.Model):
    """Somebody was told of a round: one mail for each person, and what reminded."""

    round = models.ForeignKey(ReleaseRound, models.PROTECT, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mail = models.ForeignKey(OutgoingMail, models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["round", "person"], name="told_once"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} {self.person_id}"
