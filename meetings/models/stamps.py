"""The stamp that the database itself changes with every fact of the decision."""

from django.db import models


class StandingStamp(models.Model):
    """One row. Its value differs after every committed change to who may do what.

    Triggers set it (migration 0002), whichever way the change came. An answer of
    the decision that was given under the present value still holds, up to the next
    moment at which one of its dates begins or ends.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.value}"
