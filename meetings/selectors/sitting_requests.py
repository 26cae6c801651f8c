"""Requests for a sitting: one's own, and those of the bodies one convenes."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from meetings.models import SittingRequest
from meetings.policies import asking_facts, meets_on_request, sitting_request_facts
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body, Person
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class Asking:
    """At which bodies the actor may ask, and for which enter what others asked."""

    access: Access
    own: list[Body]
    kept: list[Body]

    @property
    def people(self) -> list[Person]:
        """Whose request the secretariat may enter."""
        me = self.access.actor.id
        people = members.commissioned_people(self.kept) if self.kept else []
        return [person for person in people if person.id != me]

    @property
    def bodies(self) -> list[Body]:
        """All of them, each once."""
        return list({body.id: body for body in [*self.own, *self.kept]}.values())


def asking_of(actor: Actor) -> Asking:
    """What the actor may ask for and enter now."""
    access = access_for(actor, cases=(), items=())
    person = access.facts.person
    held = {grant.body for grant in person.roles if grant.body}
    commissioned = {c.body for c in person.commissions if c.span.holds(access.t)}
    bodies = [
        body
        for body in Body.objects.filter(id__in=held | commissioned)
        .select_related("unit")
        .prefetch_related("charters")
        if meets_on_request(body)
    ]
    return Asking(
        access=access,
        own=[
            body
            for body in bodies
            if access.allows(Action.PROPOSE, asking_facts(body, asks=True))
        ],
        kept=[
            body
            for body in bodies
            if access.allows(Action.CONVENE, asking_facts(body, asks=False))
        ],
    )


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One request, and whether the actor answers it."""

    request: SittingRequest
    answers: bool


def requests_of(access: Access) -> list[OpenRequest]:
    """One's own requests and those to the bodies one convenes, the open ones first."""
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    rows = SittingRequest.objects.filter(
        Q(asked_by=access.actor.person) | Q(body__in=held)
    ).select_related("body__unit", "asked_by__organization", "sitting")
    found = [_opened(access, row) for row in rows]
    shown = [row for row in found if row is not None]
    return sorted(shown, key=lambda row: not row.request.open)


def request_for(actor: Actor, request_id: UUID) -> OpenRequest:
    """One request, for who asked and for who answers."""
    request = (
        SittingRequest.objects.filter(id=request_id)
        .select_related(
            "body__unit", "asked_by__organization", "sitting", "answered_by"
        )
        .first()
    )
    access = access_for(actor, cases=(), items=())
    found = _opened(access, request) if request else None
    if found is None:
        raise HiddenError
    return found


def answered_request(actor: Actor, request_id: UUID) -> SittingRequest:
    """One request that the actor may answer."""
    found = request_for(actor, request_id)
    if not found.answers:
        raise HiddenError
    return found.request


def _opened(access: Access, request: SittingRequest) -> OpenRequest | None:
    thing = sitting_request_facts(request, access.actor.id)
    answers = access.allows(Action.CONVENE, thing)
    if answers or access.allows(Action.PROPOSE, thing):
        return OpenRequest(request, answers)
    return None
