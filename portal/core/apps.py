"""The kernel as a Django app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Audit trail, outgoing mail and stored objects."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Register the start-up checks."""
        from portal.core import checks  # noqa: F401 – registers on import
