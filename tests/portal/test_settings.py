"""The server profile starts with everything it needs, and with nothing less."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings import env

COMPLETE = {
    "KASANE_PROFILE": "server",
    "KASANE_BASE_URL": "https://kasane.city.mihon.example",
    "KASANE_HOSTS": "kasane.city.mihon.example",
    "KASANE_SECRET_KEY": "a-long-random-secret-key-of-fifty-characters-0123456789",
    "KASANE_DATABASE_URL": "postgres://kasane:p%40ss-51c9-long-and-random@127.0.0.1:1/kasane",
    "KASANE_REDIS_URL": "redis://kasane:long-and-random-90d1@127.0.0.1:1/0",
    "KASANE_CLAMD": "unix:/run/clamav/clamd.ctl",
    "KASANE_MAIL_FROM": "kasane@city.mihon.lg.jp",
    "KASANE_S3_ENDPOINT": "https://store.city.mihon.example",
    "KASANE_S3_ACCESS_KEY": "kasane-portal",
    "KASANE_S3_SECRET_KEY": "long-and-random-7f3a",
}
OWN = {"KASANE_PROFILE", "KASANE_BASE_URL", "KASANE_HOSTS", "KASANE_MAIL_FROM"}
NEEDED = sorted(COMPLETE.keys() - OWN)


def check(tmp_path: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """``check --deploy`` in a process with no environment but ``settings``."""
    environment = {"PATH": os.environ["PATH"], "KASANE_DATA": str(tmp_path), **settings}
    command = ["-m", "portal", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_complete_server_profile_passes_the_deployment_check(tmp_path: Path) -> None:
    found = check(tmp_path, COMPLETE)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("name", NEEDED)
def test_each_missing_secret_stops_the_server(tmp_path: Path, name: str) -> None:
    found = check(tmp_path, {k: v for k, v in COMPLETE.items() if k != name})
    assert found.returncode != 0
    assert f"Set {name} or {name}_FILE." in found.stderr


def test_an_unsafe_server_profile_does_not_pass(tmp_path: Path) -> None:
    unsafe = {**COMPLETE, "KASANE_BASE_URL": "http://kasane.city.mihon.example"}
    found = check(tmp_path, unsafe)
    assert found.returncode != 0
    assert "kasane.E001" in found.stderr


def test_a_secret_may_come_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.setenv("KASANE_SOMETHING_FILE", str(secret))
    assert env.text("KASANE_SOMETHING") == "from the file"
    monkeypatch.setenv("KASANE_SOMETHING", "from the environment")
    assert env.text("KASANE_SOMETHING") == "from the environment"


@pytest.mark.parametrize(
    ("value", "expected"), [("on", True), ("TRUE", True), ("0", False), ("no", False)]
)
def test_a_flag_is_on_or_off(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: bool
) -> None:
    monkeypatch.setenv("KASANE_FLAG", value)
    assert env.flag("KASANE_FLAG", default=not expected) is expected


def test_what_is_neither_on_nor_a_number_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KASANE_VALUE", "maybe")
    with pytest.raises(ImproperlyConfigured, match="on or off"):
        env.flag("KASANE_VALUE", default=True)
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        env.number("KASANE_VALUE", 1)
    with pytest.raises(ImproperlyConfigured, match="postgres://"):
        env.postgres("KASANE_VALUE")


def test_a_database_address_is_unquoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KASANE_DATABASE_URL", COMPLETE["KASANE_DATABASE_URL"])
    assert env.postgres("KASANE_DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "kasane",
        "USER": "kasane",
        "PASSWORD": "p@ss-51c9-long-and-random",
        "HOST": "127.0.0.1",
        "PORT": "1",
    }
