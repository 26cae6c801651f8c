"""Meetings as a Django app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Sittings, the room and the records."""

    name = "meetings"

    def ready(self) -> None:
        """Let the worker finish records whose archive job was lost."""
        from meetings.services import records
        from portal.core import worker

        worker.SWEEPS.append(records.requeue_archives)
