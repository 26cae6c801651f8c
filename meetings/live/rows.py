"""The statements of a group commit, made once and said many times a second.

Through the ORM most of a commit's time went into making the same SQL again. Nothing
here decides anything: ``store`` does, with these rows in hand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

from meetings.models import AgendaItem, Entry
from members.models import Person

AT_ONCE = 500  # rows in one statement; SQLite takes some 32,000 values

_LOCK = """
    SELECT id, sitting_id, case_id, revision
    FROM meetings_agendaitem WHERE id IN ({items}) ORDER BY id
"""
_STANDING = """
    SELECT (SELECT value FROM meetings_standingstamp),
        (SELECT count(*) FROM meetings_entrychange WHERE operation IN ({operations}))
"""
_NEWER = """
    WITH known (item, revision) AS (VALUES {known})
    SELECT entry.*, item.sitting_id AS in_sitting, writer.name AS written_by
    FROM known
    JOIN meetings_entry entry
        ON entry.item_id = known.item AND entry.revision > known.revision
    JOIN meetings_agendaitem item ON item.id = entry.item_id
    LEFT JOIN members_person writer ON writer.id = entry.writer_id
"""
_RAISE = """
    WITH known (item, revision) AS (VALUES {known})
    UPDATE meetings_agendaitem SET revision = known.revision
    FROM known WHERE meetings_agendaitem.id = known.item
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """An item that nobody else writes until commit."""

    id: UUID
    sitting: UUID
    case: UUID | None
    revision: int


def lock(items: Collection[UUID]) -> list[Locked]:
    """Lock items, always in the order of ids: two processes never wait in a ring."""
    sql = _LOCK.format(items=_marks(items))
    if connection.features.has_select_for_update:
        sql += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*map(_key, items)])
        return [
            Locked(_id(item), _id(sitting), case and _id(case), revision)
            for item, sitting, case, revision in cursor.fetchall()
        ]


def standing(operations: Collection[UUID]) -> tuple[int | None, bool]:
    """The stamp of all facts, and whether any of the operations was done before.

    Asked by a statement of its own, after the lock: one that waits for a lock sees
    what was there before it began to wait.
    """
    with connection.cursor() as cursor:
        sql = _STANDING.format(operations=_marks(operations))
        cursor.execute(sql, [*map(_key, operations)])
        stamp, repeats = cursor.fetchone()
    return stamp, repeats > 0


def newer(known: Mapping[UUID, int]) -> Iterable[Entry]:
    """All entries of some items after a revision each, with item and writer."""
    if not known:
        return
    sql = _NEWER.format(known=_pairs(known))
    found: Iterable[Any] = Entry.objects.raw(sql, _values(known))
    for entry in found:
        entry.item = AgendaItem(id=entry.item_id, sitting_id=_id(entry.in_sitting))
        if entry.writer_id is not None:
            entry.writer = Person(id=entry.writer_id, name=entry.written_by)
        yield entry


def raise_revisions(revisions: Mapping[UUID, int]) -> None:
    """Set the newest revision of each item."""
    if revisions:
        with connection.cursor() as cursor:
            cursor.execute(_RAISE.format(known=_pairs(revisions)), _values(revisions))


class Insert:
    """INSERT of rows of one model; with ``update`` existing ones are changed."""

    def __init__(self, model: type[Model], *, update: Sequence[str] = ()) -> None:
        meta = model._meta
        self.fields: list[Field[Any, Any]] = list(meta.concrete_fields)
        columns = ", ".join(_quoted(field) for field in self.fields)
        # All parts are names of the model's own.
        self.head = f"INSERT INTO {meta.db_table} ({columns}) VALUES "  # nosec B608 # noqa: S608
        self.row = f"({', '.join(['%s'] * len(self.fields))})"
        self.tail = ""
        if update:
            names = [_quoted(meta.get_field(name)) for name in update]
            changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
            self.tail = f" ON CONFLICT ({_quoted(meta.pk)}) DO UPDATE SET {changed}"  # nosec B608

    def __call__(self, rows: Sequence[Model]) -> None:
        """Write ``rows``, if there are any."""
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            values = [
                field.get_db_prep_save(getattr(row, field.attname), connection)
                for row in part
                for field in self.fields
            ]
            with connection.cursor() as cursor:
                cursor.execute(
                    self.head + ", ".join([self.row] * len(part)) + self.tail, values
                )


def _quoted(field: Any) -> str:
    return f'"{field.column}"'


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _key(value: UUID) -> Any:
    return AgendaItem._meta.pk.get_db_prep_value(value, connection)


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _pairs(known: Mapping[UUID, int]) -> str:
    return ", ".join(["(%s, %s)"] * len(known))


def _values(known: Mapping[UUID, int]) -> list[Any]:
    return [value for item, at in known.items() for value in (_key(item), at)]
