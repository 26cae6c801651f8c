"""Confirmed records and disposals, as far as a key of another system reaches.

Rows are taken in their order and decided in bulk until a page is full: what is hidden
takes nobody's place, and no cursor names it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from documents import selectors as papers
from documents.models import PaperVersion
from meetings import api
from meetings.models import FileKind, Minutes, Tombstone
from meetings.notices import serial_of
from meetings.policies import minutes_facts
from meetings.retention import File, Keeping
from meetings.selectors.retention import filed_records, keepings_of
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import rules_facts
from portal.core import audit, clock, context
from portal.core.errors import HiddenError, InvalidError

PER_PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins."""

    at: datetime
    id: UUID | None = None

    @property
    def cursor(self) -> str:
        """The place in words."""
        number = self.id.hex if self.id else ""
        return f"{(self.at - _EPOCH) // _MICROSECOND:016}-{number}"

    def rows(self, column: str) -> Q:
        """What comes after it."""
        later = Q(**{f"{column}__gt": self.at})
        if self.id is None:
            return later | Q(**{column: self.at})
        return later | Q(**{column: self.at, "id__gt": self.id})


def after(since: str | None, cursor: str | None) -> After:
    """Where to begin, from a day, a cursor, or both: the later. Raises InvalidError."""
    places = [After(_EPOCH)]
    try:
        if since is not None:
            places.append(After(clock.day_start(date.fromisoformat(since))))
        if cursor is not None:
            moment, _dash, number = cursor.partition("-")
            places.append(After(_EPOCH + int(moment) * _MICROSECOND, UUID(hex=number)))
    except (ValueError, OverflowError):
        raise InvalidError from None
    return max(places, key=lambda each: each.at)


@dataclass(frozen=True, slots=True)
class Found:
    """Confirmed records with what is told of them, and where the next page begins."""

    minutes: list[Minutes]
    records: tuple[api.Record, ...]
    next: str | None = None


def records_after(actor: Actor, place: After) -> Found:
    """A page of the records that the key reads."""
    held, more = _page(actor, place)
    cursor = _behind(held[-1]).cursor if more else None
    return Found(held, _told(actor, held), cursor)


def record(actor: Actor, record_id: UUID) -> Found:
    """One record; unknown and hidden alike."""
    held = _readable(actor, list(_records(actor).filter(id=record_id)))
    if not held:
        raise HiddenError
    return Found(held, _told(actor, held))


def file_of_record(actor: Actor, record_id: UUID, file_id: UUID) -> UUID:
    """The file of a record that the key reads; its bytes are decided where they are."""
    (minutes,) = record(actor, record_id).minutes
    if not _files([minutes]).filter(id=file_id).exists():
        raise HiddenError
    return file_id


def _records(actor: Actor) -> QuerySet[Minutes]:
    rows = Minutes.objects.filter(
        state=Minutes.State.FINAL, pdf__isnull=False, item__body__in=_reach(actor)
    )
    counted = Count("confirmations", Q(confirmations__version=F("version")))
    return (
        rows.annotate(confirmed=counted)
        .select_related("item__sitting__body", "item__body", "item__case__body")
        .prefetch_related("item__about", "item__case__household")
    )


def _reach(actor: Actor) -> frozenset[UUID]:
    return actor.token.reach.bodies if actor.token else frozenset()


def _page(actor: Actor, place: After) -> tuple[list[Minutes], bool]:
    """The first records that may be read, and whether there are more of them."""
    rows = _records(actor).order_by("finalized_at", "id")
    held: list[Minutes] = []
    while len(held) <= PER_PAGE:
        batch = list(rows.filter(place.rows("finalized_at"))[: PER_PAGE + 1])
        held += _readable(actor, batch)
        if len(batch) <= PER_PAGE:
            break
        place = _behind(batch[-1])
    return held[:PER_PAGE], len(held) > PER_PAGE


def _behind(row: Minutes) -> After:
    return After(_when(row.finalized_at), row.id)


def _readable(actor: Actor, rows: Sequence[Minutes]) -> list[Minutes]:
    access = access_for(
        actor,
        cases={row.item.case_id for row in rows if row.item.case_id},
        items={row.item_id for row in rows},
    )
    return [
        row
        for row in rows
        if access.allows(Action.READ, minutes_facts(row, actor.id, ()))
    ]


def _when(moment: datetime | None) -> datetime:
    assert moment is not None  # noqa: S101 – a confirmed record has its moment
    return moment


def _told(actor: Actor, rows: Sequence[Minutes]) -> tuple[api.Record, ...]:
    keepings = {each.file.key.id: each for each in keepings_of(_kept(rows))}
    files = _open_files(actor, rows)
    return tuple(_record(row, keepings[_file_id(row)], files) for row in rows)


def _kept(rows: Sequence[Minutes]) -> list[File]:
    files = {
        _file_id(row): File.of_case(row.item.case)
        if row.item.case
        else File.of_sitting(row.item.sitting)
        for row in rows
    }
    return list(files.values())


def _file_id(row: Minutes) -> UUID:
    return row.item.case_id or row.item.sitting_id


def _files(rows: Iterable[Minutes]) -> QuerySet[PaperVersion]:
    ids = {paper for row in rows for paper in (row.pdf_id, row.docx_id)}
    return filed_records().filter(paper__in=ids - {None})


def _open_files(
    actor: Actor, rows: Sequence[Minutes]
) -> dict[UUID, list[PaperVersion]]:
    """The files that the key may fetch, by their paper."""
    ids = list(_files(rows).values_list("id", flat=True))
    found: dict[UUID, list[PaperVersion]] = {}
    for each in papers.versions_for(actor, ids):
        if each.access.allows(Action.DOWNLOAD, each.thing):
            found.setdefault(each.version.paper_id, []).append(each.version)
    return found


def _record(
    row: Minutes, keeping: Keeping, files: dict[UUID, list[PaperVersion]]
) -> api.Record:
    item, key = row.item, keeping.file.key
    held_on = clock.day_of(item.sitting.starts_at)
    versions = [
        version
        for paper in (row.pdf_id, row.docx_id)
        if paper
        for version in files.get(paper, ())
    ]
    return api.Record(
        id=row.id,
        version=row.version,
        body=api.BodyOf(item.body_id, str(item.body)),
        serial=serial_of(item.sitting.starts_at, item.sitting.number),
        held_on=held_on,
        confirmed_at=_when(row.finalized_at),
        confirmations=row.confirmed,  # type: ignore[attr-defined] # annotated above
        digest=row.digest,
        file=api.FileOf(FileKind(key.kind), key.id),
        retention=_retention(keeping),
        files=tuple(
            api.RecordFile(
                version.id,
                version.media_type,
                version.stored.size,
                version.stored.sha256,
            )
            for version in versions
        ),
    )


def _retention(keeping: Keeping) -> api.Retention:
    records_class = keeping.records_class
    return api.Retention(
        records_class=records_class.name if records_class else "",
        completed_on=keeping.file.completed_on,
        counted_from=keeping.counted_from,
        expires_on=keeping.expires_on,
        held=bool(keeping.live_holds),
    )


def disposals_after(actor: Actor, place: After) -> api.Disposals:
    """A page of what was disposed of with records of the key's bodies in it."""
    access = access_for(actor, cases=(), items=())
    bodies = Body.objects.filter(id__in=_reach(actor))
    kept = {b.id for b in bodies if access.allows(Action.READ, rules_facts(b))}
    rows = Tombstone.objects.filter(
        place.rows("done_at"), bodies__in=kept, done_at__isnull=False
    )
    rows = rows.distinct().select_related("body__unit").prefetch_related("bodies__unit")
    held = rows.order_by("done_at", "id")[: PER_PAGE + 1]
    page = list(held)[:PER_PAGE]
    last = page[-1] if len(held) > PER_PAGE else None
    cursor = After(_when(last.done_at), last.id).cursor if last else None
    return api.Disposals(tuple(_disposed(row, kept) for row in page), cursor)


def _disposed(row: Tombstone, kept: Collection[UUID]) -> api.Disposed:
    """The file by its own body or, for who lacks it, by one whose record it had."""
    body = next(b for b in (row.body, *row.bodies.all()) if b.id in kept)
    return api.Disposed(
        file=api.FileOf(FileKind(row.kind), row.file_id),
        body=api.BodyOf(body.id, str(body)),
        records_class=row.class_name,
        completed_on=row.completed_on,
        expired_on=row.expired_on,
        disposed_at=_when(row.done_at),
        records=row.record_count,
        digest=row.digest,
    )


@transaction.atomic
def note_told(actor: Actor, what: str, count: int, rows: Iterable[Minutes]) -> None:
    """Put an answer on record, and each record that is spoken of in it (P6)."""
    origin, token = context.origin(), actor.token
    answer = audit.Act(
        "meetings.api.answer",
        actor=actor.id,
        origin=origin,
        subject=f"api_token:{token.id if token else ''}",
        detail={"what": what, "count": count},
    )
    told = [
        audit.Act(
            "meetings.minutes.told",
            actor=actor.id,
            origin=origin,
            subject=f"minutes:{row.id}",
            case=row.item.case_id,
            item=row.item_id,
            detail={"version": row.version},
        )
        for row in rows
    ]
    audit.record_all([answer, *told])
