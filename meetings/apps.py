"""Meetings as a Django app."""

from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.db.models import QuerySet
from django.db.models.signals import post_migrate


class MeetingsConfig(AppConfig):
    """Sittings, the room and the records."""

    name = "meetings"

    def ready(self) -> None:
        """Name the pages of links; let the worker finish records whose job was lost."""
        from documents import entrances
        from documents.evidence import other_ways
        from documents.services import budget, retrievals
        from meetings import references, searching
        from meetings.selectors.calls import own_call
        from meetings.selectors.paper_desk import serial_of_sitting
        from meetings.selectors.polls import open_poll
        from meetings.selectors.sittings import open_sitting
        from meetings.services import (
            calls,
            capsules,
            convocation,
            digests,
            disposal,
            imports,
            locking,
            papers,
            polls,
            record_mail,
            records,
            turnover,
        )
        from members.models import Purpose
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

        _name_bodies()
        searching.register()
        other_ways.ITEMS.append(references.items_with_cases)

        _watch_takings()
        _dispose_whole_files()
        post_migrate.connect(_enter_classes, sender=self)
        worker.SWEEPS.append(budget.forget_old)
        worker.SWEEPS.append(records.requeue_archives)
        worker.SWEEPS.append(capsules.look_after)
        worker.SWEEPS.append(polls.remind_due)
        worker.SWEEPS.append(calls.remind_due)
        worker.SWEEPS.append(turnover.settle_due)
        worker.SWEEPS.append(papers.tell_due)
        worker.SWEEPS.append(record_mail.remind_due)
        worker.SWEEPS.append(imports.look_after)
        worker.SWEEPS.append(digests.send_due)
        worker.SWEEPS.append(disposal.go_on)
        worker.UPKEEPS.append(locking.keep_up)


def _name_bodies() -> None:
    """The body whose secretariat is called about what a link leads to."""
    from documents.models import RetrievalAsk
    from meetings.models import Call, Poll, Sitting
    from members.models import Purpose
    from members.offices import BODIES

    def of_ask(key: UUID) -> QuerySet[Any, Any]:
        sitting = RetrievalAsk.objects.filter(pk=key).values("sitting_id")
        return Sitting.objects.filter(pk__in=sitting).values("body")

    BODIES[Purpose.SITTING] = lambda key: Sitting.objects.filter(pk=key).values("body")
    BODIES[Purpose.POLL] = lambda key: Poll.objects.filter(pk=key).values("body")
    BODIES[Purpose.CALL] = lambda key: Call.objects.filter(pk=key).values("body")
    BODIES[Purpose.RETRIEVAL] = of_ask


def _watch_takings() -> None:
    """What must not come back by a restore."""
    from portal.core.takings import LIVING, WATCHED, Kind, Watch

    LIVING.append("meetings.CalendarFeed.ends_at")
    WATCHED.extend(
        [
            Watch("meetings.Invitation", ("withdrawn_at",)),
            Watch("meetings.Presence", ("ends_at",)),
            Watch("meetings.CalendarFeed", ("ends_at",)),
            Watch("meetings.Proxy", ("state",), finals=("refused", "ended")),
            Watch("meetings.ActingHead", ("ended_at",)),
            Watch("meetings.Tombstone", _TOMBSTONE, Kind.NEW, again=_dispose_again),
        ]
    )


_TOMBSTONE = ("kind", "file_id", "body", "completed_on", "expired_on", "started_at")


def _dispose_again(tombstone: Any) -> None:
    from meetings.services import disposal

    disposal.finish(tombstone.pk)


def _dispose_whole_files() -> None:
    """What goes with a case or a sitting, and what only loses a reference."""
    from meetings import disposing
    from portal.core import removal

    removal.LOOSENED.update(disposing.LOOSENED)
    removal.FOLLOWERS.update(disposing.FOLLOWERS)


def _enter_classes(**_signal: Any) -> None:
    from meetings.retention import enter_usual_classes

    enter_usual_classes()
