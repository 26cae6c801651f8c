"""Personal factors: which a person has, their proof, and the paper card (R8)."""

import secrets

import django_otp
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from members.access import Actor
from members.models import PaperCard, PaperCode, Person
from members.models.factors import CODE_DIGITS, CODES_PER_CARD, normalized
from portal.core import audit, clock


def usable_devices(person: Person) -> list[TOTPDevice | PaperCard]:
    """The person's confirmed factors: authenticator apps, then cards with codes."""
    apps = TOTPDevice.objects.devices_for_user(person, confirmed=True)
    cards = PaperCard.objects.filter(
        user=person, confirmed=True, codes__used_at=None
    ).distinct()
    return [*apps, *cards]


def verify(*, person: Person, device_id: str, token: str) -> bool:
    """Prove one factor. The device's own throttle counts failures, under lock."""
    digits = normalized(token)
    if not digits.isascii() or not digits.isdigit():
        return False
    usable = {device.persistent_id for device in usable_devices(person)}
    if device_id not in usable:
        return False
    device: Device | None = django_otp.verify_token(person, device_id, digits)
    return device is not None


@transaction.atomic
def issue_card(*, actor: Actor, person: Person) -> tuple[PaperCard, list[str]]:
    """Make a new card for ``person``; older cards die. Returns the codes to print.

    The codes exist in clear only in the returned list. Whether the actor may hand
    out a card is decided by the caller, on the thing that gives the occasion.
    """
    PaperCard.objects.filter(user=person).delete()
    card = PaperCard.objects.create(
        user=person,
        name="ワンタイムコードカード",
        confirmed=True,
        issued_at=clock.now(),
        issued_by=actor.person,
    )
    codes = [f"{secrets.randbelow(10**CODE_DIGITS):08d}" for _ in range(CODES_PER_CARD)]
    PaperCode.objects.bulk_create(
        PaperCode(card=card, mac=card.mac(code)) for code in codes
    )
    audit.record(
        "members.card.issue",
        actor=actor.id,
        subject=f"person:{person.id}",
        detail={"codes": len(codes)},
    )
    return card, codes
