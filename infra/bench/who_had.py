"""How long "who has had it" takes on a trail of twenty million events (P10).

The trail of the large municipality is filled up with what people open and download,
as often as it takes, and one paper is opened twenty thousand times over. Asked are
that paper, a usual one, their case and one of its readers, by a custodian through a
server, each as page and as CSV file. Prints the slowest answer of all.
"""

import os

import psycopg
from common import BenchError, Browser, figure, percentile, say, serving, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from documents.models import PaperVersion, Release  # noqa: E402
from members.facts import Role, State  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Membership, Person, SignIn  # noqa: E402
from portal.core import clock  # noqa: E402
from portal.core.models import AuditEvent  # noqa: E402

EVENTS = int(os.environ.get("KASANE_BENCH_EVENTS", "20000000"))
HOT = min(20_000, EVENTS // 10)
ROUNDS = 3
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'core_auditevent' AND indexname LIKE 'audit_by_%'
"""
FILL = """
CREATE TEMPORARY TABLE reader AS
SELECT
    row_number() OVER (ORDER BY r.id) - 1 AS n, r.person_id AS person,
    r.version_id AS version, p.case_id AS case_id, p.item_id AS item
FROM documents_release r
    JOIN documents_paperversion v ON v.id = r.version_id
    JOIN documents_paper p ON p.id = v.paper_id;
ANALYZE reader;
INSERT INTO core_auditevent (
    seq, at, action, actor, sign_in, address, subject, "case", item, detail, previous,
    digest
)
SELECT
    tick.n, now() - interval '3 years' + tick.n * interval '4 seconds',
    (ARRAY['documents.version.read', 'documents.page.read', 'documents.page.read',
        'documents.original.download'])[tick.n %% 4 + 1],
    reader.person::text, md5('sign-in' || tick.n / 20)::uuid::text,
    '192.0.2.' || tick.n %% 250,
    'version:' || reader.version, coalesce(reader.case_id::text, ''), reader.item::text,
    '{"number": 1, "page": 3}', repeat('0', 64), lpad(tick.n::text, 64, '0')
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS tick(n)
    JOIN reader ON reader.n = CASE
        WHEN tick.n > %(last)s - %(hot)s THEN
            (SELECT min(hot.n) FROM reader hot WHERE hot.version = %(version)s)
        ELSE tick.n %% (SELECT count(*) FROM reader)
    END
"""


def main() -> None:
    """Fill the trail, ask, print."""
    version = asked_about()
    fill_trail(version)
    figure("audit_rows", AuditEvent.objects.count())
    keeper = Membership.objects.filter(
        case=version.paper.case, role=Role.SECRETARIAT, ends_at=None
    )[0].person
    cookies = {settings.SESSION_COOKIE_NAME: signed_in(keeper)}
    with serving() as port:
        browser = Browser(port, cookies)
        taken = {name: asked(browser, path) for name, path in paths(version)}
    for name, seconds in taken.items():
        say(f"who had {name}: {max(seconds):.2f} s, p50 {percentile(seconds, 0.5):.2f}")
    figure("who_had_it_s", max(max(seconds) for seconds in taken.values()))


def asked_about() -> PaperVersion:
    """A released paper of a case that somebody keeps."""
    kept = Membership.objects.filter(role=Role.SECRETARIAT, ends_at=None)
    found = PaperVersion.objects.filter(
        state=State.RELEASED,
        paper__case__memberships__in=kept,
        releases__isnull=False,
    ).order_by("id")
    version = found.select_related("paper__case").first()
    if version is None:
        raise BenchError("the database holds no released paper of a kept case")
    return version


def fill_trail(version: PaperVersion) -> None:
    """Bring the trail to its size, with its indexes made after the rows."""
    with psycopg.connect(os.environ["KASANE_DATABASE_URL"]) as db:
        newest = db.execute("SELECT max(seq) FROM core_auditevent").fetchone()
        first = (newest[0] or 0) + 1 if newest else 1
        if first > EVENTS:
            return
        say(f"who_had: filling the trail with {EVENTS - first + 1} events")
        indexes = db.execute(INDEXES).fetchall()
        db.execute("SET maintenance_work_mem = '1GB'")
        db.execute("SET synchronous_commit = off")
        for name, _definition in indexes:
            db.execute(f"DROP INDEX {name}")
        words = {"first": first, "last": EVENTS, "hot": HOT, "version": version.id}
        create, analyze, insert = FILL.split(";\n")
        db.execute(create)
        db.execute(analyze)
        db.execute(insert, words)
        for _name, definition in indexes:
            db.execute(definition)
        db.execute("UPDATE core_audithead SET seq = %s", (EVENTS,))
        db.execute("ANALYZE core_auditevent")


def paths(version: PaperVersion) -> list[tuple[str, str]]:
    """What is asked: the much read paper, a usual one, their cases, a reader."""
    reader = Release.objects.filter(version=version).order_by("id")[0].person
    usual = version.paper.case.papers.exclude(id=version.paper_id).order_by("id")[0]
    asked = [
        ("the much read paper", "paper", version.paper_id),
        ("a usual paper", "paper", usual.id),
        ("the case", "case", version.paper.case_id),
        ("the reader", "person", reader.id),
    ]
    return [
        (f"{name}{mark}", reverse(f"documents:had-{kind}", args=[id_]) + mark)
        for name, kind, id_ in asked
        for mark in ("", "?as=csv")
    ]


def asked(browser: Browser, path: str) -> list[float]:
    """Seconds of each answer; the first of them finds nothing in memory."""
    answers = [browser.get(path) for _ in range(ROUNDS)]
    if {answer.status for answer in answers} != {200}:
        raise BenchError(f"{path} answered {answers[0].status}")
    return [answer.seconds for answer in answers]


def signed_in(person: Person) -> str:
    """The session of somebody who has just proved a personal factor."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    session = SessionStore()
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
