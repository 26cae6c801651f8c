"""What goes into an export package: of a file, or of one confirmed record."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from documents.delivery.archives import Plan
from documents.models import Paper, PaperVersion
from meetings import records
from meetings.models import Minutes
from meetings.records import Record
from meetings.retention import File, FileKey
from meetings.selectors.retention import access_to, keeping_for
from members.access import Access, Actor, access_for
from members.facts import Action, State
from portal.core.errors import HiddenError

# What was ever shown to somebody, or confirmed; drafts and what was held are not.
_SHOWN = (State.RELEASED, State.FINAL, State.REPLACED)


def of_file(actor: Actor, key: FileKey) -> Plan:
    """All papers and records of a file, for who may dispose of it."""
    keeping, _known = keeping_for(actor, key)
    file = keeping.file
    papers = Q(paper__case=file.case) if file.case else Q(paper__sitting_id=key.id)
    return Plan(
        subject=f"{key.kind}:{key.id}",
        case=file.case.id if file.case else None,
        title=f"{file.key.kind.label} {file.number}",
        versions=_versions(papers),
        still_open=lambda again: _may_dispose(again, file),
    )


def _may_dispose(actor: Actor, file: File) -> bool:
    return access_to(actor, [file]).offers(Action.DISPOSE, file.thing)


def of_record(actor: Actor, item_id: UUID) -> Plan:
    """The files of one confirmed record, for its custodian."""
    record = records.load(item_id)
    if record.minutes.state != Minutes.State.FINAL:
        raise HiddenError
    _access(actor, record).require(Action.DISPOSE, record.thing(actor.id))
    return Plan(
        subject=f"minutes:{record.minutes.id}",
        case=record.item.case_id,
        title=_("会議録"),
        versions=_versions(Q(paper__item_id=item_id, paper__kind=Paper.Kind.MINUTES)),
        still_open=lambda again: _access(again, record).offers(
            Action.DISPOSE, record.thing(again.id)
        ),
    )


def _access(actor: Actor, record: Record) -> Access:
    cases = [record.item.case_id] if record.item.case_id else []
    return access_for(actor, cases=cases, items=[record.item.id])


def _versions(papers: Q) -> list[UUID]:
    found = PaperVersion.objects.filter(papers, state__in=_SHOWN)
    return list(found.values_list("id", flat=True))
