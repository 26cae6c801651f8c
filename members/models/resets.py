"""Resets of a person's factors: vouched for, begun by another, finished by the person.

R36. From the start until ``due_at`` the person has no factor at all: whoever talked
two people into it has bought nothing yet, and the mail has arrived meanwhile.
"""

import uuid

from django.db import models

from members.models.people import Person


class FactorReset(models.Model):
    """One wish to begin anew with a paper card."""

    class Proof(models.TextChoices):
        IN_PERSON = "in_person", "窓口で本人を確かめた"
        CALLED_BACK = "called_back", "名簿の電話番号にかけ直して確かめた"
        AT_AGENCY = "at_agency", "所属機関の責任者に確かめた"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="factor_resets")
    proof = models.CharField(max_length=12, choices=Proof.choices)
    vouched_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    vouched_at = models.DateTimeField()
    started_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(finished_at=None, withdrawn_at=None),
                name="one_reset_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(started_by=None)
                | ~models.Q(started_by=models.F("vouched_by"))
                & ~models.Q(started_by=models.F("person"))
                & ~models.Q(vouched_by=models.F("person")),
                name="reset_has_two_others",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}"
