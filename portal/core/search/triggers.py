"""What the database itself does for the index, made after each migration.

Triggers note what was written, in the transaction of the act and whichever way it was
written, and take out of the index what was deleted. The tokens lie in a column with a
GIN index on PostgreSQL, in a table of their own on SQLite.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, cast

from django.apps import apps
from django.db import connection, models

from portal.core.search.sources import SOURCES, Source, Watch

_POSTGRESQL = (
    """
    ALTER TABLE core_searchrow
        ADD COLUMN IF NOT EXISTS tokens bigint[] NOT NULL DEFAULT '{}'
    """,
    """
    CREATE INDEX IF NOT EXISTS core_searchrow_tokens
        ON core_searchrow USING gin (tokens)
    """,
    """
    CREATE OR REPLACE FUNCTION core_search_due() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE subject text := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD)
                                       ELSE to_jsonb(NEW) END ->> TG_ARGV[1];
    BEGIN
        IF subject IS NULL THEN RETURN NULL; END IF;
        IF TG_ARGV[2] = '' THEN
            INSERT INTO core_searchdue (kind, subject)
            VALUES (TG_ARGV[0], subject::uuid);
        ELSE
            EXECUTE format('INSERT INTO core_searchdue (kind, subject)'
                           ' SELECT %L, id FROM %I WHERE %I = $1',
                           TG_ARGV[0], TG_ARGV[2], TG_ARGV[3]) USING subject::uuid;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION core_search_gone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM core_searchrow WHERE kind = TG_ARGV[0]
            AND subject = (to_jsonb(OLD) ->> TG_ARGV[1])::uuid;
        RETURN NULL;
    END $$
    """,
)
_SQLITE = (
    """
    CREATE TABLE IF NOT EXISTS core_searchtoken (
        token integer NOT NULL, "row" integer NOT NULL, PRIMARY KEY (token, "row")
    ) WITHOUT ROWID
    """,
    'CREATE INDEX IF NOT EXISTS core_searchtoken_row ON core_searchtoken ("row")',
    """
    CREATE TRIGGER IF NOT EXISTS searchtoken_gone AFTER DELETE ON core_searchrow
    BEGIN DELETE FROM core_searchtoken WHERE "row" = OLD.id; END
    """,
)


def install(**_signal: Any) -> None:
    """Make tables and triggers as the apps want them, where they are not so already."""
    postgresql = connection.vendor == "postgresql"
    wanted = {_name(text): text for text in _statements(postgresql=postgresql)}
    with connection.cursor() as cursor:
        if "core_searchrow" not in connection.introspection.table_names(cursor):
            return
        for statement in _POSTGRESQL if postgresql else _SQLITE:
            cursor.execute(statement)
        present = _present(cursor, postgresql=postgresql)
        for name in present.keys() - wanted.keys():
            on = f" ON {present[name]}" if postgresql else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        for name in wanted.keys() - present.keys():
            cursor.execute(wanted[name].replace("{name}", name))


def _name(text: str) -> str:
    return f"search_{sha256(text.encode('utf-8')).hexdigest()[:12]}"


def _present(cursor: Any, *, postgresql: bool) -> dict[str, str]:
    """The triggers that are there, with their tables."""
    if postgresql:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'search\\_%'"
        )
    else:
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE 'search\\_%' ESCAPE '\\'"
        )
    return dict(cursor.fetchall())


def _statements(*, postgresql: bool) -> Iterator[str]:
    """The SQL of the triggers; it holds names of the code alone."""
    for source in SOURCES.values():
        for number, watch in enumerate(source.watches):
            own = number == 0
            yield _due(source, watch, "INSERT", postgresql=postgresql)
            yield _due(source, watch, "UPDATE", postgresql=postgresql)
            if own:
                yield _gone(source, watch, postgresql=postgresql)
            else:
                yield _due(source, watch, "DELETE", postgresql=postgresql)


def _column(model: type[models.Model], name: str) -> str:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    return str(field.column)


def _due(source: Source, watch: Watch, event: str, *, postgresql: bool) -> str:
    table = watch.rows._meta.db_table
    side = "OLD" if event == "DELETE" else "NEW"
    subject = _column(watch.rows, watch.subject)
    when = _condition(watch, postgresql=postgresql) if event == "UPDATE" else ""
    things, field = _through(watch)
    begin = f'CREATE TRIGGER {{name}} AFTER {event} ON "{table}" FOR EACH ROW {when}'
    if postgresql:
        arguments = f"'{source.kind}', '{subject}', '{things}', '{field}'"
        return f"{begin} EXECUTE FUNCTION core_search_due({arguments})"
    values = f"VALUES ('{source.kind}', {side}.\"{subject}\")"
    if things:
        values = (
            f"SELECT '{source.kind}', id FROM \"{things}\""  # nosec B608 # noqa: S608 – names of the code
            f' WHERE "{field}" = {side}."{subject}"'
        )
    return f"{begin} BEGIN INSERT INTO core_searchdue (kind, subject) {values}; END"


def _through(watch: Watch) -> tuple[str, str]:
    if not watch.through:
        return "", ""
    label, _, name = watch.through.rpartition(".")
    model = apps.get_model(label)
    return model._meta.db_table, _column(model, name)


def _gone(source: Source, watch: Watch, *, postgresql: bool) -> str:
    table = watch.rows._meta.db_table
    key = _column(watch.rows, source.key)
    begin = f'CREATE TRIGGER {{name}} AFTER DELETE ON "{table}" FOR EACH ROW'
    if postgresql:
        return f"{begin} EXECUTE FUNCTION core_search_gone('{source.kind}', '{key}')"
    rows = f"kind = '{source.kind}' AND subject = OLD.\"{key}\""
    act = f"DELETE FROM core_searchrow WHERE {rows}"  # nosec B608 # noqa: S608 – names of the code
    return f"{begin} BEGIN {act}; END"


def _condition(watch: Watch, *, postgresql: bool) -> str:
    """Only a change of what is indexed makes work."""
    differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
    columns = [_column(watch.rows, name) for name in watch.columns]
    parts = [f'OLD."{name}" {differs} NEW."{name}"' for name in columns]
    return f"WHEN ({' OR '.join(parts)})"
