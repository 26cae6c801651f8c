"""The database as one file, and back: pg_dump, or SQLite's own way of copying.

A dump is one moment: what it holds is what was committed then, and its audit head is
read in the same snapshot.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction


class DumpError(Exception):
    """A database that cannot be copied or put back; says why."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What the moment of the dump was."""

    installation: str
    seq: int
    digest: str
    migrations: tuple[str, ...]


_HEAD = "SELECT installation, seq, digest FROM core_audithead WHERE id = 1"
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def dump(path: Path) -> Dumped:
    """Write the whole database into ``path``."""
    if connection.vendor == "sqlite":
        _copy(Path(str(settings.DATABASES["default"]["NAME"])), path)
        return _look_into(path)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        options = ["--format=custom", "--no-owner", "--no-privileges"]
        _run("pg_dump", *options, f"--snapshot={snapshot}", f"--file={path}")
        cursor.execute(_HEAD)
        head = cursor.fetchone()
        cursor.execute(_MIGRATIONS)
        return _dumped(head, cursor.fetchall())


def _dumped(head: Any, migrations: Iterable[tuple[str, str]]) -> Dumped:
    # SQLite keeps the id without its dashes, and so it is written.
    installation = str(head[0]).replace("-", "")
    names = tuple(f"{app}.{name}" for app, name in migrations)
    return Dumped(installation, head[1], head[2], names)


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source)) as held,
        closing(sqlite3.connect(target)) as to,
    ):
        held.backup(to)


def _look_into(path: Path) -> Dumped:
    with closing(sqlite3.connect(path)) as found:
        head = found.execute(_HEAD).fetchone()
        return _dumped(head, found.execute(_MIGRATIONS).fetchall())


def is_empty() -> bool:
    """Whether the database has no table yet."""
    return not connection.introspection.table_names()


def load(path: Path, closing_acts: Iterable[str]) -> None:
    """Put a dump back into an empty database, with these acts in the same commit.

    Whoever looks meanwhile sees an empty database, and then one after those acts.
    """
    if connection.vendor == "sqlite":
        _load_sqlite(path, closing_acts)
    else:
        _load_postgresql(path, closing_acts)


def _load_sqlite(path: Path, closing_acts: Iterable[str]) -> None:
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    draft = target.with_name(f"{target.name}.restoring")
    draft.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(path, draft)
    with closing(sqlite3.connect(draft)) as loaded, loaded:
        for act in closing_acts:
            loaded.execute(act)
    connection.close()
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    draft.replace(target)


def _load_postgresql(path: Path, closing_acts: Iterable[str]) -> None:
    script, last = path.with_suffix(".sql"), path.with_suffix(".closing.sql")
    try:
        for file in (script, last):
            file.touch(mode=0o600)
        _run(
            "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path)
        )
        acts = ["SET search_path = public", *closing_acts]
        last.write_text("".join(f"{act};\n" for act in acts), encoding="utf-8")
        connection.close()
        quiet = (
            "--quiet",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        )
        _run(
            "psql", *quiet, "--single-transaction", f"--file={script}", f"--file={last}"
        )
    finally:
        script.unlink(missing_ok=True)
        last.unlink(missing_ok=True)


def clear() -> None:
    """Empty the database again, when what was put back turned out to be wrong."""
    if connection.vendor == "sqlite":
        connection.close()
        Path(str(settings.DATABASES["default"]["NAME"])).unlink(missing_ok=True)
        return
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {quote(table)} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
            " AND proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database; no password on its line."""
    held = connection.settings_dict
    environment = os.environ | {
        "PGHOST": str(held["HOST"]),
        "PGPORT": str(held["PORT"]),
        "PGUSER": str(held["USER"]),
        "PGPASSWORD": str(held["PASSWORD"]),
        "PGDATABASE": str(held["NAME"]),
        "PGOPTIONS": "-c timezone=UTC",
    }
    try:
        done = subprocess.run(  # noqa: S603 – our own words, and paths of the operator
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise DumpError(f"{program} is missing: install PostgreSQL's client.") from None
    if done.returncode:
        raise DumpError(f"{program} failed: {done.stderr.strip()[:500]}")
