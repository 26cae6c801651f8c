"""Contradictory or unsafe settings stop the start."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Warn

from portal.core import clamd, objectlock
from portal.core.errors import UnavailableError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECRET_LENGTH = 32  # characters
DEFAULT_SECRETS = {"minioadmin", "postgres", "password", "secret", "changeme", ""}


@register(Tags.security)
def profile_is_safe(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse default secrets, and plain links that leave the host."""
    problems: list[CheckMessage] = []
    host = urlsplit(settings.BASE_URL).hostname
    if urlsplit(settings.BASE_URL).scheme != "https" and host not in LOOPBACK:
        problems.append(
            Error("KASANE_BASE_URL must be https off this host.", id="kasane.E001")
        )
    if settings.DEMO and host not in LOOPBACK:
        problems.append(
            Error("The demo signs anybody in: loopback only.", id="kasane.E002")
        )
    if len(settings.SECRET_KEY) < SECRET_LENGTH:
        problems.append(
            Error("KASANE_SECRET_KEY is too short to be a secret.", id="kasane.E005")
        )
    store = settings.VAULT_STORE
    if store["kind"] == "s3":
        endpoint = urlsplit(store["endpoint"])
        if endpoint.scheme != "https" and endpoint.hostname not in LOOPBACK:
            problems.append(
                Error("KASANE_S3_ENDPOINT must be https.", id="kasane.E003")
            )
        if {store["access_key"], store["secret_key"]} & DEFAULT_SECRETS:
            problems.append(
                Error("The object store has a default secret.", id="kasane.E004")
            )
    if settings.CLAMD != clamd.OFF and not clamd.is_address(settings.CLAMD):
        problems.append(
            Error(
                "KASANE_CLAMD must say tcp://host:port, unix:/path or off.",
                id="kasane.E006",
            )
        )
    if settings.TSA_URL and not (
        urlsplit(settings.TSA_URL).scheme in {"http", "https"} and settings.TSA_ROOTS
    ):
        problems.append(
            Error(
                "KASANE_TSA_URL must be http(s), and KASANE_TSA_ROOTS name a file.",
                id="kasane.E007",
            )
        )
    return problems


@register(Tags.security, deploy=True)
def lock_is_proved(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Say why the object lock that is asked for stays off."""
    if not settings.VAULT_STORE.get("lock"):
        return []
    try:
        gaps = objectlock.standing().gaps
    except UnavailableError:
        gaps = ("the store does not answer",)
    return [Warn(f"Object lock stays off: {gap}.", id="kasane.W001") for gap in gaps]
