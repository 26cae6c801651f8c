"""職務代理: who is designated in advance to stand in for the head (R26)."""

from django.db import models

from members.models.bodies import Body, Dated
from members.models.people import Person


class StandIn(Dated):
    """One person designated to stand in, in the order of ``rank``."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="stand_ins")
    person = models.ForeignKey(Person, models.PROTECT, related_name="stand_ins")
    rank = models.PositiveSmallIntegerField("順位", default=1)
    designated_by = models.CharField("指名した人", max_length=60)
    designated_on = models.DateField("指名した日")

    class Meta:
        ordering = ("rank", "starts_at")

    def __str__(self) -> str:
        return f"{self.body} {self.rank} {self.person}"
