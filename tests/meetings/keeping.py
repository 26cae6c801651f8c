"""What the tests of retention share: a closed case whose years are over."""

from datetime import date

from meetings.models import FileKind, RecordsClass, RetentionRule
from meetings.retention import FileKey, enter_usual_classes
from meetings.services import disposal
from members.models import Body, Case, Person
from portal.core import worker
from tests import factories
from tests.cast import Cast

LONG_CLOSED = date(2020, 4, 2)  # five years ended with March 2026


def rule(body: Body, kind: FileKind, name: str = "5年") -> RetentionRule:
    enter_usual_classes()
    return RetentionRule.objects.create(
        body=body,
        kind=kind,
        records_class=RecordsClass.objects.get(name=name),
        starts_on=date(2010, 4, 1),
        decided_by="文書取扱規程",
    )


def close(case: Case, day: date = LONG_CLOSED) -> FileKey:
    """The case as closed on a day, under a class of five years."""
    if not case.body.retention_rules.exists():
        rule(case.body, FileKind.CASE)
    case.status, case.closed_on = Case.Status.CLOSED, day
    case.save()
    return FileKey(FileKind.CASE, case.id)


def approve(cast: Cast, *keys: FileKey) -> None:
    """Proposed by the secretariat, approved by the chair; nothing has run yet."""
    body = cast.shien.id
    propose(cast.secretariat, body, *keys)
    actor = factories.sign_in(cast.chair)
    disposal.approve(actor=actor, body_id=body, keys=keys)


def propose(person: Person, body: object, *keys: FileKey) -> int:
    actor = factories.sign_in(person)
    return disposal.propose(actor=actor, body_id=body, keys=keys)


def dispose(cast: Cast, *keys: FileKey) -> None:
    approve(cast, *keys)
    worker.run_waiting()
