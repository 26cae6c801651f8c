"""What the tests of retention share: a closed case whose years are over."""

from datetime import date
from uuid import UUID

from documents.services import papers
from meetings.models import (
    AgendaItem,
    Disposal,
    FileKind,
    Minutes,
    RecordsClass,
    RetentionRule,
    Tombstone,
)
from meetings.retention import FileKey, enter_usual_classes
from meetings.services import disposal
from members.models import Body, Case, Person
from portal.core import clock, media
from tests import factories
from tests.cast import Cast
from tests.papers import reference

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


def record(cast: Cast, item: AgendaItem) -> Minutes:
    """A record as it is once confirmed; its files are of a few bytes."""
    versions = [
        papers.file_record(
            actor=factories.sign_in(cast.chair),
            author=cast.secretariat,
            item=reference(item),
            title="会議録",
            stored=papers.store_record(f"{ending} of the record".encode()),
            file_name=f"会議録.{ending}",
            media_type=kind,
        )
        for ending, kind in (("docx", media.DOCX), ("pdf", media.PDF))
    ]
    return Minutes.objects.create(
        item=item,
        state=Minutes.State.FINAL,
        version=1,
        finalized_at=clock.now(),
        docx=versions[0].paper,
        pdf=versions[1].paper,
        digest=versions[1].stored.sha256,
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


def propose(person: Person, body: UUID, *keys: FileKey) -> int:
    actor = factories.sign_in(person)
    return disposal.propose(actor=actor, body_id=body, keys=keys)


def dispose(cast: Cast, *keys: FileKey) -> None:
    approve(cast, *keys)
    run()


def run() -> None:
    """What the worker would do now."""
    for model in (Disposal, Tombstone):
        for file_id in model.objects.values_list("file_id", flat=True):
            disposal.dispose.call(str(file_id))
