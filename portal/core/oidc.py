"""The city's identity service, by OpenID Connect: what it is asked, what is believed.

Code flow with PKCE, for one provider. Nothing here knows our people: what comes out
is who the provider says is there. Its tokens are verified, read and thrown away.
"""

import hashlib
import json
import logging
import secrets
import threading
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry, deserialize_compact

from portal.core import clock, fetching
from portal.core.errors import DomainError, UnavailableError

log = logging.getLogger(__name__)

# Signatures by a key that only the provider has; "none" and HS* are not among them.
ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
_PARTS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
RSA_BITS = 2048
LEEWAY = timedelta(seconds=60)
# From the question to the answer, with a second factor at the provider between.
LIFE = timedelta(minutes=10)
KEPT, KEPT_AT_LEAST = timedelta(hours=1), timedelta(minutes=1)
ASKED_AT_ONCE = 8
_ASKING = threading.BoundedSemaphore(ASKED_AT_ONCE)
LONGEST_SUBJECT = 255
LONGEST_CODE = 4096


class WrongAnswerError(DomainError):
    """An answer that proves nothing; ``reason`` is a fixed word, for the log."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
        log.warning("identity service: %s", reason)

    def default_message(self) -> str:
        """The page says it, in words for its occasion."""
        return ""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider's own document says of it."""

    issuer: str
    asking: str
    exchanging: str
    keys: str
    secret_in_header: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is there, and how well it has made sure just now."""

    issuer: str
    subject: str
    label: str
    two_factors: bool


def configured() -> bool:
    """Whether the city has such a service."""
    return bool(settings.OIDC_ISSUER)


def counts_as_two_factors() -> bool:
    """Whether its word can stand for the personal factor (R8)."""
    return configured() and bool(settings.OIDC_TWO_FACTORS)


# The question -------------------------------------------------------------------------


def ask(back: str, *, scope: str = "openid") -> tuple[str, dict[str, str]]:
    """The provider's address to go to, and what the session keeps to judge the answer.

    Where its word can stand for the personal factor it is asked to prove the person
    anew: a browser that somebody left open proves nobody.
    """
    provider = discover()
    kept = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "at": clock.now().isoformat(),
    }
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    values = {
        "response_type": "code",
        "response_mode": "query",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": back,
        "scope": scope,
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": _base64(digest),
        "code_challenge_method": "S256",
    }
    if counts_as_two_factors():
        values |= {"prompt": "login", "max_age": "0"}
    mark = "&" if urlsplit(provider.asking).query else "?"
    return f"{provider.asking}{mark}{urlencode(values)}", kept


def discover() -> Provider:
    """The provider as it describes itself, under the very name that we know."""
    issuer = settings.OIDC_ISSUER
    place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _document(place, KEPT)
    if found.get("issuer") != issuer:
        raise WrongAnswerError("discovery names another issuer")
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not {"client_secret_basic", "client_secret_post"} & set(ways):
        raise WrongAnswerError("no way to show the client secret")
    return Provider(
        issuer=issuer,
        asking=_safe(found.get("authorization_endpoint")),
        exchanging=_safe(found.get("token_endpoint")),
        keys=_safe(found.get("jwks_uri")),
        secret_in_header="client_secret_basic" in ways,
        names_itself=found.get("authorization_response_iss_parameter_supported")
        is True,
    )


def _safe(address: object) -> str:
    """An address as safe as the issuer's own."""
    if not isinstance(address, str):
        raise WrongAnswerError("discovery leaves an address out")
    scheme = urlsplit(address).scheme
    if scheme != "https" and scheme != urlsplit(settings.OIDC_ISSUER).scheme:
        raise WrongAnswerError("discovery names an unsafe address")
    return address


# Documents by their address, with when they were fetched.
_kept: dict[str, tuple[datetime, dict[str, Any]]] = {}


def _document(address: str, for_long: timedelta) -> dict[str, Any]:
    """A document of the provider; a kept one for some time."""
    at, found = _kept.get(address, (None, {}))
    if at is not None and clock.now() < at + for_long:
        return found
    answer = _fetch(address)
    if answer.status != 200:
        raise UnavailableError
    found = _object(answer.body)
    _kept[address] = (clock.now(), found)
    return found


def _fetch(address: str, **sent: Any) -> fetching.Answer:
    """In one of few places: a service that hangs does not hold up the portal."""
    if not _ASKING.acquire(blocking=False):
        raise UnavailableError
    try:
        return fetching.fetch(address, **sent)
    finally:
        _ASKING.release()


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError("what came is no JSON") from error
    if not isinstance(found, dict):
        raise WrongAnswerError("what came is no object")
    return found


# The answer ---------------------------------------------------------------------------


def judge(
    kept: Mapping[str, str] | None, answer: Mapping[str, str], back: str
) -> Identity:
    """Who is there, by the answer that a browser brought to what it was asked.

    ``kept`` is used up by its caller before. Raises WrongAnswerError for any other
    answer, UnavailableError when the provider does not answer us.
    """
    if kept is None or not compare_digest(
        kept["state"].encode(), answer.get("state", "").encode()
    ):
        raise WrongAnswerError("nothing of the kind was asked here")
    asked_at = datetime.fromisoformat(kept["at"])
    if clock.now() >= asked_at + LIFE:
        raise WrongAnswerError("the answer came late")
    provider = discover()
    named = answer.get("iss")
    if named != provider.issuer and (named is not None or provider.names_itself):
        raise WrongAnswerError("the answer is another provider's")
    code = answer.get("code", "")
    if "error" in answer or not 0 < len(code) <= LONGEST_CODE:
        raise WrongAnswerError("the provider said no")
    tokens = _exchange(provider, code, kept["verifier"], back)
    claims = _verified(provider, tokens["id_token"])
    _require_ours(claims, provider, kept["nonce"], tokens)
    return Identity(
        issuer=provider.issuer,
        subject=claims["sub"],
        label=_label(claims),
        two_factors=_has_two_factors(claims) and _is_new(claims, asked_at),
    )


def _exchange(
    provider: Provider, code: str, verifier: str, back: str
) -> dict[str, Any]:
    """The tokens for the code, from the provider itself."""
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    who = (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    if provider.secret_in_header:
        plain = ":".join(quote(part, safe="") for part in who)
        headers["Authorization"] = f"Basic {b64encode(plain.encode()).decode()}"
    else:
        values["client_id"], values["client_secret"] = who
    sent = urlencode(values).encode()
    answer = _fetch(provider.exchanging, data=sent, headers=headers)
    if answer.status >= 500:
        raise UnavailableError
    if answer.status != 200:
        raise WrongAnswerError("the code was not taken")
    tokens = _object(answer.body)
    if not isinstance(tokens.get("id_token"), str):
        raise WrongAnswerError("no ID token came")
    return tokens


def _verified(provider: Provider, token: str) -> dict[str, Any]:
    """The claims of a token with the provider's signature."""
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        signed = deserialize_compact(
            token.encode(),
            lambda held: _key(provider, held.headers()),
            registry=registry,
        )
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise WrongAnswerError("the signature is not the provider's") from error
    if str(signed.headers().get("typ", "JWT")).upper() != "JWT":
        raise WrongAnswerError("a token of another kind")
    return _object(signed.payload or b"")


def _key(provider: Provider, header: Mapping[str, Any]) -> RSAKey | ECKey:
    """The provider's key for the token; asked for anew when it was exchanged."""
    for for_long in (KEPT, KEPT_AT_LEAST):
        found = _document(provider.keys, for_long).get("keys")
        fitting = [key for key in found or () if _fits(key, header)]
        if len(fitting) == 1:
            return _imported(fitting[0])
    raise WrongAnswerError("no key of the provider fits")


def _fits(key: Any, header: Mapping[str, Any]) -> bool:
    if not isinstance(key, dict) or key.get("kty") != ALGORITHMS.get(header["alg"]):
        return False
    if key.get("use", "sig") != "sig" or key.get("alg", header["alg"]) != header["alg"]:
        return False
    return "kid" not in header or key.get("kid") == header["kid"]


def _imported(key: dict[str, Any]) -> RSAKey | ECKey:
    kind = key["kty"]
    public = {"kty": kind, **{part: key[part] for part in _PARTS[kind]}}
    if kind == "EC":
        return ECKey.import_key(public)
    product = urlsafe_b64decode(public["n"] + "==")
    if int.from_bytes(product).bit_length() < RSA_BITS:
        raise WrongAnswerError("the provider's key is too short")
    return RSAKey.import_key(public)


# What an ID token must say (OpenID Connect Core 3.1.3.7) ------------------------------


def _require_ours(
    claims: Mapping[str, Any],
    provider: Provider,
    nonce: str,
    tokens: Mapping[str, Any],
) -> None:
    """Refuse a token that is not about this question, for us, and of now."""
    problems = {
        "another issuer's token": claims.get("iss") != provider.issuer,
        "a token for somebody else": not _is_for_us(claims),
        "a token of another time": not _is_of_now(claims),
        "a token for another question": not _same(claims.get("nonce"), nonce),
        "a token for another access token": not _goes_with(claims, tokens),
        "a token about nobody": not _names_somebody(claims.get("sub")),
    }
    for reason, holds in problems.items():
        if holds:
            raise WrongAnswerError(reason)


def _is_for_us(claims: Mapping[str, Any]) -> bool:
    ours = settings.OIDC_CLIENT_ID
    named = claims.get("aud")
    audience = [named] if isinstance(named, str) else named
    if not isinstance(audience, list) or ours not in audience:
        return False
    if "azp" in claims or len(audience) > 1:
        return bool(claims.get("azp") == ours)
    return True


def _is_of_now(claims: Mapping[str, Any]) -> bool:
    now = clock.now()
    ends, made = _moment(claims.get("exp")), _moment(claims.get("iat"))
    if ends is None or made is None:
        return False
    begins = _moment(claims["nbf"]) if "nbf" in claims else made
    if begins is None:
        return False
    return now < ends + LEEWAY and max(made, begins) <= now + LEEWAY < made + LIFE


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and compare_digest(given.encode(), wanted.encode())


def _goes_with(claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> bool:
    """``at_hash``, where it is given: half of the access token's digest."""
    if "at_hash" not in claims:
        return True
    digest = hashlib.sha256(str(tokens.get("access_token", "")).encode()).digest()
    return _same(claims["at_hash"], _base64(digest[: len(digest) // 2]))


def _names_somebody(subject: object) -> bool:
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return False
    return subject.isascii() and subject.isprintable()


def _has_two_factors(claims: Mapping[str, Any]) -> bool:
    ways = claims.get("amr")
    said = [claims.get("acr"), *(ways if isinstance(ways, list) else ())]
    return any(word in settings.OIDC_TWO_FACTORS for word in said)


def _is_new(claims: Mapping[str, Any], asked_at: datetime) -> bool:
    """Whether the person was proved after the question, not some time before."""
    proved = _moment(claims.get("auth_time"))
    return proved is not None and proved >= asked_at - LEEWAY


def _label(claims: Mapping[str, Any]) -> str:
    """By what its owner knows the identity again; nothing is decided by it."""
    for name in ("preferred_username", "email", "name"):
        label = claims.get(name)
        if isinstance(label, str) and label.isprintable() and label:
            return label[:100]
    return ""


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
