"""Co-operation requests as the custodians of their case see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from documents import selectors as documents
from documents.models import CooperationRequest, PaperVersion
from documents.services import links
from documents.services.links import LinkOnBoard
from meetings.models import AgendaItem, Sitting
from meetings.policies import item_facts
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.models import Body, Case, Person
from members.policies import body_facts, case_facts
from members.services import cases, factors
from portal.core import clock
from portal.core.errors import HiddenError

State = CooperationRequest.State


def kept_case(actor: Actor, case_id: UUID) -> tuple[Case, Access]:
    """The case, if the actor keeps it."""
    case, access = members.readable_case(actor, case_id)
    access.require(Action.CONVENE, case_facts(case))
    return case, access


def requests_of(case: Case) -> list[CooperationRequest]:
    """What was asked about the case, the latest first."""
    return list(
        CooperationRequest.objects.filter(case=case).select_related(
            "person__organization"
        )
    )


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """One request with its reply, and how the respondent stands to it."""

    request: CooperationRequest
    files: list[PaperVersion]
    link: LinkOnBoard | None
    needs_card: bool
    member: bool

    @property
    def letter_due(self) -> bool:
        """Not told yet, because there is no mail address to tell."""
        untold = self.request.told_at is None
        return self.request.waiting and untold and not self.request.person.email


def kept_request(actor: Actor, request_id: UUID) -> KeptRequest:
    """The request, if the actor keeps its case; the files once it is answered."""
    request = documents.open_request(actor, request_id)
    kept_case(actor, request.case_id)
    answered = request.state == State.ANSWERED
    board = links.links_of(request.id)
    return KeptRequest(
        request=request,
        files=documents.reply_files(request) if answered else [],
        link=board[0] if board else None,
        needs_card=needs_card(request),
        member=_is_member(request),
    )


def needs_card(request: CooperationRequest) -> bool:
    """Whether the text asks for a factor of one's own, and the person has none."""
    strong = request.document_class[0] == "3"
    return (
        request.waiting
        and strong
        and not request.person.login
        and not factors.usable_devices(request.person)
    )


def _is_member(request: CooperationRequest) -> bool:
    now = clock.now()
    rows = request.case.memberships.filter(person=request.person)
    return any(row.span.holds(now) for row in rows)


def asking_bodies(access: Access, case: Case) -> list[Body]:
    """The bodies of the case's unit that may ask: they sit under a law."""
    return [
        body
        for body in members.bodies_of(case)
        if body.regime != Regime.NONE
        and access.allows(Action.CONVENE, body_facts(body))
    ]


def addressees(case: Case, bodies: Sequence[Body]) -> list[Person]:
    """Whom one may choose without typing: asked before, or commissioned."""
    asked = CooperationRequest.objects.filter(body__in=bodies).values("person")
    known = {person.id for person in members.commissioned_people(list(bodies))}
    people = Person.objects.filter(Q(id__in=asked) | Q(id__in=known))
    rows = people.select_related("organization").order_by(
        "-organization__internal", "organization__kana", "kana"
    )
    return cases.selectable_among(case, rows)


def items_for(actor: Actor, case: Case) -> list[AgendaItem]:
    """The case's items whose papers are still being gathered."""
    rows = (
        AgendaItem.objects.filter(
            case=case,
            sitting__state__in=[
                Sitting.State.DRAFT,
                Sitting.State.SUBMITTED,
                Sitting.State.CONVENED,
            ],
        )
        .select_related("sitting__body", "body", "case")
        .prefetch_related("about")
        .order_by("sitting__starts_at", "order")
    )
    items = list(rows)
    access = access_for(actor, cases=[case.id], items=[item.id for item in items])
    return [i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))]


def reply_file(found: KeptRequest, version_id: UUID) -> PaperVersion:
    """One file of an answered request."""
    for version in found.files:
        if version.id == version_id:
            return version
    raise HiddenError
