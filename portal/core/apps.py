"""The kernel as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Audit trail, outgoing mail and stored objects."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Register the start-up checks; give an empty audit chain its head."""
        from portal.core import checks  # noqa: F401 – registers on import

        post_migrate.connect(_make_audit_head, sender=self)


def _make_audit_head(**kwargs: Any) -> None:
    from portal.core.models import AuditHead

    AuditHead.objects.get_or_create(id=1)
