"""謝金・旅費: what a body pays to those who come from outside, and their travel."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from meetings.models.sittings import Sitting
from members.models import Body, Organization, Person


class FeeRate(models.Model):
    """謝金の単価 from a day on: of one person, of an agency, or of everybody else."""

    class Per(models.TextChoices):
        """What the amount is paid for."""

        SITTING = "sitting", "1回につき"
        HOUR = "hour", "1時間につき"

    body = models.ForeignKey(Body, models.PROTECT, related_name="fee_rates")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount = models.PositiveIntegerField("金額(円)")
    per = models.CharField("単位", max_length=10, choices=Per.choices)
    # 所得税法204条: held back in percent; empty where nothing is.
    withholding = models.DecimalField(
        "源泉徴収の率(%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    starts_on = models.DateField("適用する日")
    decided_by = models.CharField("決めた人", max_length=60)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_on", "entered_at")
        constraints = (
            models.CheckConstraint(
                condition=Q(organization=None) | Q(person=None),
                name="fee_rate_names_one_party",
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.amount}"


class Travel(models.Model):
    """旅費: what one person is paid for the way to one sitting."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="travels")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField("旅費(円)")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sitting", "person"], name="travel_once"),
        )

    def __str__(self) -> str:
        return f"{self.sitting} {self.person}"
