"""Meetings as a Django app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Sittings, the room and the records."""

    name = "meetings"

    def ready(self) -> None:
        """Name the pages of links; let the worker finish records whose job was lost."""
        from documents import entrances
        from meetings.services import calls, polls, records, turnover
        from members.models import Purpose
        from members.services import rolls
        from portal.core import worker

        entrances.PAGES[Purpose.SITTING] = "meetings:sitting-detail"
        entrances.PAGES[Purpose.POLL] = "meetings:poll-detail"
        entrances.PAGES[Purpose.CALL] = "meetings:call-detail"

        worker.SWEEPS.append(records.requeue_archives)
        worker.SWEEPS.append(polls.remind_due)
        worker.SWEEPS.append(calls.remind_due)
        worker.SWEEPS.append(turnover.settle_due)
        worker.SWEEPS.append(rolls.drop_stale)
