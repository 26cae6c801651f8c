"""The way in that a mail gives to each person: the own sign-in, or an own link."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from documents.models import Link
from documents.services import links
from meetings import notices
from meetings.models import Sitting
from meetings.notices import Way
from members.access import Actor
from members.filters import holding_at
from members.models import Person, Purpose, Scope
from portal.core import clock


def ways_in(
    actor: Actor, sitting: Sitting, people: Sequence[Person], until: datetime
) -> Mapping[UUID, Way]:
    """Each person's way to the sitting until then.

    Who has opened a link keeps it while it lasts: a new one would end what is open on
    their desk. The caller has asked whether they may be told.
    """
    by_link = [person for person in people if not person.login]
    live = Link.objects.filter(
        holding_at(clock.now()),
        scope_id=sitting.id,
        person__in=by_link,
        opened_at__isnull=False,
    )
    known = {link.person_id for link in live if not link.locked}
    issued = links.issue_links(
        actor=actor,
        people=[person for person in by_link if person.id not in known],
        scope=Scope(Purpose.SITTING, sitting.id),
        starts_at=clock.now(),
        ends_at=until,
    )
    front = f"{settings.BASE_URL}{reverse('documents:gate')}"
    ways = {p.id: Way(notices.page_address(sitting.id, p)) for p in people}
    ways |= {person: Way(front, known=True) for person in known}
    return ways | {
        each.link.person_id: Way(each.url, f"link:{each.link.id}", each.link.ends_at)
        for each in issued
    }
