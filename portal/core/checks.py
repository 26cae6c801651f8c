"""Contradictory or unsafe settings stop the start; each refusal says how to mend it.

``check`` looks at settings alone. ``serve`` and ``worker`` also ask the servers
themselves (``check --database default``).
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import redis
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Warn
from django.db import DatabaseError, connection

from portal.core import clamd, objectlock, outbox
from portal.core.errors import UnavailableError
from portal.core.practice import KEY_LENGTH, origin_of

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECRET_LENGTH = 32  # characters
PASSWORD_LENGTH = 16
DEFAULT_SECRETS = {
    "",
    "admin",
    "changeme",
    "kasane",
    "minioadmin",
    "password",
    "postgres",
    "redis",
    "secret",
}
_SECONDS = 3
Apps = Sequence[AppConfig] | None


@register(Tags.security)
def profile_is_safe(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse default secrets, and plain links that leave the host."""
    servers = (_store, _database, _bell, _scanner, _stamps, _phone)
    parts = (_debug, _links, _practice, _secret_key, _identity_service, _sender)
    return [problem for part in (*parts, *servers) for problem in part()]


def _debug() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG shows pages' insides: leave it off.", id="kasane.E008")


def _links() -> Iterator[CheckMessage]:
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https" and base.hostname not in LOOPBACK:
        yield Error("KASANE_BASE_URL must be https off this host.", id="kasane.E001")
    if settings.DEMO and base.hostname not in LOOPBACK and not is_guarded():
        yield Error("The demo signs anybody in: loopback only.", id="kasane.E002")


def is_guarded() -> bool:
    """Whether it is for practice, and lets in nobody but from the real portal."""
    return settings.PRACTICE and bool(settings.PRACTICE_KEY)


def _practice() -> Iterator[CheckMessage]:
    """Of the real portal what leads to the practice; of the practice what it is."""
    there = urlsplit(settings.PRACTICE_URL)
    if settings.PRACTICE_URL and (
        there.scheme not in {"https", "http"}
        or (there.scheme == "http" and there.hostname not in LOOPBACK)
        or origin_of(settings.PRACTICE_URL) == origin_of(settings.BASE_URL)
    ):
        yield Error(
            "KASANE_PRACTICE_URL must be another address, https off this host.",
            id="kasane.E030",
        )
    key = settings.PRACTICE_KEY
    if (settings.PRACTICE_URL or key) and len(key) < KEY_LENGTH:
        yield Error(
            "The key of the tickets to the practice is missing or weak.",
            hint="openssl rand -base64 48 into a file: KASANE_PRACTICE_KEY_FILE.",
            id="kasane.E031",
        )
    if settings.FOREIGN:
        yield Error(
            f"A practice shares nothing: unset {', '.join(settings.FOREIGN)}.",
            id="kasane.E032",
        )
    if settings.PRACTICE and not (settings.DATA / "practice").is_file():
        yield Error(
            "KASANE_DATA holds something that is no practice.",
            hint="Name an empty folder: everything in it is wiped each night.",
            id="kasane.E033",
        )


def _secret_key() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) < SECRET_LENGTH or len(set(key)) < 10 or key.startswith("django-"):
        yield Error(
            "KASANE_SECRET_KEY is too weak to be a secret.",
            hint="Make one: openssl rand -base64 48",
            id="kasane.E005",
        )


def _store() -> Iterator[CheckMessage]:
    store = settings.VAULT_STORE
    if store["kind"] != "s3":
        return
    endpoint = urlsplit(store["endpoint"])
    if endpoint.scheme != "https" and endpoint.hostname not in LOOPBACK:
        yield Error("KASANE_S3_ENDPOINT must be https.", id="kasane.E003")
    if {store["access_key"], store["secret_key"]} & DEFAULT_SECRETS:
        yield Error("The object store has a default secret.", id="kasane.E004")


def _database() -> Iterator[CheckMessage]:
    held: dict[str, Any] = settings.DATABASES["default"]
    if held["ENGINE"].endswith("postgresql") and _is_weak(
        held["PASSWORD"], held["HOST"]
    ):
        yield Error(
            "The password of the database is weak.",
            hint=f"Give the role one of {PASSWORD_LENGTH} random letters or more.",
            id="kasane.E009",
        )


def _bell() -> Iterator[CheckMessage]:
    for address in _redis_addresses():
        url = urlsplit(address)
        if _is_weak(url.password or "", url.hostname or ""):
            yield Error(
                "Redis has no password, or a weak one.",
                hint="Give the portal a user of its own (ACL) in KASANE_REDIS_URL.",
                id="kasane.E010",
            )


def _is_weak(password: str, host: str) -> bool:
    """A socket file needs no password; everything else needs one that is random."""
    if host.startswith("/") or not host:
        return False
    return len(password) < PASSWORD_LENGTH or password.lower() in DEFAULT_SECRETS


def _redis_addresses() -> list[str]:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    return list(layer.get("CONFIG", {}).get("hosts", ()))


def _scanner() -> Iterator[CheckMessage]:
    if settings.CLAMD != clamd.OFF and not clamd.is_address(settings.CLAMD):
        yield Error(
            "KASANE_CLAMD must say tcp://host:port, unix:/path or off.",
            id="kasane.E006",
        )


def _stamps() -> Iterator[CheckMessage]:
    is_web = urlsplit(settings.TSA_URL).scheme in {"http", "https"}
    if settings.TSA_URL and not (is_web and settings.TSA_ROOTS):
        yield Error(
            "KASANE_TSA_URL must be http(s), and KASANE_TSA_ROOTS name a file.",
            id="kasane.E007",
        )


def _sender() -> Iterator[CheckMessage]:
    if not outbox.sends_as_example():
        return
    words = f"Mail would leave as {settings.DEFAULT_FROM_EMAIL}, which is nobody's."
    hint = "Set KASANE_MAIL_FROM to an address of the municipality."
    if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        yield Error(words, hint=hint, id="kasane.E022")
    else:
        yield Warn(words, hint=hint, id="kasane.W002")


def _phone() -> Iterator[CheckMessage]:
    if not settings.PHONE_URL:
        return
    gateway = urlsplit(settings.PHONE_URL)
    secure = gateway.scheme == "https"
    if not secure and not (gateway.scheme == "http" and gateway.hostname in LOOPBACK):
        yield Error("KASANE_PHONE_URL must be https off this host.", id="kasane.E020")
    if _is_weak(settings.PHONE_TOKEN, gateway.hostname or "gateway"):
        yield Error(
            "The token of the telephone gateway is missing or weak.",
            hint="Put the gateway's own into a file: KASANE_PHONE_TOKEN_FILE.",
            id="kasane.E021",
        )


def _identity_service() -> Iterator[CheckMessage]:
    issuer = settings.OIDC_ISSUER
    if not issuer:
        return
    place = urlsplit(issuer)
    secure = place.scheme == "https"
    if not secure and not (place.scheme == "http" and place.hostname in LOOPBACK):
        yield Error("KASANE_OIDC_ISSUER must be https off this host.", id="kasane.E016")
    if not settings.OIDC_CLIENT_ID or _is_weak(settings.OIDC_CLIENT_SECRET, issuer):
        yield Error(
            "The identity service needs KASANE_OIDC_CLIENT_ID and a client secret.",
            hint="Put the secret into a file: KASANE_OIDC_CLIENT_SECRET_FILE.",
            id="kasane.E017",
        )


# What the servers themselves say ------------------------------------------------------

# What a committed act rests on, and what the setting must say.
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_write", "remote_apply", "local"},
    "data_checksums": {"on"},
}
_MENDING = {
    "data_checksums": "Stop the server and run pg_checksums --enable on its folder.",
}
# SQLite's words for the same; 2 is FULL.
PRAGMAS = {"journal_mode": {"wal"}, "synchronous": {"2", "3"}, "foreign_keys": {"1"}}


@register(Tags.database)
def what_is_committed_stays(
    app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that answers before its disk has what it was told."""
    if not databases:
        return []
    try:
        return list(_unsafe_settings())
    except DatabaseError:
        return [Error("The database does not answer.", id="kasane.E013")]


def _unsafe_settings() -> Iterator[CheckMessage]:
    postgresql = connection.vendor == "postgresql"
    wanted, ask = (DURABLE, "SHOW") if postgresql else (PRAGMAS, "PRAGMA")
    with connection.cursor() as cursor:
        for name, good in wanted.items():
            cursor.execute(f"{ask} {name}")
            (value,) = cursor.fetchone()
            if str(value) not in good:
                yield Error(
                    f"The database has {name} = {value}: a commit may be lost.",
                    hint=_MENDING.get(name, f"Set {name} to {min(good)}."),
                    id="kasane.E011",
                )


@register(Tags.database)
def bell_is_closed(
    app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a Redis that lets in whoever reaches it."""
    if not databases:
        return []
    return [
        Error(
            "Redis answers without a password.",
            hint="Set `user default off` in its ACL file, and a user for the portal.",
            id="kasane.E012",
        )
        for address in _redis_addresses()
        if answers_anybody(address)
    ]


def answers_anybody(address: str) -> bool:
    """Whether a Redis answers one who gives neither name nor password."""
    url = urlsplit(address)
    place = f"{url.hostname}:{url.port or 6379}" if url.hostname else url.path
    bare = f"{url.scheme}://{place}"
    try:
        with redis.Redis.from_url(bare, socket_timeout=_SECONDS) as nobody:
            return bool(nobody.ping())
    except redis.RedisError:
        return False


@register(Tags.database)
@register(Tags.security, deploy=True)
def lock_is_proved(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a lock that does not lock; one that nobody can try stays off."""
    if not settings.VAULT_STORE.get("lock"):
        return []
    try:
        gaps = objectlock.standing().gaps
    except UnavailableError:
        words = "Object lock stays off: the store does not answer."
        return [Warn(words, id="kasane.W001")]
    return [
        Error(
            f"The store does not keep what it locks: {gap}.",
            hint="Make the bucket anew with object lock, or set KASANE_S3_LOCK=off.",
            id="kasane.E014",
        )
        for gap in gaps
    ]
