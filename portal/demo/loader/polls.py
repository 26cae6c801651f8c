"""The open date poll, with the links and mails of those who are asked."""

from datetime import date, timedelta

from django.db import transaction

from meetings.models import Poll, PollAnswer, PollDate, PollVoter
from meetings.poll_notices import Occasion
from meetings.services import poll_mail
from members.access import Actor
from portal.core import clock
from portal.demo.content import polls as content
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows, at

SIGNS = {mark.label[0]: mark for mark in PollAnswer.Mark}


@transaction.atomic
def load(rows: Rows) -> None:
    """Everything as its services would have left it."""
    sitting = rows.sittings[content.BODY_OF]
    last_day = clock.today() + timedelta(days=content.DEADLINE_IN_DAYS)
    poll = Poll.objects.create(
        id=uid("poll", content.BODY_OF),
        body=sitting.body,
        number=1,
        place=content.PLACE,
        deadline=at(last_day, content.DEADLINE_AT),
        created_by=sitting.created_by,
        created_at=clock.now() - timedelta(days=content.OPENED_DAYS_AGO),
    )
    dates = [
        PollDate.objects.create(
            id=uid("poll-date", str(number)),
            poll=poll,
            starts_at=at(_weekday(last_day + timedelta(days=days)), starts),
            ends_at=at(_weekday(last_day + timedelta(days=days)), ends),
        )
        for number, (days, starts, ends) in enumerate(content.DATES)
    ]
    voters = [_voter(poll, rows, dates, *entry) for entry in content.ASKED]
    poll_mail.tell(Actor(sitting.created_by), poll, voters, Occasion.ASKED)


def _weekday(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def _voter(  # one line of the content
    poll: Poll, rows: Rows, dates: list[PollDate], key: str, signs: str, note: str
) -> PollVoter:
    voter = PollVoter.objects.create(
        id=uid("poll-voter", key),
        poll=poll,
        person=rows.people[key],
        required=key in content.REQUIRED,
        note=note,
        answered_at=poll.created_at + timedelta(days=1) if signs else None,
    )
    PollAnswer.objects.bulk_create(
        PollAnswer(voter=voter, date=day, mark=SIGNS[sign])
        for day, sign in zip(dates, signs, strict=False)
    )
    return voter
