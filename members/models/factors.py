"""Personal factors besides TOTP: the paper card with one-time codes (R8).

django-otp's own static tokens rest in clear text; these rest as keyed MACs.
"""

import hmac
import unicodedata

from django.db import models
from django_otp.models import Device, ThrottlingMixin

from members.models.people import Person
from portal.core import clock, keys

CODES_PER_CARD = 10
CODE_DIGITS = 8


def normalized(token: str) -> str:
    """The digits of a typed code: full width, spaces and hyphens are forgiven."""
    folded = unicodedata.normalize("NFKC", token)
    return "".join(c for c in folded if c not in " -‐‑–—−ー\t\u3000")


class PaperCard(ThrottlingMixin, Device):
    """A printed card of one-time codes, handed over by the secretariat."""

    digits = CODE_DIGITS

    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    def get_throttle_factor(self) -> int:
        """Seconds of the first wait after a wrong code; it doubles each time."""
        return 1

    def mac(self, code: str) -> bytes:
        """What is kept of ``code``: a MAC that holds for this card only."""
        return keys.code_key().compute_mac(self._bound(code).encode())

    def _bound(self, code: str) -> str:
        return f"card:{self.pk}:{code}"

    def verify_token(self, token: str) -> bool:
        """Whether ``token`` is an unused code of this card; uses it up.

        Call through ``django_otp.verify_token``, which locks the row.
        """
        allowed, _ = self.verify_is_allowed()  # type: ignore[no-untyped-call] # django-otp
        if not allowed:
            return False
        macs = keys.macs(self._bound(normalized(token)))
        for code in self.codes.filter(used_at=None):
            if any(hmac.compare_digest(bytes(code.mac), mac) for mac in macs):
                code.used_at = clock.now()
                code.save(update_fields=["used_at"])
                self.throttle_reset()  # type: ignore[no-untyped-call] # django-otp
                return True
        self.throttle_increment()  # type: ignore[no-untyped-call] # django-otp
        return False


class PaperCode(models.Model):
    """One code of a card, good for one use."""

    card = models.ForeignKey(PaperCard, models.CASCADE, related_name="codes")
    mac = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.card_id}/{self.pk}"


class CodePhone(Device):
    """The telephone of somebody from outside, to which codes are sent or spoken (R8).

    The weakest of the factors ("restricted", NIST SP 800-63B-4): whoever redirects the
    number gets the codes. The secretariat made sure of the number, and says how.
    """

    class Proof(models.TextChoices):
        """How it was made sure that the number is the person's."""

        CALLED = "called", "この番号に電話をかけ、ご本人と話した"
        IN_PERSON = "in_person", "ご本人の前で、この番号に着信させた"

    number = models.CharField(max_length=16)  # as E.164: +819012345678
    spoken = models.BooleanField()
    proof = models.CharField(max_length=10, choices=Proof.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")


def living_macs() -> list[bytes]:
    """The MACs of all codes that can still be used."""
    living = PaperCode.objects.filter(used_at=None, card__confirmed=True)
    return [bytes(mac) for mac in living.values_list("mac", flat=True)]
