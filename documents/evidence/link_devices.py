"""The browsers at which somebody came in by their links to a thing (SECURITY 3b-6).

For whoever convenes, who looks whether they are the person's own. A browser is known
again by its cookie; where it keeps none, each sign-in stands for itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from documents.models import Link
from members import devices
from members.access import Actor, session_holds
from members.models import Person, SignIn
from portal.core import clock


@dataclass(slots=True)
class DeviceUse:
    """One browser: what it calls itself, since when, until when, open now or not."""

    words: str
    first_at: datetime
    last_at: datetime
    live: bool


def devices_of(scope_id: UUID, person: Person) -> list[DeviceUse]:
    """The browsers of one person for one thing, the newest first."""
    links = Link.objects.filter(scope_id=scope_id, person=person)
    opened = SignIn.objects.filter(link_id__in=links.values("id"))
    return _grouped(opened.select_related("person__organization"))


def _grouped(opened: Iterable[SignIn]) -> list[DeviceUse]:
    found: dict[str, DeviceUse] = {}
    for row in sorted(opened, key=lambda row: row.started_at):
        live = session_holds(Actor(row.person, row), clock.now())
        use = found.setdefault(
            row.device or str(row.id),
            DeviceUse(devices.words(row.user_agent), row.started_at, row.seen_at, live),
        )
        use.last_at = max(use.last_at, row.seen_at)
        use.live = use.live or live
    return sorted(found.values(), key=lambda use: use.last_at, reverse=True)
