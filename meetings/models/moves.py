"""転出: a household moves away, and what its new municipality is told."""

import uuid

from django.db import models
from django.db.models import Q

from members.models import Body, Case, HouseholdMember, Person


class MoveNotice(models.Model):
    """転出の通知: decided, numbered and never changed.

    With consent it names the people who consented and sums up what they want passed
    on. Without it, also where a law lets the other side ask, it names nobody.
    """

    class Basis(models.TextChoices):
        """What lets the new municipality be told."""

        CONSENT = "consent", "本人の同意がある"
        LAW = "law", "同意はないが、相手が照会できる法令の根拠がある"
        NONE = "none", "同意も根拠もない"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="move_notices")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("番号")
    moved_on = models.DateField("転出した日")
    destination = models.CharField("転出先の市区町村", max_length=60)
    office = models.CharField("宛先の課", max_length=60, blank=True)
    in_name_of = models.CharField("差出人", max_length=60)
    contact = models.CharField("連絡先", max_length=120)
    decided_on = models.DateField("決定日")
    decided_by = models.CharField("決定した人", max_length=60)
    basis = models.CharField("根拠", max_length=10, choices=Basis.choices)
    clause = models.CharField("法令の根拠", max_length=120, blank=True)
    about = models.ManyToManyField(HouseholdMember, related_name="+", blank=True)
    # As the letter names them; what is kept of them may be corrected later.
    named = models.TextField("知らせる人", blank=True)
    evidence = models.CharField("同意の確認", max_length=200, blank=True)
    summary = models.TextField("引き継ぐ内容", blank=True)
    access_until = models.DateField("構成員が見られる最後の日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("entered_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["body", "year", "number"], name="move_notice_number_once"
            ),
            models.CheckConstraint(
                condition=Q(basis="consent") | Q(named="", summary=""),
                name="move_notice_names_who_consented",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.number}"
