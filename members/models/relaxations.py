"""Decisions of the municipality that ask for less proof, each until a day (R8)."""

from django.db import models

from members.models.bodies import Dated
from members.models.people import Person


class Relaxation(Dated):
    """One recorded decision: what it allows, who decided it when, why, until when.

    It holds from its entry until its end, which its withdrawal moves to now.
    """

    class Kind(models.TextChoices):
        """What is allowed, and weaker than the rule."""

        CLASS_3 = "class_3", "事例の資料を、メールの確認コードで開く"
        TELEPHONE = "telephone", "確認コードを、電話番号あてに送る"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    decided_by = models.CharField("決めた人", max_length=60)
    decided_on = models.DateField("決めた日")
    reason = models.TextField("理由")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    withdrawn_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=False)
                & ~models.Q(decided_by="")
                & ~models.Q(reason=""),
                name="relaxation_is_a_recorded_decision",
            ),
        )
        ordering = ("-starts_at",)

    def __str__(self) -> str:
        return self.get_kind_display()
