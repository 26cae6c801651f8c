"""Files with what is known of their keeping, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from documents.models import PaperVersion
from meetings.models import (
    Disposal,
    FileKind,
    LegalHold,
    Lengthening,
    Minutes,
    RecordVersion,
    RetentionRule,
    Sitting,
    Tombstone,
)
from meetings.retention import File, FileKey, Keeping, rule_of
from members.access import Access, Actor, access_for
from members.charters import kept_body
from members.facts import Action
from members.models import Body, Case
from portal.core import clock, jp
from portal.core.errors import HiddenError
from portal.core.models import StoredObject

PER_PAGE = 50
OVER = (Sitting.State.CLOSED, Sitting.State.CANCELLED)


def key_of(kind: str, file_id: UUID) -> FileKey:
    """The file that an address names."""
    if kind not in FileKind:
        raise HiddenError
    return FileKey(FileKind(kind), file_id)


def files_of(keys: Iterable[FileKey]) -> list[File]:
    """The files that are still here, in the order of their numbers."""
    wanted = defaultdict(set)
    for key in keys:
        wanted[key.kind].add(key.id)
    cases = _cases(Q(id__in=wanted[FileKind.CASE]))
    sittings = _sittings(Q(id__in=wanted[FileKind.SITTING]))
    return [*cases, *sittings]


def _cases(found: Q) -> list[File]:
    rows = Case.objects.filter(found).select_related("body", "unit")
    return [File.of_case(case) for case in rows.prefetch_related("household")]


def _sittings(found: Q) -> list[File]:
    rows = Sitting.objects.filter(found).select_related("body")
    return [File.of_sitting(sitting) for sitting in rows.order_by("starts_at")]


def keepings_of(files: Sequence[File]) -> list[Keeping]:
    """Until when each file is kept, and what says so."""
    ids = {file.key.id for file in files}
    rules = list(
        RetentionRule.objects.filter(
            body__in={file.body.id for file in files}
        ).select_related("records_class")
    )
    lengthenings = _by_file(
        Lengthening.objects.filter(file_id__in=ids).select_related("entered_by")
    )
    holds = _by_file(
        LegalHold.objects.filter(file_id__in=ids).select_related(
            "placed_by", "lifted_by"
        )
    )
    disposals = {each.file_id: each for each in _disposals(Q(file_id__in=ids))}
    locks = _locks(files)
    return [
        Keeping(
            file,
            rule_of(file, rules),
            tuple(lengthenings[file.key.id]),
            tuple(holds[file.key.id]),
            disposals.get(file.key.id),
            locks.get(file.key.id),
        )
        for file in files
    ]


def filed_records() -> QuerySet[PaperVersion]:
    """The files of every record that was ever confirmed, frozen versions too."""
    now = Minutes.objects.filter(state=Minutes.State.FINAL)
    papers = Q()
    for rows in (now, RecordVersion.objects.all()):
        papers |= Q(paper__in=rows.values("docx")) | Q(paper__in=rows.values("pdf"))
    return PaperVersion.objects.filter(
        papers, stored__state=StoredObject.State.READY
    ).select_related("stored", "paper")


def records_in(files: Iterable[File]) -> QuerySet[PaperVersion]:
    """The filed records that belong to files: a sitting's are those of no case."""
    ids = defaultdict(set)
    for file in files:
        ids[file.key.kind].add(file.key.id)
    of_cases = Q(paper__case__in=ids[FileKind.CASE])
    of_sittings = Q(paper__case=None, paper__sitting_id__in=ids[FileKind.SITTING])
    return filed_records().filter(of_cases | of_sittings)


def file_id_of(version: PaperVersion) -> UUID | None:
    """The file to which a filed record belongs."""
    return version.paper.case_id or version.paper.sitting_id


def _locks(files: Iterable[File]) -> dict[UUID, datetime]:
    """The last lock in each file that has one."""
    locked = records_in(files).filter(stored__locked_until__gt=clock.now())
    found: dict[UUID, datetime] = {}
    for version in locked:
        key, until = file_id_of(version), version.stored.locked_until
        if key and until:
            found[key] = max(until, found.get(key, until))
    return found


Row = TypeVar("Row", Lengthening, LegalHold)


def _by_file(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.file_id].append(row)
    return grouped


def _disposals(found: Q) -> list[Disposal]:
    rows = Disposal.objects.filter(found)
    return list(rows.select_related("body", "proposed_by", "approved_by"))


def keeping_for(actor: Actor, key: FileKey) -> tuple[Keeping, Access]:
    """One file, for who may keep it and let it go; not one that is going."""
    if Tombstone.objects.filter(file_id=key.id).exists():
        raise HiddenError
    for keeping in keepings_of(files_of([key])):
        access = access_to(actor, [keeping.file])
        access.require(Action.DISPOSE, keeping.file.thing)
        return keeping, access
    raise HiddenError


def keeps_sitting(access: Access, sitting: Sitting) -> bool:
    """Whether the page of the sitting's file opens, also before proving anew."""
    return access.offers(Action.DISPOSE, File.of_sitting(sitting).thing)


def access_to(actor: Actor, files: Iterable[File]) -> Access:
    """The actor's access to the cases of files."""
    cases = [file.case.id for file in files if file.case is not None]
    return access_for(actor, cases=cases, items=())


@dataclass(frozen=True, slots=True)
class Shelf:
    """廃棄予定一覧: what of a body ended, or ends with the fiscal year."""

    body: Body
    rules: list[RetentionRule]
    year_end: date
    proposed: list[Keeping]  # waits for the second person
    mine: frozenset[UUID]  # files that the actor proposed: another approves
    expired: list[Keeping]
    coming: list[Keeping]
    held: list[Keeping]

    @property
    def others_propose(self) -> bool:
        """Whether something waits that the actor may approve."""
        return any(each.file.key.id not in self.mine for each in self.proposed)

    @property
    def count(self) -> int:
        """How many files are on the list."""
        parts = (self.proposed, self.expired, self.coming, self.held)
        return sum(map(len, parts))


def rules_of(body: Body) -> list[RetentionRule]:
    """The classes of the body's files, in the order of their days."""
    return list(body.retention_rules.select_related("records_class"))


def shelf_of(actor: Actor, body_id: UUID) -> Shelf:
    """The list of a body, as far as the actor may dispose of what is on it."""
    body, _access = kept_body(actor, body_id)
    (shelf,) = shelves_of(actor, [body])
    return shelf


def shelves_of(actor: Actor, bodies: Sequence[Body]) -> list[Shelf]:
    """The lists of several bodies that the actor keeps, in as few queries as of one."""
    year_end = date(jp.fiscal_year(clock.today()) + 1, 3, 31)
    rules = list(
        RetentionRule.objects.filter(body__in=bodies).select_related("records_class")
    )
    keepings = _ending(actor, bodies, rules, year_end)
    return [
        _shelf(
            actor,
            body,
            [rule for rule in rules if rule.body_id == body.id],
            [each for each in keepings if each.file.body.id == body.id],
        )
        for body in bodies
    ]


def _shelf(
    actor: Actor, body: Body, rules: list[RetentionRule], keepings: list[Keeping]
) -> Shelf:
    today = clock.today()
    open_ones = [each for each in keepings if each.disposal is None]
    waiting = [each for each in keepings if each.disposal is not None]
    return Shelf(
        body=body,
        rules=rules,
        year_end=date(jp.fiscal_year(today) + 1, 3, 31),
        proposed=waiting,
        mine=frozenset(
            each.file.key.id
            for each in waiting
            if each.disposal and each.disposal.proposed_by_id == actor.id
        ),
        expired=[each for each in open_ones if each.may_go(today)],
        coming=[
            each for each in open_ones if not each.live_holds and not each.may_go(today)
        ],
        held=[each for each in open_ones if each.live_holds],
    )


def _ending(
    actor: Actor,
    bodies: Sequence[Body],
    rules: Sequence[RetentionRule],
    year_end: date,
) -> list[Keeping]:
    """Files of the bodies whose keeping ends by ``year_end``, the oldest first."""
    gone = Tombstone.objects.filter(body__in=bodies).values("file_id")
    cases, sittings = Q(pk__in=[]), Q(pk__in=[])
    for body in bodies:
        own = [rule for rule in rules if rule.body_id == body.id]
        if day := _completed_before(own, FileKind.CASE, year_end):
            cases |= Q(body=body, closed_on__lt=day)
        if day := _completed_before(own, FileKind.SITTING, year_end):
            begun = clock.day_start(day)
            sittings |= Q(body=body, starts_at__lt=begun, state__in=OVER)
    left = ~Q(id__in=gone)
    files = [*_cases(cases & left), *_sittings(sittings & left)]
    access = access_to(actor, files)
    mine = [file for file in files if access.offers(Action.DISPOSE, file.thing)]
    keepings = [
        each
        for each in keepings_of(mine)
        if each.expires_on is not None and each.expires_on <= year_end
    ]
    return sorted(keepings, key=lambda each: (str(each.expires_on), each.file.number))


def _completed_before(
    rules: Sequence[RetentionRule], kind: FileKind, year_end: date
) -> date | None:
    """Only files that are older can end by then, by any of the classes."""
    years = [r.records_class.years for r in rules if r.kind == kind]
    ending = [each for each in years if each is not None]
    return date(year_end.year - min(ending), 4, 1) if ending else None


@dataclass(frozen=True, slots=True)
class Register:
    """廃棄簿: one page of what a body has disposed of."""

    body: Body
    page: Page[Tombstone]


def register_of(actor: Actor, body_id: UUID, number: str | None) -> Register:
    """The body's tombstones, newest first, for who keeps the body."""
    body, _access = kept_body(actor, body_id)
    rows = Tombstone.objects.filter(body=body)
    rows = rows.select_related("proposed_by", "approved_by")
    return Register(body, Paginator(rows, PER_PAGE).get_page(number))
