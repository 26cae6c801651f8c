"""The embedded profile's test database: migrated once, copied by every run after."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import SyncToAsync
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

EMBEDDED = settings.PROFILE == "embedded"


def _code() -> str:
    """What a migrated database comes from, as one word: triggers are code too."""
    found = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _migrate(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"KASANE_PROFILE": "embedded", "KASANE_DATA": folder}
        del environment["DJANGO_SETTINGS_MODULE"]
        subprocess.run(
            [sys.executable, "-m", "portal", "migrate", "-v0"],
            cwd=settings.ROOT,
            env=environment,
            check=True,
        )
        shutil.move(Path(folder) / "kasane.sqlite3", target)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database is there before pytest-django asks for it."""
    return EMBEDDED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Lay a migrated database where the test database is to be.

    Of new code one run makes it; those beside it wait.
    """
    if not EMBEDDED:
        return
    assert request.config.cache is not None
    migrated = request.config.cache.mkdir("migrated") / f"{_code()}.sqlite3"
    with migrated.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrated.exists():
            for old in migrated.parent.glob("*.sqlite3"):
                old.unlink()
            _migrate(migrated)
        shutil.copyfile(migrated, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Take the copy away at the end; close what async tests asked with."""
    yield
    with django_db_blocker.unblock():
        SyncToAsync.single_thread_executor.submit(connections.close_all).result()
    if EMBEDDED:
        with django_db_blocker.unblock():
            connection.close()
        for file in settings.DATA.glob("test.sqlite3*"):
            file.unlink()
