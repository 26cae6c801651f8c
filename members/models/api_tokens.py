"""連携キー: by which another system of the municipality fetches confirmed records."""

import uuid

from django.db import models
from django.db.models import F, Q

from members.facts import Reach
from members.models.bodies import Body, Dated
from members.models.people import Person
from portal.core import clock


class ApiToken(Dated):
    """A key of another system, which acts as ``person`` and reads within its reach.

    Asked for by ``person``, allowed by the administration, then made by ``person``, who
    alone sees it, once; only its keyed hash is kept. Requests are counted by the
    minute: the count bounds them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("連携先のシステム", max_length=60)
    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens")
    bodies = models.ManyToManyField(Body, related_name="+")
    files = models.BooleanField("会議録のファイル")
    # Networks from which it is taken; empty: from everywhere.
    addresses = models.JSONField("接続元", default=list)
    allowed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    allowed_at = models.DateTimeField(null=True)
    mac = models.BinaryField(max_length=64, null=True, unique=True)
    issued_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=45, blank=True)
    minute_at = models.DateTimeField(null=True)
    minute_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__isnull=False), name="api_token_ends"
            ),
            models.CheckConstraint(
                condition=Q(allowed_by=None) | ~Q(allowed_by=F("person")),
                name="api_token_has_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(mac=None) | Q(allowed_by__isnull=False),
                name="api_token_is_allowed_first",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def reach(self) -> Reach:
        """What it is for, as the decision reads it."""
        return Reach(frozenset(body.id for body in self.bodies.all()), self.files)


def living_macs() -> list[bytes]:
    """The MACs of all keys that still open something."""
    living = ApiToken.objects.filter(mac__isnull=False, ends_at__gt=clock.now())
    return [bytes(mac) for mac in living.values_list("mac", flat=True) if mac]
