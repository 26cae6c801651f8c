"""Settings that would be unsafe stop the start."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from portal.core import checks
from portal.core.checks import profile_is_safe

STORE = {
    "kind": "s3",
    "endpoint": "https://store.mihon.example",
    "access_key": "kasane-portal",
    "secret_key": "long-and-random-7f3a",
    "bucket": "kasane",
    "region": "us-east-1",
}
SECRET = "a-long-random-secret-key-of-fifty-characters-0123456789"
DATABASE = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": "db.mihon.example",
    "PASSWORD": "long-and-random-51c9",
}


def layer(address: str) -> dict[str, object]:
    return {"BACKEND": "bell", "CONFIG": {"hosts": [address]}}


@pytest.fixture
def town(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A city's server, as it should be."""
    settings.BASE_URL = "https://kasane.city.mihon.example"
    settings.DEMO = False
    settings.VAULT_STORE = dict(STORE)
    settings.CLAMD = "unix:/run/clamav/clamd.ctl"
    settings.SECRET_KEY = SECRET
    monkeypatch.setitem(settings.DATABASES, "default", dict(DATABASE))
    settings.CHANNEL_LAYERS = {
        "default": layer("redis://kasane:a-long-7f3a-one-90@r/0")
    }
    return settings


def problems() -> list[str | None]:
    return [found.id for found in profile_is_safe(None) if isinstance(found, Error)]


def test_a_safe_profile_has_no_problem(town: Settings) -> None:
    assert problems() == []


@pytest.mark.parametrize("said", ["off", "tcp://scan.lan:3310", "tcp://[::1]:3310"])
def test_the_virus_scanner_is_named_or_said_to_be_off(
    town: Settings, said: str
) -> None:
    town.CLAMD = said
    assert problems() == []


@pytest.mark.parametrize(
    "said",
    ["", "on", "tcp://", "tcp://scan.lan", "tcp://a:b", "unix:clamd", "http://a:1"],
)
def test_nothing_said_of_the_virus_scanner_stops_the_start(
    town: Settings, said: str
) -> None:
    town.CLAMD = said
    assert problems() == ["kasane.E006"]


@pytest.mark.parametrize(
    "sender", ["kasane@city.mihon.example", "かさね <kasane@CITY.EXAMPLE>"]
)
def test_mail_never_leaves_as_an_example(town: Settings, sender: str) -> None:
    town.DEFAULT_FROM_EMAIL = sender
    town.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert problems() == ["kasane.E022"]
    # What goes into files leaves nowhere: that is said, and stops nothing.
    town.EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
    assert [found.id for found in profile_is_safe(None)] == ["kasane.W002"]
    town.DEFAULT_FROM_EMAIL = "かさね <kasane@city.mihon.lg.jp>"
    assert profile_is_safe(None) == []


def test_the_demo_is_an_example_all_through(town: Settings) -> None:
    town.DEMO, town.BASE_URL = True, "http://127.0.0.1:8000"
    assert profile_is_safe(None) == []


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_plain_http_and_the_demo_are_for_loopback(town: Settings, host: str) -> None:
    town.BASE_URL, town.DEMO = f"http://{host}", True
    assert problems() == []


@pytest.mark.parametrize(
    "url", ["http://kasane.city.mihon.example", "http://10.0.0.5:8000", "kasane"]
)
def test_links_in_mail_are_https_off_the_host(town: Settings, url: str) -> None:
    town.BASE_URL = url
    assert problems() == ["kasane.E001"]


def test_the_demo_never_leaves_the_host(town: Settings) -> None:
    town.DEMO = True
    assert problems() == ["kasane.E002"]


def test_the_demo_listens_on_loopback_only(settings: Settings) -> None:
    settings.DEMO = True
    for host in ("0.0.0.0", "::", "10.0.0.5"):
        with pytest.raises(CommandError, match="loopback"):
            call_command("serve", host=host)


def test_a_short_secret_is_none(town: Settings) -> None:
    town.SECRET_KEY = "changeme"
    assert problems() == ["kasane.E005"]


def test_the_store_is_reached_by_https_off_the_host(town: Settings) -> None:
    town.VAULT_STORE["endpoint"] = "http://store.mihon.example:9000"
    assert problems() == ["kasane.E003"]
    town.VAULT_STORE["endpoint"] = "http://127.0.0.1:9000"
    assert problems() == []


@pytest.mark.parametrize("name", ["access_key", "secret_key"])
@pytest.mark.parametrize("value", ["minioadmin", "password", "changeme", ""])
def test_a_default_secret_of_the_store_is_refused(
    town: Settings, name: str, value: str
) -> None:
    town.VAULT_STORE[name] = value
    assert problems() == ["kasane.E004"]


@pytest.mark.parametrize(
    ("url", "roots", "found"),
    [
        ("", "", []),
        ("http://tsa.mihon.example/tsr", "/etc/kasane/tsa.pem", []),
        ("http://tsa.mihon.example/tsr", "", ["kasane.E007"]),
        ("file:///etc/passwd", "/etc/kasane/tsa.pem", ["kasane.E007"]),
    ],
)
def test_an_authority_of_time_is_believed_by_its_certificate(
    town: Settings, url: str, roots: str, found: list[str]
) -> None:
    town.TSA_URL, town.TSA_ROOTS = url, roots
    assert problems() == found


def test_debugging_is_never_on(town: Settings) -> None:
    town.DEBUG = True
    assert problems() == ["kasane.E008"]


@pytest.mark.parametrize("key", ["a" * 60, "django-insecure-" + SECRET])
def test_a_secret_that_is_no_secret_is_refused(town: Settings, key: str) -> None:
    town.SECRET_KEY = key
    assert problems() == ["kasane.E005"]


@pytest.mark.parametrize(
    ("host", "password", "found"),
    [
        ("db.mihon.example", "kasane", ["kasane.E009"]),
        ("127.0.0.1", "", ["kasane.E009"]),
        ("/run/postgresql", "", []),  # the socket knows who asks
    ],
)
def test_a_weak_password_of_the_database_is_refused(
    town: Settings, host: str, password: str, found: list[str]
) -> None:
    town.DATABASES["default"] |= {"HOST": host, "PASSWORD": password}
    assert problems() == found


@pytest.mark.parametrize("address", ["redis://r:6379/0", "redis://kasane:redis@r/0"])
def test_a_redis_without_a_real_password_is_refused(
    town: Settings, address: str
) -> None:
    town.CHANNEL_LAYERS["default"] = layer(address)
    assert problems() == ["kasane.E010"]


@pytest.fixture
def open_redis(tmp_path: Path) -> Iterator[str]:
    """A Redis that lets in everybody."""
    program, file = shutil.which("redis-server"), tmp_path / "redis.sock"
    assert program, "infra/bin/install-test-parts installs it"
    words = ["--port", "0", "--unixsocket", str(file), "--save", ""]
    with subprocess.Popen([program, *words], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if b"ready to accept" in line.lower():
                break
        yield f"unix://{file}"
        server.terminate()


def test_a_redis_that_lets_in_everybody_is_refused(
    open_redis: str, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {"default": layer(open_redis)}
    (problem,) = checks.bell_is_closed(None, ["default"])
    assert problem.id == "kasane.E012"
    with redis.Redis.from_url(open_redis) as client:
        client.config_set("requirepass", "a-long-and-random-one")
    assert checks.bell_is_closed(None, ["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_forget_is_refused() -> None:
    assert checks.what_is_committed_stays(None, ["default"]) == []
    if connection.vendor == "postgresql":
        name, off, on = "commit", "SET synchronous_commit = off", "RESET ALL"
    else:
        name, off, on = "=", "PRAGMA synchronous = OFF", "PRAGMA synchronous = FULL"
    with connection.cursor() as cursor:
        cursor.execute(off)
        (problem,) = checks.what_is_committed_stays(None, ["default"])
        cursor.execute(on)
    assert problem.id == "kasane.E011"
    assert name in problem.msg
    assert problem.hint
