"""Secure links: one person, one sitting, an end, and codes that open them (R31)."""

import uuid

from django.db import models
from django_otp.models import Device

from members.models import Person
from members.models.bodies import Dated

MAX_WRONG_CODES = 5


class Link(Dated):
    """A personal link. The secret is kept as digests only.

    ``digest`` is that of the secret in the URL fragment, ``card_digest`` that of
    the short code printed for those without script. Only a rightly typed code
    changes a link; ``wrong_count`` is the one thing failures may change, and a
    new code never resets it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="links")
    sitting_id = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    card_digest = models.CharField(max_length=64, unique=True)
    wrong_count = models.PositiveSmallIntegerField(default=0)
    code_count = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def locked(self) -> bool:
        """Locked until the secretariat unlocks it."""
        return self.wrong_count >= MAX_WRONG_CODES


class LinkCode(Device):
    """A one-time code for one link, asked for in one browser.

    A django-otp device whose token is kept as a keyed MAC over link, browser and
    code (ASVS 6.6.2), valid once and for a few minutes.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="codes")
    browser_digest = models.CharField(max_length=64)
    code_mac = models.BinaryField()
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["link", "-sent_at"], name="newest_code"),)
