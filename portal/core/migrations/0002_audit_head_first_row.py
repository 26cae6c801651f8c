"""The one head row that every audit append locks."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_head(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Start the chain at nothing."""
    apps.get_model("core", "AuditHead").objects.create(id=1)


def drop_head(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo."""
    apps.get_model("core", "AuditHead").objects.all().delete()


class Migration(migrations.Migration):
    """Data only."""

    dependencies = (("core", "0001_initial"),)
    operations = (migrations.RunPython(make_head, drop_head),)
