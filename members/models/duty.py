"""委嘱, roles and the duty of secrecy (R10, R11, R17)."""

import hashlib

from django.db import models

from members.facts import Regime, Role
from members.models.bodies import Body, Dated, Organization
from members.models.people import Person


class Office(Dated):
    """A role of a person for one body, or for the whole portal without a body.

    The chair's role has two parts that two people may hold: ``convenes`` (招集者)
    and ``presides`` (議長・会長). With ``sitting_id`` it is a stand-in's, for one
    sitting (R26).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="offices")
    role = models.CharField(
        max_length=20,
        choices=[
            (Role.CHAIR, "議長"),
            (Role.SECRETARIAT, "事務局"),
            (Role.ADMINISTRATOR, "システム管理者"),
            (Role.AUDITOR, "監査"),
        ],
    )
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="offices"
    )
    convenes = models.BooleanField("招集する", default=True)
    presides = models.BooleanField("議長を務める", default=True)
    sitting_id = models.UUIDField(null=True, blank=True)
    acting_for = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Elected or named: by whom or in which meeting, and when.
    appointed_by = models.CharField("選んだ人・会議", max_length=60, blank=True)
    appointed_on = models.DateField("選んだ日", null=True, blank=True)
    # The post by virtue of which the person holds it; it passes on with the post.
    post = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="offices"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    role__in=[Role.CHAIR, Role.SECRETARIAT], body__isnull=False
                )
                | models.Q(
                    role__in=[Role.ADMINISTRATOR, Role.AUDITOR], body__isnull=True
                ),
                name="office_has_its_body",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.person}"


class Commission(Dated):
    """委嘱・任命: of one person, or of an organisation as a whole (団体委嘱)."""

    class Form(models.TextChoices):
        """The three relations of the guideline that give standing."""

        INDIVIDUAL = "individual", "個人委嘱"
        ORGANIZATION = "organization", "団体委嘱"
        APPOINTMENT = "appointment", "任命"

    form = models.CharField("区分", max_length=20, choices=Form.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="commissions")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="commissions"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="commissions"
    )
    approved_by = models.CharField("承認者", max_length=60, blank=True)
    approved_on = models.DateField("承認した日", null=True, blank=True)
    # The last day of the term as commissioned; ``ends_at`` may come before it.
    term_until = models.DateField("任期の満了日", null=True, blank=True)
    # 補欠: whose remaining term it is.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+"
    )
    post = models.ForeignKey(
        "members.Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commissions",
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    form="organization",
                    organization__isnull=False,
                    person__isnull=True,
                )
                | models.Q(
                    form__in=["individual", "appointment"],
                    organization__isnull=True,
                    person__isnull=False,
                ),
                name="commission_names_its_party",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.person or self.organization}"


class PledgeText(Dated):
    """誓約書: one version of the text for one regime. Old versions keep their words."""

    # Of the form that entered it; none for what came with the first set-up.
    key = models.UUIDField(unique=True, null=True, blank=True)
    regime = models.CharField(max_length=10, choices=[(r, r.value) for r in Regime])
    version = models.PositiveIntegerField("版")
    title = models.CharField("標題", max_length=120)
    text = models.TextField("本文")
    decided_by = models.CharField("決めた人", max_length=60, blank=True)
    decided_on = models.DateField("決めた日", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["regime", "version"], name="pledge_version_once"
            ),
        )
        ordering = ("regime", "version")

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    @property
    def digest(self) -> str:
        """SHA-256 of the exact words, kept with each acknowledgement."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


class Acknowledgement(models.Model):
    """誓約: a person's own acknowledgement of one text; it outlives the account."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="acknowledgements")
    pledge = models.ForeignKey(PledgeText, models.PROTECT, related_name="+")
    text_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    sign_in_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "pledge"], name="acknowledged_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.pledge}"
