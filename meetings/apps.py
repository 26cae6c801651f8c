"""Meetings as a Django app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Sittings, the room and the records."""

    name = "meetings"

    def ready(self) -> None:
        """Name the pages of links; let the worker finish records whose job was lost."""
        from documents import entrances
        from documents.services import budget, retrievals
        from meetings.selectors.calls import own_call
        from meetings.selectors.paper_desk import serial_of_sitting
        from meetings.selectors.polls import open_poll
        from meetings.selectors.sittings import open_sitting
        from meetings.services import (
            calls,
            convocation,
            papers,
            polls,
            record_mail,
            records,
            turnover,
        )
        from members.models import Purpose
        from members.services import rolls
        from portal.core import worker

        entrances.PAGES[Purpose.SITTING] = "meetings:sitting-detail"
        entrances.PAGES[Purpose.POLL] = "meetings:poll-detail"
        entrances.PAGES[Purpose.CALL] = "meetings:call-detail"
        entrances.PAGES[Purpose.RETRIEVAL] = "meetings:retrieval-asked"
        entrances.SERIALS[Purpose.SITTING] = serial_of_sitting
        entrances.OPENERS[Purpose.SITTING] = open_sitting
        entrances.OPENERS[Purpose.POLL] = open_poll
        entrances.OPENERS[Purpose.CALL] = own_call
        entrances.OPENERS[Purpose.RETRIEVAL] = retrievals.open_ask
        entrances.RENEWALS[Purpose.SITTING] = convocation.renew

        worker.SWEEPS.append(budget.forget_old)
        worker.SWEEPS.append(records.requeue_archives)
        worker.SWEEPS.append(polls.remind_due)
        worker.SWEEPS.append(calls.remind_due)
        worker.SWEEPS.append(turnover.settle_due)
        worker.SWEEPS.append(papers.tell_due)
        worker.SWEEPS.append(record_mail.remind_due)
        worker.SWEEPS.append(rolls.drop_stale)
