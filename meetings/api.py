"""What another system of the municipality may fetch: the one declaration of the API.

The answers below are what is sent, the operations are the addresses; the description
at ``/api/v1/openapi.json`` is made from both.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from meetings.models import FileKind
from portal.core.openapi import Api, Operation, Parameter, meaning


@dataclass(frozen=True, slots=True)
class BodyOf:
    """A body (会議体)."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class FileOf:
    """What is kept, and disposed of, as one (ファイル): a case, or a sitting."""

    kind: FileKind
    id: UUID = field(metadata=meaning("Pseudonymous; equal for all of one file."))


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the file of a record is kept (保存期間)."""

    records_class: str = field(metadata=meaning("Empty where none is settled yet."))
    completed_on: date | None
    counted_from: date | None = field(metadata=meaning("起算日"))
    expires_on: date | None = field(
        metadata=meaning("満了日, lengthened; null: for ever, or not yet settled.")
    )
    held: bool = field(metadata=meaning("Frozen (凍結): not to be disposed of."))


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of a record: the PDF/A is the original, the .docx its working copy."""

    id: UUID
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """A confirmed record (会議録) of one agenda item."""

    id: UUID = field(metadata=meaning("Stays when the record is confirmed anew."))
    version: int
    body: BodyOf
    serial: str = field(metadata=meaning("Neutral number of the sitting: 2026-012."))
    held_on: date
    confirmed_at: datetime
    confirmations: int = field(metadata=meaning("How many people confirmed it."))
    digest: str = field(metadata=meaning("SHA-256 of the PDF/A, in hexadecimal."))
    file: FileOf
    retention: Retention
    files: tuple[RecordFile, ...] = field(
        metadata=meaning("Empty for a key without files.")
    )


@dataclass(frozen=True, slots=True)
class Records:
    """A page of confirmed records, the oldest confirmation first."""

    records: tuple[Record, ...]
    next: str | None = field(metadata=meaning("Cursor of the next page, if any."))


@dataclass(frozen=True, slots=True)
class Disposed:
    """A file that was disposed of (廃棄簿): dispose of its records as well."""

    file: FileOf
    body: BodyOf = field(
        metadata=meaning("Whose file it was; to others, whose records were in it.")
    )
    records_class: str
    completed_on: date
    expired_on: date
    disposed_at: datetime
    records: int
    digest: str = field(
        metadata=meaning("SHA-256 of the digests of all its files, in hexadecimal.")
    )


@dataclass(frozen=True, slots=True)
class Disposals:
    """A page of what was disposed of, the oldest first."""

    disposals: tuple[Disposed, ...]
    next: str | None = field(metadata=meaning("Cursor of the next page, if any."))


CURSOR = "^[0-9]{16}-[0-9a-f]{32}$"
_PAGING = (
    Parameter(
        "since",
        {"type": "string", "format": "date"},
        "From the beginning of this day in Japan.",
    ),
    Parameter(
        "cursor",
        {"type": "string", "pattern": CURSOR},
        "From ``next`` of the page before.",
    ),
)


def _of_path(name: str) -> Parameter:
    schema = {"type": "string", "format": "uuid"}
    return Parameter(name, schema, "From the list.", place="path")


API = Api(
    title="Kasane: confirmed records",
    version="1",
    description=(
        "For the document-management system of the municipality. It reads what the"
        " person who answers for its key may read, and writes nothing."
    ),
    operations=(
        Operation("records", "/api/v1/records", "Confirmed records", Records, _PAGING),
        Operation(
            "record",
            "/api/v1/records/{record_id}",
            "One confirmed record",
            Record,
            (_of_path("record_id"),),
        ),
        Operation(
            "record_file",
            "/api/v1/records/{record_id}/files/{file_id}",
            "The bytes of one file of a record",
            parameters=(_of_path("record_id"), _of_path("file_id")),
        ),
        Operation(
            "disposals",
            "/api/v1/disposals",
            "What was disposed of",
            Disposals,
            _PAGING,
        ),
    ),
)
