"""Secure links: one person, one thing, an end, and codes that open them (R31)."""

import hashlib
import math
import uuid
from datetime import datetime, timedelta
from typing import Any

import tink
from django.db import models
from django.db.models import F, Q
from django_otp.models import Device

from members.models import Person, Purpose, Scope
from members.models.bodies import Dated
from members.models.factors import normalized
from portal.core import clock, keys
from portal.core.models import OutgoingText

# The limits of the gate, all of them.
MAX_WRONG_CODES = 5  # in the life of a link, until the secretariat unlocks it
CODE_DIGITS = 8
CODE_LIFE = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=60)
CODES_PER_HOUR = 3
# Wrong codes in the whole town: past the budget each link must pace itself.
WRONG_BUDGET = 50
BUDGET_SPAN = timedelta(minutes=10)
PACE = timedelta(seconds=5)
# Wishes for a new link, of everybody; more are not looked at.
WISHES_PER_MINUTE = 60


class Link(Dated):
    """A personal link to one thing. Neither of its secrets is kept.

    ``scope_id`` is the id of a sitting, a poll, a call or a request, as ``purpose``
    says; this app knows no more of it.
    ``digest`` is the SHA-256 of the secret in the URL fragment. The code printed
    for those without script is too short for a plain digest: ``card_mac`` is its
    keyed MAC. Only a rightly typed code changes a link; ``wrong_count`` with its time
    is the one thing failures may change, and a new code never resets it.
    ``revoked_at`` tells a link that was ended from one that ran out; only the latter
    may be renewed, and its heir names it as ``renews``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    scope_id = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    card_mac = models.CharField(max_length=80, unique=True)
    wrong_count = models.PositiveSmallIntegerField(default=0)
    wrong_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def scope(self) -> Scope:
        """What the link leads to."""
        return Scope(Purpose(self.purpose), self.scope_id)

    @property
    def reference(self) -> str:
        """照会番号: what a person reads out on the telephone. It opens nothing."""
        start = self.id.hex[:8].upper()
        return f"{start[:4]}-{start[4:]}"

    def is_live(self, t: datetime) -> bool:
        """Whether the link and its person's account hold at ``t`` (R7, R31)."""
        return self.span.holds(t) and self.person.span.holds(t)

    @property
    def locked(self) -> bool:
        """Locked until the secretariat unlocks it."""
        return self.wrong_count >= MAX_WRONG_CODES

    @property
    def attempts_left(self) -> int:
        """How many wrong codes the link still bears."""
        return max(0, MAX_WRONG_CODES - self.wrong_count)

    def claim_attempt(self) -> bool:
        """Take one of the attempts, before anything is compared.

        One UPDATE checks and counts, so that no number of parallel guesses is
        ever compared more often than the limit says. False: none is left.
        """
        claimed = Link.objects.filter(
            pk=self.pk, wrong_count__lt=MAX_WRONG_CODES
        ).update(wrong_count=F("wrong_count") + 1, wrong_at=clock.now())
        self.refresh_from_db(fields=["wrong_count"])
        return claimed == 1

    def give_back_attempt(self) -> None:
        """The claimed attempt was right: it does not count."""
        Link.objects.filter(pk=self.pk).update(wrong_count=F("wrong_count") - 1)
        self.refresh_from_db(fields=["wrong_count"])


class LinkCode(Device):
    """A one-time code for one link, asked for in one browser.

    A django-otp device whose token is kept as a keyed MAC over link, browser and
    code (ASVS 6.6.2), valid once and for a few minutes. ``browser_digest`` is the
    SHA-256 of a nonce that rests in the browser's session only.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="codes")
    browser_digest = models.CharField(max_length=64)
    by_phone = models.BooleanField(default=False)
    # What carries it to the telephone; none where nothing would open (R14).
    text = models.ForeignKey(OutgoingText, models.SET_NULL, null=True, related_name="+")
    code_mac = models.BinaryField()
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["link", "-sent_at"], name="newest_code"),)

    def keep(self, code: str) -> None:
        """Keep ``code`` as its MAC."""
        self.code_mac = keys.code_key().compute_mac(self._bound(code))

    def is_live(self, t: datetime) -> bool:
        """Neither used, nor replaced by a newer code, nor late."""
        return self.used_at is None and t < self.ends_at

    @property
    def minutes_left(self) -> int:
        """Whole minutes that the code still has, the begun one counted."""
        return math.ceil((self.ends_at - clock.now()) / timedelta(minutes=1))

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Whether a token would be compared at all (django-otp's question)."""
        return self.is_live(clock.now()) and not self.link.locked, None

    def verify_token(self, token: str) -> bool:
        """Whether ``token`` is this code; uses it up. Counts on the link.

        Call through ``django_otp.verify_token``, which locks the row.
        """
        now = clock.now()
        if not self.is_live(now) or not self.link.claim_attempt():
            return False
        try:
            keys.code_key().verify_mac(
                bytes(self.code_mac), self._bound(normalized(token))
            )
        except tink.TinkError:
            return False
        self.used_at = now
        self.save(update_fields=["used_at"])
        self.link.give_back_attempt()
        return True

    def _bound(self, code: str) -> bytes:
        return f"link:{self.link_id}:{self.browser_digest}:{code}".encode()


def living_macs() -> list[bytes]:
    """The MACs of the printed codes of all links that have not ended."""
    living = Link.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))
    return [bytes.fromhex(mac) for mac in living.values_list("card_mac", flat=True)]


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal, enough for secrets of 128 bit and more (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def card_macs_of(card_code: str) -> list[str]:
    """What a printed card code is looked up by; the first one is kept of a new one.

    One per code key, since a link may be older than the key in use.
    """
    return [mac.hex() for mac in keys.macs(f"gate:{card_code}")]
