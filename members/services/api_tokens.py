"""連携キー: keys by which another system fetches confirmed records, within limits.

A custodian of the bodies asks, an administrator, who reads nothing by it, allows, and
the custodian makes the key: two people, and the one who could misuse it answers for
it. Each request is decided for that custodian as they stand then.
"""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.access import Actor, access_for, by_token, require_own_factor
from members.facts import Action
from members.models import ApiToken, Body
from members.policies import HEALTH, rules_facts
from members.selectors import sees_token
from portal.core import audit, clock, context, keys
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    TooManyError,
    UnknownTokenError,
)

# By these letters programs that look for lost keys know one of ours.
PREFIX = "kasane_"
SECRET_BYTES = 32
LONGEST = timedelta(days=366)
PER_MINUTE = 120
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a key is asked for: whose, of which bodies, from where, how long."""

    name: str
    bodies: tuple[Body, ...]
    files: bool
    addresses: tuple[str, ...]
    last_day: date


@transaction.atomic
def ask(*, actor: Actor, key: UUID, wish: Wish) -> ApiToken:
    """Ask for a key as its responsible person; it opens nothing yet.

    Raises InvalidError for a day gone by or more than a year off.
    """
    _require_bodies(actor, wish.bodies)
    today = clock.today()
    if not today <= wish.last_day < today + LONGEST:
        raise InvalidError(_("期限は、今日から1年以内の日にしてください。"))
    token, made = ApiToken.objects.get_or_create(
        id=key,
        defaults={
            "name": wish.name,
            "person": actor.person,
            "files": wish.files,
            "addresses": list(wish.addresses),
            "starts_at": clock.now(),
            "ends_at": clock.day_end(wish.last_day),
        },
    )
    if token.person_id != actor.id:
        raise HiddenError
    if made:
        token.bodies.set(wish.bodies)
        _record("ask", actor, token)
    return token


@transaction.atomic
def allow(*, actor: Actor, token_id: UUID) -> ApiToken:
    """Let a key be made, as the administration; never one's own."""
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
    require_own_factor(actor, fresh=True)
    token = _locked(token_id)
    if token.allowed_by_id is not None or token.person_id == actor.id:
        raise RefusedError(_("この連携キーは、もう許可されています。"))
    token.allowed_by, token.allowed_at = actor.person, clock.now()
    token.save(update_fields=["allowed_by", "allowed_at"])
    _record("allow", actor, token)
    return token


@transaction.atomic
def issue(*, actor: Actor, token_id: UUID) -> str:
    """Make the key that was allowed, and tell it this once."""
    token = _locked(token_id)
    if token.person_id != actor.id:
        raise HiddenError
    _require_bodies(actor, tuple(token.bodies.all()))
    if token.allowed_by_id is None or token.mac is not None:
        raise RefusedError(_("この連携キーは、いまは表示できません。"))
    secret = f"{PREFIX}{secrets.token_urlsafe(SECRET_BYTES)}"
    token.mac, token.issued_at = _macs(secret)[0], clock.now()
    token.save(update_fields=["mac", "issued_at"])
    _record("issue", actor, token)
    return secret


@transaction.atomic
def end(*, actor: Actor, token_id: UUID) -> None:
    """End a key at once, as any custodian of its bodies or as the administration."""
    token = _locked(token_id)
    if not sees_token(access_for(actor, cases=(), items=()), token):
        raise HiddenError
    token.ends_at, token.ended_by = clock.now(), actor.person
    token.save(update_fields=["ends_at", "ended_by"])
    _record("end", actor, token)


@transaction.atomic
def opened_by(*, secret: str, address: str) -> Actor:
    """Who acts by the key, from there and now; its use is counted.

    Raises UnknownTokenError for any key that opens nothing, whyever, and TooManyError
    beyond ``PER_MINUTE``.
    """
    token = _held(secret)
    if token is None or not _comes_from(token, address):
        raise UnknownTokenError
    _count(token, address)
    context.note_sign_in(str(token.id))
    return by_token(token)


def _held(secret: str) -> ApiToken | None:
    """The living key of that secret, held until commit."""
    if not secret.startswith(PREFIX) or not secret.isascii():
        return None
    return _living().filter(mac__in=_macs(secret)).first()


def _comes_from(token: ApiToken, address: str) -> bool:
    if not token.addresses:
        return True
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in ipaddress.ip_network(each) for each in token.addresses)


def _count(token: ApiToken, address: str) -> None:
    """Bound the requests of a minute; remember the last use."""
    now = clock.now()
    if token.minute_at is None or now >= token.minute_at + MINUTE:
        token.minute_at, token.minute_count = now, 0
    if token.minute_count >= PER_MINUTE:
        raise TooManyError
    token.minute_count += 1
    token.used_at, token.used_from = now, address
    token.save(update_fields=["minute_at", "minute_count", "used_at", "used_from"])


def _macs(secret: str) -> list[bytes]:
    return keys.macs(f"api token:{secret}")


def _require_bodies(actor: Actor, bodies: tuple[Body, ...]) -> None:
    access = access_for(actor, cases=(), items=())
    if not bodies:
        raise HiddenError
    for body in bodies:
        access.require(Action.SET_RULES, rules_facts(body))


def _living() -> QuerySet[ApiToken]:
    """The keys that are asked for or live, to be held until commit."""
    rows = ApiToken.objects.select_for_update(of=("self",))
    rows = rows.select_related("person__organization").prefetch_related("bodies")
    return rows.filter(ends_at__gt=clock.now())


def _locked(token_id: UUID) -> ApiToken:
    token = _living().filter(id=token_id).first()
    if token is None:
        raise HiddenError
    return token


def _record(what: str, actor: Actor, token: ApiToken) -> None:
    audit.record(
        f"members.api_token.{what}",
        actor=actor.id,
        subject=f"api_token:{token.id}",
        detail={
            "person": str(token.person_id),
            "bodies": " ".join(sorted(str(body.id) for body in token.bodies.all())),
            "files": token.files,
            "until": token.ends_at.isoformat() if token.ends_at else "",
        },
    )
