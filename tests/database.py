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
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker

from portal.core import rights, takings

EMBEDDED = settings.PROFILE == "embedded"
WRITTEN_BY_TRIGGERS = ("core_taking", "meetings_standingstamp")


def code() -> str:
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


def _emptied(_style: object, database: Any, **_options: object) -> list[str]:
    """The statements that empty what a test filled, in place of all tables.

    Emptying a hundred tables that are empty takes PostgreSQL seconds. What triggers
    write at each row that goes, some of them at the end only, goes last.
    """
    tables = database.introspection.django_table_names(only_existing=True)
    tables = [table for table in tables if table not in WRITTEN_BY_TRIGGERS]
    looks = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables
    )
    with database.cursor() as cursor:
        cursor.execute(looks)
        filled = [table for (table,) in cursor.fetchall()]
    last = [] if EMBEDDED else ["SET CONSTRAINTS ALL IMMEDIATE"]
    last += [f"DELETE FROM {table}" for table in WRITTEN_BY_TRIGGERS]
    return [*(f"DELETE FROM {table}" for table in filled), *last]


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
    migrated = request.config.cache.mkdir("migrated") / f"{code()}.sqlite3"
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
    """Take the copy away at the end."""
    for install in (create_contenttypes, takings.install, rights.give):
        assert post_migrate.disconnect(install)
    assert post_migrate.disconnect(
        dispatch_uid="django.contrib.auth.management.create_permissions"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", _emptied)
        yield
    if EMBEDDED:
        with django_db_blocker.unblock():
            connection.close()
        for file in settings.DATA.glob("test.sqlite3*"):
            file.unlink()


@pytest.fixture(autouse=True)
def no_connection_stays() -> Iterator[None]:
    """Close what an async test asked with; the next one may have no database."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
