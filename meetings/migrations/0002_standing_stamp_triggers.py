"""Every change to what the decision reads about a room changes the stamp.

Only columns that the decision reads are watched where a row changes often for
other reasons. On PostgreSQL the stamp is set at commit, as the last lock taken, so
that two acts never wait for each other in a ring.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WATCHED = {
    "members_acknowledgement": "",
    "members_archivegrant": "",
    "members_body": "",
    "members_case": "",
    "members_commission": "",
    "members_consent": "",
    "members_householdmember": "",
    "members_legalbasis": "",
    "members_legalground": "",
    "members_membership": "",
    "members_office": "",
    "members_organization": "",
    "members_person": "OF organization_id, name, starts_at, ends_at",
    "members_pledgetext": "",
    "members_policy": "",
    "members_recusal": "",
    "members_relaxation": "",
    "members_seat": "",
    "members_signin": "OF person_id, started_at, ends_at, strength, strong_at, scope_id",
    "meetings_agendaitem": (
        'OF sitting_id, "order", body_id, law, case_id, title, minutes_allotted, state,'
        " opened_at, closed_at"
    ),
    "meetings_agendaitem_about": "",
    "meetings_invitation": "OF person_id, sitting_id, checked_in_at, withdrawn_at",
    "meetings_minutes": "OF item_id, state",
    "meetings_presence": "",
    "meetings_sitting": "",
    "meetings_turn": "",
}
SQLITE = """
    CREATE TRIGGER stamp_{event}_{table} AFTER {event} {columns} ON {table}
    BEGIN
        INSERT INTO meetings_standingstamp (id, value) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET value = value + 1;
    END
"""
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION meetings_set_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO meetings_standingstamp AS present (id, value)
        VALUES (1, pg_current_xact_id()::text::bigint)
        ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value
        WHERE present.value <> EXCLUDED.value;
        RETURN NULL;
    END $$
"""
POSTGRESQL = """
    CREATE CONSTRAINT TRIGGER stamp_{event}_{table} AFTER {event} {columns} ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION meetings_set_stamp()
"""


def watch(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    if postgresql:
        editor.execute(POSTGRESQL_FUNCTION)
    for table, columns in WATCHED.items():
        # A new sign-in changes no answer that was given to another one.
        new = () if table == "members_signin" else ("INSERT",)
        for event in (*new, "UPDATE", "DELETE"):
            editor.execute(
                (POSTGRESQL if postgresql else SQLITE).format(
                    table=table,
                    event=event,
                    columns=columns if event == "UPDATE" else "",
                )
            )


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0001_initial"),
        ("members", "0001_initial"),
    ]
    operations = [migrations.RunPython(watch, migrations.RunPython.noop)]
