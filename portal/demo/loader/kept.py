"""How long files are kept, and files of earlier years at each step of their end."""

import hashlib
from datetime import date, timedelta

from meetings.models import (
    Disposal,
    FileKind,
    LegalHold,
    Lengthening,
    RecordsClass,
    RetentionRule,
    Tombstone,
)
from meetings.retention import enter_usual_classes, expires_on
from members.facts import Role
from members.models import ArchiveGrant, Body, Case, Person
from portal.core import clock
from portal.demo.content import kept
from portal.demo.content.kept import KEPT, KeptFile
from portal.demo.identity import uid
from portal.demo.loader.cases import place_offices
from portal.demo.loader.rows import Rows

_BEGUN = date(2010, 4, 1)
_YEARS = 3


def load(rows: Rows) -> None:
    """Rules for every body, then the files, then leave to read an archived one."""
    enter_usual_classes()
    for body in rows.bodies.values():
        _rule(body, FileKind.CASE, kept.CASE_CLASS)
        _rule(body, FileKind.SITTING, kept.SITTING_CLASS)
    for entry in KEPT:
        if entry.fate == "gone":
            _gone(entry, rows)
        else:
            _kept(entry, rows)
    _archive_grants(rows)


def _rule(body: Body, kind: FileKind, name: str) -> None:
    RetentionRule.objects.create(
        body=body,
        kind=kind,
        records_class=RecordsClass.objects.get(name=name),
        starts_on=_BEGUN,
        decided_by=kept.DECIDED_BY,
    )


def _officers(body: Body) -> tuple[Person, Person]:
    """The head and the secretary."""
    offices = {o.role: o.person for o in body.offices.select_related("person")}
    return offices[Role.CHAIR], offices[Role.SECRETARIAT]


def _kept(entry: KeptFile, rows: Rows) -> None:
    today, body = clock.today(), rows.bodies[f"shien_{entry.unit}"]
    head, clerk = _officers(body)
    case = Case.objects.create(
        id=uid("case", entry.key),
        number=entry.number(today),
        unit=rows.units[entry.unit],
        body=body,
        title=entry.title,
        summary=f"{entry.theme}。記録は紙で保管している。",
        status=Case.Status.CLOSED,
        referrer=clerk.organization,
        opened_on=entry.opened_on(today),
        closed_on=entry.closed_on(today),
    )
    place_offices(case, clerk)
    file = {"kind": FileKind.CASE, "file_id": case.id}
    ago = clock.now() - timedelta(days=6)
    if entry.fate == "proposed":
        Disposal.objects.create(body=body, proposed_by=clerk, proposed_at=ago, **file)
    elif entry.fate == "held":
        reason = "損害賠償の訴えが係属しているため"
        LegalHold.objects.create(reason=reason, placed_by=head, placed_at=ago, **file)
    elif entry.fate == "longer":
        ends = _ended(entry)
        Lengthening.objects.create(
            until=ends.replace(year=ends.year + 1),
            reason="後継の支援で参照しているため",
            approved_by="福祉部長",
            approved_on=ends - timedelta(days=40),
            entered_by=clerk,
            entered_at=clock.day_start(ends - timedelta(days=38)),
            **file,
        )


def _ended(entry: KeptFile) -> date:
    """満了日 by the class alone."""
    day = expires_on(entry.closed_on(clock.today()), _YEARS)
    assert day is not None  # noqa: S101 – the class has years
    return day


def _gone(entry: KeptFile, rows: Rows) -> None:
    today, body = clock.today(), rows.bodies[f"shien_{entry.unit}"]
    head, clerk = _officers(body)
    completed, ended = entry.closed_on(today), _ended(entry)
    at = clock.day_start(ended + timedelta(days=33))
    stone = Tombstone.objects.create(
        id=uid("tombstone", entry.key),
        kind=FileKind.CASE,
        file_id=uid("case", entry.key),
        body=body,
        number=entry.number(today),
        class_name=kept.CASE_CLASS,
        completed_on=completed,
        expired_on=ended,
        proposed_by=clerk,
        approved_by=head,
        started_at=at,
        done_at=at,
        record_count=3,
        paper_count=11,
        object_count=17,
        row_count=214,
        digest=hashlib.sha256(entry.key.encode()).hexdigest(),
    )
    stone.bodies.set([body])


def _archive_grants(rows: Rows) -> None:
    """Of the closed case of this year: one leave that is over, one that runs."""
    case, now = rows.cases["debt"], clock.now()
    head, _clerk = _officers(case.body)
    for person, purpose, start, days in (
        ("sawatari", "支援の評価(年次報告)のため", 40, 14),
        ("mukai", "家計改善支援の振り返りのため", 2, 10),
    ):
        begins = now - timedelta(days=start)
        ArchiveGrant.objects.create(
            case=case,
            person=rows.people[person],
            purpose=purpose,
            granted_by=head,
            starts_at=begins,
            ends_at=begins + timedelta(days=days),
        )
