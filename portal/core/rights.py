"""What the portal's own role may do in the database, given anew by each migration.

In real use two roles share the work: the owner's runs migrations and restores, the
portal's serves (KASANE_DATABASE_ROLE names it). What was written into the audit
trail, the portal can neither change nor remove.
"""

from typing import Any

from django.conf import settings
from django.db import connection

# Rows that are only ever inserted, with the columns that may still be filled in.
INSERT_ONLY: dict[str, tuple[str, ...]] = {
    "core_auditevent": (),
    "core_signedhead": ("dropped_at",),
}


def give(**_signal: Any) -> None:
    """Give the portal's role its rights on all tables that there are now."""
    role = settings.DATABASE_ROLE
    if not role or connection.vendor != "postgresql":
        return
    to = connection.ops.quote_name(role)
    acts = [
        f"GRANT USAGE ON SCHEMA public TO {to}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {to}",
        f"GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {to}",
    ]
    present = connection.introspection.table_names()
    for table, open_columns in INSERT_ONLY.items():
        if table not in present:
            continue
        acts.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {to}")
        acts += [f"GRANT UPDATE ({each}) ON {table} TO {to}" for each in open_columns]
    with connection.cursor() as cursor:
        for act in acts:
            cursor.execute(act)
