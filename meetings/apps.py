"""Meetings as a Django app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Sittings, the room and the records."""

    name = "meetings"

    def ready(self) -> None:
        """Name the pages of links; let the worker finish records whose job was lost."""
        from documents import entrances
        from meetings.services import records
        from members.models import Purpose
        from portal.core import worker

        entrances.PAGES[Purpose.SITTING] = "meetings:sitting-detail"

        worker.SWEEPS.append(records.requeue_archives)
