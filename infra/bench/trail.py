"""Twenty million events of the audit trail, each linked to the one before.

Every release in the order of its day is opened once: a sign-in reads the version, turns
its pages and takes the original. One process links, because nobody can link ahead, and
PostgreSQL takes the rows in by COPY beside it; indexes are made after them. An event's
time follows from its number: a trail that was used before it is filled up goes back in
time once, which its walk tells as a note, and holds.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

import psycopg
from common import BenchError, say

EVENTS = int(os.environ.get("KASANE_BENCH_EVENTS", "20000000"))
BEGINNING = datetime(2016, 4, 1, tzinfo=UTC)
STEP = timedelta(seconds=15)  # twenty million of them are nine and a half years
PAGES = 14
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'core_auditevent' AND indexname LIKE 'audit_by_%'
"""
RELEASES = """
SELECT
    r.person_id::text, r.version_id::text, coalesce(p.case_id::text, ''),
    p.item_id::text, md5('sign-in' || r.person_id || date(r.starts_at))::uuid::text
FROM documents_release r
    JOIN documents_paperversion v ON v.id = r.version_id
    JOIN documents_paper p ON p.id = v.paper_id
WHERE %(version)s::uuid IS NULL OR r.version_id = %(version)s
ORDER BY r.starts_at, r.id
"""
# What one opening leaves: action and detail, as the chain writes it.
ACTS = (
    ("documents.version.read", '{"number":1}'),
    *(
        ("documents.page.read", f'{{"number":1,"page":{page}}}')
        for page in range(1, PAGES + 1)
    ),
    ("documents.original.download", '{"number":1}'),
)
COPY = """
COPY core_auditevent (
    seq, at, action, actor, sign_in, address, subject, "case", item, detail, previous,
    digest
) FROM STDIN
"""


class Opened(NamedTuple):
    """A release that somebody opens: who, what, of which case and item, signed in."""

    person: str
    version: str
    case: str
    item: str
    sign_in: str


@dataclass(frozen=True, slots=True)
class Link:
    """An end of the trail: the newest event and its digest."""

    seq: int
    digest: str


def extend(url: str, upto: int, *, hot: str = "", times: int = 0) -> None:
    """Append until there are ``upto``; the last ``times`` open the version ``hot``."""
    with psycopg.connect(url) as db, psycopg.connect(url) as reading:
        head = head_of(db)
        missing = upto - head.seq
        if missing <= 0:
            return
        say(f"trail: {missing} events, each linked to the one before")
        db.execute("SET synchronous_commit = off")
        with bare_trail(db):
            head = append(db, head, islice(openings(reading, ""), missing - times))
            if times:
                head = append(db, head, islice(openings(reading, hot), times))
        db.execute(
            "UPDATE core_audithead SET seq = %s, digest = %s", (head.seq, head.digest)
        )
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("VACUUM ANALYZE core_auditevent")


def head_of(db: psycopg.Connection) -> Link:
    """Where the trail ends now."""
    row = db.execute("SELECT seq, digest FROM core_audithead").fetchone()
    if row is None:
        raise BenchError("the trail has no head; run migrate first")
    return Link(*row)


@contextmanager
def bare_trail(db: psycopg.Connection) -> Iterator[None]:
    """The trail without its indexes, which are made again after the rows."""
    indexes = db.execute(INDEXES).fetchall()
    for name, _definition in indexes:
        db.execute(f"DROP INDEX {name}")
    yield
    db.execute("SET maintenance_work_mem = '1GB'")
    for _name, definition in indexes:
        db.execute(definition)


def openings(db: psycopg.Connection, version: str) -> Iterator[tuple[str, str, Opened]]:
    """Acts of people who open what was released, over and over."""
    while True:
        with db.cursor("releases") as rows:
            rows.itersize = 10_000
            rows.execute(RELEASES, {"version": version or None})
            found = False
            for row in rows:
                found, opened = True, Opened(*row)
                for action, detail in ACTS:
                    yield action, detail, opened
        if not found:
            raise BenchError("the database holds nothing that was released")


def append(
    db: psycopg.Connection, head: Link, acts: Iterator[tuple[str, str, Opened]]
) -> Link:
    """Link the acts and copy them in; the new end."""
    seq, digest = head.seq, head.digest
    with db.cursor() as cursor, cursor.copy(COPY) as copy:
        for action, detail, opened in acts:
            seq, previous = seq + 1, digest
            at = (BEGINNING + seq * STEP).isoformat()
            address, subject = f"192.0.2.{seq % 250}", f"version:{opened.version}"
            digest = hashlib.sha256(
                f'[{seq},"{at}","{action}","{opened.person}","{opened.sign_in}",'
                f'"{address}","{subject}","{opened.case}","{opened.item}",{detail},'
                f'"{previous}"]'.encode()
            ).hexdigest()
            copy.write(
                f"{seq}\t{at}\t{action}\t{opened.person}\t{opened.sign_in}\t{address}\t"
                f"{subject}\t{opened.case}\t{opened.item}\t{detail}\t{previous}\t"
                f"{digest}\n"
            )
    return Link(seq, digest)
