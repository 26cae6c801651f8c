"""What takes something away from somebody, watched by triggers in the database.

After a restore none of it may come back (R40), whichever service did it, and however.
So the database itself notes each such change, in the act's transaction, and
``portal.core.journals`` carries the notes out of the database at once.
An app adds its tables when it is ready::

    takings.WATCHED += [Watch("members.Membership", ("ends_at",))]

Watched is what may only ever be taken: a time from which something ends, a state
that is final, a row that shuts somebody out, a row that is deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

from django.apps import apps
from django.db import connection, models
from django.db.models import QuerySet

from portal.core.models import Taking

Kind = Taking.Kind
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Watch:
    """Which change of which rows is noted, and what a replay does with it.

    For ``SET`` of a state ``finals`` names the values that are noted; of a switch it is
    being on; of times all are, and the earlier one holds. Of a ``secret`` only that it
    was exchanged is noted. ``again`` does what else belongs to the act, as for a row
    that tells of a disposal: disposing; for a secret: making the old one worthless, and
    saying whether it was worth something.
    """

    model: str
    columns: tuple[str, ...]
    kind: Kind = Kind.SET
    finals: tuple[str, ...] = ()
    again: Callable[[Any], object] | None = None
    secret: bool = False

    @property
    def rows(self) -> type[models.Model]:
        """The model itself."""
        return apps.get_model(self.model)

    @property
    def table(self) -> str:
        """The table's name."""
        return self.rows._meta.db_table

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        """What is watched of a row."""
        found = [self.rows._meta.get_field(name) for name in self.columns]
        return cast("list[models.Field[Any, Any]]", found)

    @property
    def noted(self) -> list[str]:
        """The columns whose values are noted."""
        return [] if self.secret else [field.column or "" for field in self.fields]


WATCHED: list[Watch] = []
# "app.Model.field": what lives until a time, and is dead after any restore (R40).
LIVING: list[str] = []


def column_of(path: str) -> tuple[str, str]:
    """Table and column of "app.Model.field"."""
    label, _, name = path.rpartition(".")
    meta = apps.get_model(label)._meta
    field = cast("models.Field[Any, Any]", meta.get_field(name))
    return meta.db_table, str(field.column)


# The triggers -----------------------------------------------------------------------

_EVENTS = {Kind.SET: "UPDATE", Kind.NEW: "INSERT", Kind.GONE: "DELETE"}
_FUNCTION = """
    CREATE OR REPLACE FUNCTION core_take() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE facts jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD)
                                      ELSE to_jsonb(NEW) END;
    BEGIN
        INSERT INTO core_taking (at, kind, "table", "row", facts)
        SELECT clock_timestamp(), TG_ARGV[0], TG_TABLE_NAME, facts ->> TG_ARGV[1],
               coalesce(jsonb_object_agg(name, facts -> name)
                        FILTER (WHERE name <> ''), '{}')
        FROM unnest(string_to_array(TG_ARGV[2], ',')) AS name;
        RETURN NULL;
    END $$
"""
_POSTGRESQL = """
    CREATE TRIGGER {name} AFTER {event} ON "{table}" FOR EACH ROW {when}
    EXECUTE FUNCTION core_take('{kind}', '{key}', '{columns}')
"""
_SQLITE = """
    CREATE TRIGGER {name} AFTER {event} ON "{table}" {when}
    BEGIN
        INSERT INTO core_taking (at, kind, "table", "row", facts)
        VALUES (strftime('%Y-%m-%d %H:%M:%f', 'now'), '{kind}', '{table}',
                {side}."{key}", json_object({pairs}));
    END
"""


def install(**_signal: Any) -> None:
    """Make the triggers as the apps want them, where they are not so already."""
    wanted = {}
    for watch in WATCHED:
        text = _statement(watch, "{name}")
        number = sha256(text.encode("utf-8")).hexdigest()[:12]
        wanted[f"take_{number}"] = watch
    with connection.cursor() as cursor:
        present = _present(cursor)
        if connection.vendor == "postgresql" and wanted.keys() - present.keys():
            cursor.execute(_FUNCTION)
        for name in present.keys() - wanted.keys():
            cursor.execute(_dropping(name, present[name]))
        for name in wanted.keys() - present.keys():
            cursor.execute(_statement(wanted[name], name))


def _present(cursor: Any) -> dict[str, str]:
    """The triggers that are there, with their tables."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'take\\_%'"
        )
    else:
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE 'take\\_%' ESCAPE '\\'"
        )
    return dict(cursor.fetchall())


def _dropping(name: str, table: str) -> str:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER {name}{on}"


def _statement(watch: Watch, name: str) -> str:
    """The SQL that makes the trigger; it holds names of the code alone."""
    meta = watch.rows._meta
    columns = watch.noted
    side = "OLD" if watch.kind == Kind.GONE else "NEW"
    form = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    return form.format(
        name=name,
        event=_EVENTS[watch.kind],
        table=meta.db_table,
        kind=watch.kind.value,
        key=meta.pk.column,
        columns=",".join(columns),
        side=side,
        pairs=", ".join(f"'{each}', {side}.\"{each}\"" for each in columns),
        when=_condition(watch) if watch.kind == Kind.SET else "",
    )


def _condition(watch: Watch) -> str:
    """Only a change is a taking; of a state only that to a final one."""
    parts = []
    for field in watch.fields:
        old, new = f'OLD."{field.column}"', f'NEW."{field.column}"'
        differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
        part = f"{old} {differs} {new}"
        if isinstance(field, models.BooleanField):
            part += f" AND {new}"
        elif watch.finals:
            finals = ", ".join(f"'{each}'" for each in watch.finals)
            part += f" AND {new} IN ({finals})"
        parts.append(f"({part})")
    return f"WHEN ({' OR '.join(parts)})"


# The replay -------------------------------------------------------------------------


def replay(kind: str, table: str, row: str, facts: Facts) -> bool:
    """Take away again what a journal says was taken; whether that changed anything.

    It never gives: an end that is later than the one in the database is passed over.
    What the database does not know, since it came after the backup, is passed over.
    """
    watch = _watch_of(kind, table, facts)
    if watch is None:
        return False
    if kind == Kind.NEW:
        entered = _enter_again(watch.rows, row, facts)
        if entered and watch.again:
            watch.again(entered)
        return entered is not None
    found = QuerySet(watch.rows).filter(pk=row).first()
    if found is None:
        return False
    if kind == Kind.GONE:
        found.delete()
        return True
    if watch.secret:
        return bool(watch.again and watch.again(found))
    return _set_again(watch, found, facts)


def _watch_of(kind: str, table: str, facts: Facts) -> Watch | None:
    for watch in WATCHED:
        of_this = (watch.table, watch.kind) == (table, kind)
        if of_this and set(watch.noted) == set(facts):
            return watch
    return None


def _set_again(watch: Watch, found: models.Model, facts: Facts) -> bool:
    changed = [each for each in watch.fields if _take(watch, found, each, facts)]
    if changed:
        found.save(update_fields=[each.name for each in changed])
        if watch.again:
            watch.again(found)
    return bool(changed)


def _take(watch: Watch, found: models.Model, field: Any, facts: Facts) -> bool:
    """Set one column of ``found`` if that takes something away."""
    value = _value(field, facts[field.column])
    held = getattr(found, field.attname)
    if isinstance(field, models.DateTimeField):
        takes = value is not None and (held is None or value < held)
    elif isinstance(field, models.BooleanField):
        takes = value and not held
    else:
        takes = value in watch.finals and value != held
    if takes:
        setattr(found, field.attname, value)
    return bool(takes)


def _value(field: Any, raw: Any) -> Any:
    """A value as the database wrote it into JSON, as the field has it."""
    value = field.to_python(raw)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)  # SQLite keeps no zone
    return value


def _is_there(model: Any, key: Any) -> bool:
    return QuerySet(model).filter(pk=key).exists()


def _enter_again(
    rows: type[models.Model], row: str, facts: Facts
) -> models.Model | None:
    """The row that shuts somebody out; none where one of those it names is unknown."""
    if QuerySet(rows).filter(pk=row).exists():
        return None
    entered = rows(pk=row)
    for field in rows._meta.concrete_fields:
        if field.column not in facts or field.primary_key:
            continue
        value = _value(getattr(field, "target_field", field), facts[str(field.column)])
        target = field.related_model
        if target and value is not None and not _is_there(target, value):
            return None
        setattr(entered, field.attname, value)
    entered.save(force_insert=True)
    return entered
