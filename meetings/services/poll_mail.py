"""What goes out for a date poll: each person's own mail and link."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from documents.models import Link
from documents.services import links
from documents.services.links import IssuedLink
from meetings import poll_notices, rosters
from meetings.models import Poll, PollDate, PollVoter
from meetings.models.polls import LINK_LASTS
from meetings.notices import serial_of
from meetings.poll_notices import Facts, Occasion
from members.access import Actor
from members.models import Person, Purpose, Scope
from portal.core import clock, outbox


def tell(
    actor: Actor, poll: Poll, voters: Iterable[PollVoter], occasion: Occasion
) -> int:
    """Send each of them a mail with their own link; returns how many got one.

    Who has no mail address waits for a letter; who may not answer hears nothing.
    """
    reached = [voter for voter in voters if voter.person.email]
    may_answer = rosters.who_may_answer(poll, [voter.person for voter in reached])
    reached = [voter for voter in reached if voter.person_id in may_answer]
    dates = list(poll.dates.all())
    for voter in reached:
        issued = None if voter.person.login else issue(actor, poll, voter.person)
        facts = _facts(poll, voter.person, dates, *_way(poll, issued))
        _queue(voter.person, occasion, facts, issued)
        voter.told_at = clock.now()
    PollVoter.objects.bulk_update(reached, ["told_at"])
    return len(reached)


def tell_the_end(poll: Poll, occasion: Occasion, dates: Sequence[PollDate]) -> None:
    """Tell everybody who had been asked what became of it.

    A request for an answer that still waits is not sent any more.
    """
    for link in Link.objects.filter(scope_id=poll.id):
        outbox.cancel(about=f"link:{link.id}")
    for voter in poll.voters.filter(told_at__isnull=False).select_related("person"):
        if voter.person.email:
            _queue(voter.person, occasion, _facts(poll, voter.person, dates))


def issue(actor: Actor, poll: Poll, person: Person) -> IssuedLink:
    """The person's own link to the poll; an older one dies."""
    return links.issue_link(
        actor=actor,
        person=person,
        scope=Scope(Purpose.POLL, poll.id),
        starts_at=clock.now(),
        ends_at=poll.deadline + LINK_LASTS,
    )


def _way(poll: Poll, issued: IssuedLink | None) -> tuple[str, datetime | None]:
    if issued is not None:
        return issued.url, issued.link.ends_at
    return f"{settings.BASE_URL}{reverse('meetings:poll-detail', args=[poll.id])}", None


def _facts(
    poll: Poll,
    person: Person,
    dates: Iterable[PollDate],
    link: str = "",
    until: datetime | None = None,
) -> Facts:
    return Facts(
        serial=serial_of(poll.created_at, poll.number),
        spans=[(date.starts_at, date.ends_at) for date in dates],
        place=poll.place,
        deadline=poll.deadline,
        name=person.name,
        link=link,
        link_until=until,
    )


def _queue(
    person: Person, occasion: Occasion, facts: Facts, issued: IssuedLink | None = None
) -> None:
    subject, body = poll_notices.compose(occasion, facts)
    outbox.queue(
        person=person.id,
        address=person.email,
        subject=subject,
        body=body,
        about=f"link:{issued.link.id}" if issued else "",
    )
