"""会議体の層: what goes up from a child body to its parent, and joint sittings."""

import uuid

from django.db import models

from meetings.models.outcomes import ResourceGap
from meetings.models.sittings import AgendaItem, Sitting
from members.models import Body, Case, Person


class CarryUp(models.Model):
    """持ち上げ: a child body's case or issue, laid before its parent body.

    ``item`` is the parent's own item once it has put one on an agenda; ``answer`` is
    what the parent hands down. Neither body sees the other's item by it.
    """

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "受付待ち"
        TAKEN = "taken", "議題にした"
        HANDED_DOWN = "handed_down", "結果を返した"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="carried_to")
    child = models.ForeignKey(Body, models.PROTECT, related_name="carried_from")
    source = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="carried_up"
    )
    gap = models.ForeignKey(
        ResourceGap, models.PROTECT, null=True, blank=True, related_name="carried_up"
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+"
    )
    occasion = models.CharField(
        "時期", max_length=20, choices=AgendaItem.Occasion.choices
    )
    title = models.CharField("議題名", max_length=120)
    purpose = models.CharField("検討してほしいこと", max_length=200, blank=True)
    item = models.OneToOneField(
        AgendaItem,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="carried_up_from",
    )
    carried_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    carried_at = models.DateTimeField()
    answer = models.TextField("返す結果", blank=True)
    handed_down_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )
    handed_down_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-carried_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(source__isnull=False) ^ models.Q(gap__isnull=False),
                name="carry_up_has_one_source",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(handed_down_at=None),
                name="item_is_carried_up_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["gap"],
                condition=models.Q(handed_down_at=None),
                name="gap_is_carried_up_once_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.child} → {self.body}"

    @property
    def state(self) -> State:
        """Where it is."""
        if self.handed_down_at is not None:
            return self.State.HANDED_DOWN
        if self.item is None or self.item.sitting.state == Sitting.State.CANCELLED:
            return self.State.WAITING
        return self.State.TAKEN


class JointSitting(models.Model):
    """合同開催: the same sitting, recorded under a second body with its own number."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="joint")
    body = models.ForeignKey(Body, models.PROTECT, related_name="joint_sittings")
    number = models.PositiveIntegerField("第n回")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("body__name",)
        constraints = (
            models.UniqueConstraint(fields=["sitting", "body"], name="joint_body_once"),
            models.UniqueConstraint(
                fields=["body", "number"], name="joint_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.body.name} 第{self.number}回"
