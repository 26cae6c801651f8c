"""The municipality to measure on, in the empty PostgreSQL database of this profile.

Filling takes minutes, so the filled database is kept as a dump in var/bench and
restored for the next run. A dump serves one week (its sittings are around now)
and one state of the tables and of this program.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import psycopg
import shapes
import trail
from common import ROOT, BenchError, figure, portal, say
from shapes import Size

BENCH = Path(__file__).resolve().parent
KEPT = ROOT / "var" / "bench"
COUNTED = {
    "cases": "members_case",
    "people": "members_person",
    "papers": "documents_paper",
    "audit_events": "core_auditevent",
}
BEGINNING = "2016-04-01 00:00:00+09"


def main() -> None:
    """Leave the database with tables and the large municipality in it."""
    shape, url = shapes.chosen(), os.environ["KASANE_DATABASE_URL"]
    dump = KEPT / f"{shape.name}-{fingerprint(shape.size)}"
    if dump.exists():
        say("fill: restoring the municipality kept from the run before")
        run_postgres("pg_restore", "--jobs=2", "--no-owner", f"--dbname={url}", dump)
    else:
        portal("migrate", "--verbosity", "0")
        say(f"fill: making the municipality ({shape.name}), which takes minutes")
        fill(url, shape.size)
        keep(url, dump)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            for name, table in COUNTED.items()
        }
    for name, row in counts.items():
        figure(name, row[0] if row else 0)


def fingerprint(size: Size) -> str:
    """Changes with the week, the size, the tables and the way of filling."""
    digest = hashlib.sha256(f"{monday()} {size}".encode())
    sources = [BENCH / name for name in ("fill.py", "town.sql", "trail.py")]
    for source in sources + sorted(ROOT.glob("*/**/migrations/*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def monday() -> datetime:
    """The beginning of this week."""
    today = datetime.now(UTC).date()
    start = today - timedelta(days=today.weekday())
    return datetime.combine(start, time(1), UTC)


def fill(url: str, size: Size) -> None:
    """Run town.sql, indexes and foreign keys made after the rows; then the trail."""
    words = asdict(size) | {
        "members": size.people // size.units - 2,
        "beginning": BEGINNING,
        "next_sitting": (monday() + timedelta(days=8)).isoformat(),
    }
    town = (BENCH / "town.sql").read_text(encoding="utf-8").format_map(words)
    with psycopg.connect(url) as connection, bare_tables(connection):
        connection.execute("SET synchronous_commit = off")
        for statement in town.split(";\n"):
            if statement.strip():
                connection.execute(statement)
    trail.extend(url, size.events)


@contextmanager
def bare_tables(connection: psycopg.Connection) -> Iterator[None]:
    """Tables without foreign keys, plain indexes and triggers while they are filled."""
    keys = connection.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname),"
        " pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE relnamespace = 'public'::regnamespace AND NOT indisunique"
    ).fetchall()
    watched = connection.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    ).fetchall()
    for table, name, _definition in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    for (table,) in watched:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    connection.execute("SET maintenance_work_mem = '256MB'")
    for (table,) in watched:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for _name, definition in indexes:
        connection.execute(definition)
    for table, name, definition in keys:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def keep(url: str, dump: Path) -> None:
    """Dump the database to ``dump``, and only then drop older dumps."""
    KEPT.mkdir(parents=True, exist_ok=True)
    older = list(KEPT.glob(f"{dump.name.partition('-')[0]}-*"))
    partial = KEPT / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    form = ("--format=directory", "--jobs=2", "--compress=1", "--no-owner")
    run_postgres("pg_dump", *form, f"--file={partial}", url)
    partial.rename(dump)
    for old in older:
        shutil.rmtree(old)


def run_postgres(program: str, *arguments: str | Path) -> None:
    """Run a PostgreSQL program to its end."""
    if shutil.which(program) is None:
        raise BenchError(f"{program} is missing; run infra/bin/install-test-parts")
    subprocess.run([program, *arguments], stdout=sys.stderr, check=True)


if __name__ == "__main__":
    main()
