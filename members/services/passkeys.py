"""Passkeys: enrolled after a fresh proof, proved at sign-in and before weighty acts.

The ceremonies are django-otp-webauthn's. What a ceremony asks rests in the browser's
session: for one person, for one answer, for five minutes. A passkey proves possession
and, by PIN, finger or face, its owner; it is bound to our host name, so no false page
can ask for it (R8, phishing-resistant).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from members.access import Actor, require_own_factor
from members.models import Person
from members.services import own_notices
from portal.core import audit, clock
from portal.core.errors import InvalidError

LIFE = timedelta(minutes=5)
MOST_PER_PERSON = 10
LONGEST_ANSWER = 20_000
# What a browser's answer can be wrong in: its form, or what it proves.
WRONG = (
    *(OTPWebAuthnApiError, WebAuthnException),
    *(ValueError, KeyError, TypeError, RecursionError),
)


class _Helper(WebAuthnHelper):  # type: ignore[misc] # untyped
    """The package's ceremonies, with a user who is known by id and always verified."""

    def get_user_entity(self, user: Person) -> PublicKeyCredentialUserEntity:
        return PublicKeyCredentialUserEntity(
            id=user.id.bytes, name=user.login or user.name, display_name=user.name
        )

    def get_generate_registration_options_kwargs(
        self, *, user: Person
    ) -> dict[str, Any]:
        options: dict[str, Any] = super().get_generate_registration_options_kwargs(
            user=user
        )
        options[
            "authenticator_selection"
        ].user_verification = UserVerificationRequirement.REQUIRED
        return options


_helper = _Helper(request=None)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the browser is asked, and what the session keeps to judge the answer."""

    options: dict[str, Any]
    state: dict[str, Any]

    @property
    def words(self) -> str:
        """The question as the page's script reads it."""
        return json.dumps(self.options)


def available(host: str) -> bool:
    """Whether a page of this host can make and ask for passkeys."""
    return bool(host.partition(":")[0] == settings.OTP_WEBAUTHN_RP_ID)


def passkeys_of(person: Person) -> list[WebAuthnCredential]:
    """The person's passkeys, the oldest first."""
    return list(
        WebAuthnCredential.objects.filter(user=person, confirmed=True).order_by("pk")
    )


def begin_enrolment(*, actor: Actor) -> Ceremony:
    """Ask the browser of somebody who has just proved a factor for a new passkey."""
    require_own_factor(actor, fresh=True)
    options, state = _helper.register_begin(user=actor.person)
    return Ceremony(options, _bound(state, "enrol", actor.person))


@transaction.atomic
def enrol(
    *, actor: Actor, state: dict[str, Any] | None, answer: str, name: str
) -> WebAuthnCredential:
    """Keep the new passkey under the name that its owner gives it.

    It becomes the acting person's, whatever the answer says, and only if the question
    was put to that person in this session.
    """
    require_own_factor(actor, fresh=True)
    Person.objects.select_for_update().get(pk=actor.person.pk)
    if len(passkeys_of(actor.person)) >= MOST_PER_PERSON:
        raise InvalidError(
            _("パスキーは10個までです。使わないものを削除してください。")
        )
    if not _holds(state, "enrol", actor.person):
        raise InvalidError(_too_late())
    try:
        with transaction.atomic():
            passkey: WebAuthnCredential = _helper.register_complete(
                user=actor.person, state=state, data=json.loads(answer)
            )
    except WRONG as error:
        raise InvalidError(
            _("パスキーを登録できませんでした。もう一度お試しください。")
        ) from error
    passkey.name = name
    passkey.save(update_fields=["name"])
    audit.record(
        "members.passkey.enrol",
        actor=actor.id,
        subject=f"person:{actor.id}",
        detail={"passkey": passkey.pk},
    )
    own_notices.ways_changed(actor.person)
    return passkey


def begin_proof(person: Person | None) -> Ceremony:
    """Ask the browser for a passkey: one of ``person``'s, or any that it holds.

    It always asks for PIN, finger or face: a found telephone proves nothing.
    """
    options, state = _helper.authenticate_begin(
        user=person, require_user_verification=True
    )
    return Ceremony(options, _bound(state, "prove", person))


@transaction.atomic
def prove(
    *, person: Person | None, state: dict[str, Any] | None, answer: str
) -> Person | None:
    """Who has proved a passkey; None for a wrong, late, foreign or repeated answer.

    Without ``person`` it is the whole sign-in, for people with a sign-in name: links
    bring in all others, and narrow what they see (R31).
    """
    if not _holds(state, "prove", person):
        return None
    try:
        with transaction.atomic():
            passkey: WebAuthnCredential = _helper.authenticate_complete(
                user=person, state=state, data=json.loads(answer)
            )
    except WRONG:
        return None
    owner = Person.objects.select_related("organization").get(pk=passkey.user_id)
    known = person is not None or owner.login is not None
    if not (passkey.confirmed and known and owner.span.holds(clock.now())):
        return None
    return owner


def _bound(state: dict[str, Any], what: str, person: Person | None) -> dict[str, Any]:
    whose = str(person.id) if person else ""
    return {**state, "what": what, "whose": whose, "at": clock.now().isoformat()}


def _holds(state: dict[str, Any] | None, what: str, person: Person | None) -> bool:
    """Whether the question was this one, put to this person, a moment ago."""
    if state is None or state["what"] != what:
        return False
    if state["whose"] != (str(person.id) if person else ""):
        return False
    return clock.now() < datetime.fromisoformat(state["at"]) + LIFE


def _too_late() -> str:
    return _("時間がたちました。もう一度、はじめからお試しください。")
