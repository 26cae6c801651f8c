"""Personal factors: which a person has, their proof, and the paper card (R8)."""

import secrets
from base64 import b32encode
from urllib.parse import quote, urlencode

import django_otp
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from members.access import Actor, require_own_factor
from members.filters import holding_at
from members.models import (
    CityIdentity,
    CodePhone,
    FactorReset,
    PaperCard,
    PaperCode,
    Person,
    Relaxation,
)
from members.models.factors import CODE_DIGITS, CODES_PER_CARD, normalized
from members.services import own_notices
from portal.core import audit, clock, oidc
from portal.core.errors import HiddenError, InvalidError, RefusedError

MOST_APPS = 5
_KINDS: dict[str, type[Device]] = {
    "passkey": WebAuthnCredential,
    "app": TOTPDevice,
    "card": PaperCard,
    "phone": CodePhone,
}


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


def verify_card(person: Person, code: str) -> bool:
    """Prove the person's paper card, and use the code up."""
    cards = [d for d in usable_devices(person) if isinstance(d, PaperCard)]
    return any(
        verify(person=person, device_id=card.persistent_id, token=code)
        for card in cards
    )


@transaction.atomic
def issue_card(*, actor: Actor, person: Person) -> tuple[PaperCard, list[str]]:
    """Make a new card for ``person``. Returns the codes to print.

    The codes exist in clear only in the returned list. Whether the actor may hand
    out a card is decided by the caller, on the thing that gives the occasion. To
    somebody who can prove who they are none is handed out: that takes a reset (R36).
    """
    Person.objects.select_for_update().get(pk=person.pk)
    require_none_left(person)
    card, codes = _new_card(person, actor.person)
    audit.record(
        "members.card.issue",
        actor=actor.id,
        subject=f"person:{person.id}",
        detail={"codes": len(codes)},
    )
    return card, codes


def first_card(person: Person) -> list[str]:
    """The card of the first administrator, whom nobody could hand one out to."""
    return _new_card(person, person)[1]


def _new_card(person: Person, issued_by: Person) -> tuple[PaperCard, list[str]]:
    PaperCard.objects.filter(user=person).delete()
    card = PaperCard.objects.create(
        user=person,
        name="ワンタイムコードカード",
        confirmed=True,
        issued_at=clock.now(),
        issued_by=issued_by,
    )
    codes = [f"{secrets.randbelow(10**CODE_DIGITS):08d}" for _ in range(CODES_PER_CARD)]
    PaperCode.objects.bulk_create(
        PaperCode(card=card, mac=card.mac(code)) for code in codes
    )
    return card, codes


def has_lasting(person: Person) -> bool:
    """Whether the person has a way that is not used up: a passkey or an app."""
    apps = TOTPDevice.objects.filter(user=person, confirmed=True)
    passkeys = WebAuthnCredential.objects.filter(user=person, confirmed=True)
    return apps.exists() or passkeys.exists()


def has_any(person: Person) -> bool:
    """Whether the person can prove who they are."""
    passkeys = WebAuthnCredential.objects.filter(user=person, confirmed=True)
    return (
        bool(usable_devices(person))
        or passkeys.exists()
        or _has_phone(person)
        or _has_city_identity(person)
    )


def _has_city_identity(person: Person) -> bool:
    """The city's service counts where its word stands for the own factor (R8)."""
    identities = CityIdentity.objects.filter(person=person)
    return oidc.counts_as_two_factors() and identities.exists()


def _has_phone(person: Person) -> bool:
    """A telephone counts as long as the decision that allows it (R8)."""
    phones = CodePhone.objects.filter(user=person, confirmed=True)
    allowed = Relaxation.objects.filter(
        holding_at(clock.now()), kind=Relaxation.Kind.TELEPHONE
    )
    return phones.exists() and allowed.exists()


def require_none_left(person: Person) -> None:
    """One person alone makes nobody a second key; a reset has cooled off before."""
    if has_any(person):
        raise RefusedError(
            _(
                "この方には、すでに本人確認の方法があります。"
                "なくされたときは「本人確認の作り直し」を依頼してください。"
            )
        )
    now = clock.now()
    reset = FactorReset.objects.filter(
        person=person, finished_at=None, withdrawn_at=None
    ).first()
    if reset is None:
        return
    if reset.due_at is None or now < reset.due_at:
        raise RefusedError(
            _("作り直しの途中です。新しいカードは、待ち時間が過ぎてから作れます。")
        )
    reset.finished_at = now
    reset.save(update_fields=["finished_at"])


def drop_all(person: Person) -> None:
    """Take away all ways in of ``person``; its caller records why."""
    for model in _KINDS.values():
        model.objects.filter(user=person).delete()
    CityIdentity.objects.filter(person=person).delete()
    person.set_unusable_password()
    person.save(update_fields=["password"])


def new_app_key(*, actor: Actor) -> str:
    """The key of an authenticator app to be; this session alone keeps it."""
    require_own_factor(actor, fresh=True)
    return secrets.token_hex(20)


@transaction.atomic
def enrol_app(*, actor: Actor, key: str, token: str, name: str) -> TOTPDevice:
    """Keep the app whose ``key`` this session was shown, once it gives a right code.

    It becomes the acting person's; the code that proves it is used up.
    """
    require_own_factor(actor, fresh=True)
    Person.objects.select_for_update().get(pk=actor.person.pk)
    owned = TOTPDevice.objects.filter(user=actor.person, confirmed=True)
    if owned.count() >= MOST_APPS:
        raise InvalidError(
            _("認証アプリは5つまでです。使わないものを削除してください。")
        )
    app: TOTPDevice = TOTPDevice.objects.create(
        user=actor.person, key=key, name=name, confirmed=True
    )
    if not app.verify_token(normalized(token)):
        raise InvalidError(  # and nothing of it is kept
            _(
                "コードを確かめられませんでした。アプリの新しいコードを入力してください。"
            )
        )
    audit.record("members.app.enrol", actor=actor.id, subject=f"person:{actor.id}")
    own_notices.ways_changed(actor.person)
    return app


def app_address(*, actor: Actor, key: str) -> str:
    """What the app reads from the QR code (the Key Uri Format all apps know)."""
    issuer = f"かさね {settings.MUNICIPALITY}"
    label = f"{issuer}:{actor.person.login or actor.person.name}"
    values = {"secret": app_key_words(key).replace(" ", ""), "issuer": issuer}
    return f"otpauth://totp/{quote(label)}?{urlencode(values, quote_via=quote)}"


def app_key_words(key: str) -> str:
    """The key for typing, in groups of four letters."""
    plain = b32encode(bytes.fromhex(key)).decode().rstrip("=")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def own_factor(*, actor: Actor, kind: str, factor_id: int) -> Device:
    """One of the actor's own factors; anybody else's does not exist."""
    model = _KINDS.get(kind)
    if model is None:
        raise HiddenError
    device: Device | None = model.objects.filter(
        user=actor.person, pk=factor_id
    ).first()
    if device is None:
        raise HiddenError
    return device


@transaction.atomic
def remove(*, actor: Actor, kind: str, factor_id: int) -> None:
    """Delete one of the actor's own factors; the last one stays."""
    require_own_factor(actor, fresh=True)
    Person.objects.select_for_update().get(pk=actor.person.pk)
    device = own_factor(actor=actor, kind=kind, factor_id=factor_id)
    passkeys = WebAuthnCredential.objects.filter(user=actor.person, confirmed=True)
    left = {d.persistent_id for d in [*usable_devices(actor.person), *passkeys]}
    if not left - {device.persistent_id}:
        raise RefusedError(
            _(
                "これを削除すると、入る方法がなくなります。先に別の方法を登録してください。"
            )
        )
    device.delete()
    audit.record(
        "members.factor.remove",
        actor=actor.id,
        subject=f"person:{actor.id}",
        detail={"kind": kind},
    )
    own_notices.ways_changed(actor.person)
