"""What was asked: replies that came, sittings wished for, replies one owes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from documents.models import CooperationRequest
from documents.policies import request_facts
from meetings import rosters
from meetings.models import SittingRequest
from meetings.policies import sitting_request_facts
from members.access import Access, Actor
from members.facts import Action
from members.policies import case_facts
from portal.core import clock

FRESH = timedelta(days=7)
SHOWN = 20
State = CooperationRequest.State


@dataclass(frozen=True, slots=True)
class Asked:
    """Co-operation requests answered of late or overdue; requests for a sitting."""

    replies: list[CooperationRequest] = field(default_factory=list)
    sittings: list[SittingRequest] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything of it waits."""
        return bool(self.replies or self.sittings)


def recent_requests(actor: Actor) -> list[CooperationRequest]:
    """Requests of the actor's kept cases that want a look; undecided yet."""
    kept = rosters.kept_by(actor)
    rows = CooperationRequest.objects.filter(
        Q(state=State.ANSWERED, answered_at__gt=clock.now() - FRESH)
        | Q(state=State.WAITING, due_on__lt=clock.today()),
        case__in=kept.values("case"),
    )
    return list(
        rows.select_related("person__organization", "case__body").prefetch_related(
            "case__household"
        )[:SHOWN]
    )


def asked_of(actor: Actor) -> list[CooperationRequest]:
    """Requests that wait for the actor's own reply; undecided yet."""
    rows = CooperationRequest.objects.filter(person=actor.person, state=State.WAITING)
    rows = rows.select_related("case").prefetch_related("case__household")
    return list(rows.order_by("due_on")[:SHOWN])


def to_reply(
    access: Access, rows: Sequence[CooperationRequest]
) -> list[CooperationRequest]:
    """Those of ``rows`` that the actor may answer."""
    me = access.actor.id
    return [row for row in rows if access.allows(Action.READ, request_facts(row, me))]


def asked_at_home(access: Access, rows: Sequence[CooperationRequest]) -> Asked:
    """Those of ``rows`` that the actor keeps, and the sittings that wait for a word."""
    me = access.actor.id
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    open_rows = SittingRequest.objects.filter(
        body__in=held, state=SittingRequest.State.RECEIVED
    ).select_related("body__unit", "asked_by__organization")
    return Asked(
        replies=[
            row
            for row in rows
            if access.allows(Action.READ, request_facts(row, me))
            and access.allows(Action.CONVENE, case_facts(row.case))
        ],
        sittings=[
            row
            for row in open_rows
            if access.allows(Action.CONVENE, sitting_request_facts(row, me))
        ],
    )
