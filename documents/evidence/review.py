"""Who can see what now, and why: the review of grants, per case and per agency (R32).

Each line is one selection for one case (R12). The decision itself says whether it opens
the case now; where it does not, the first rule that stands against it is named. What is
stale is marked: a grant that nobody uses, that soon ends or that waits for a pledge.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from documents.evidence import inquiry, other_ways
from documents.evidence.disclosure import READS
from documents.evidence.other_ways import OtherWay
from documents.models import Release
from members.access import Access, Actor, access_for, access_for_all, as_if_here
from members.decide import RULES
from members.facts import Action, Answer, Commission, ObjectFacts, Role, Span
from members.filters import holding_at
from members.models import Case, Membership, Organization
from members.permissions import CUSTODIANS
from members.policies import case_facts, trail_facts
from members.question import Question
from portal.core import clock
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent

UNUSED = timedelta(days=183)  # half a year without an opening
SOON = timedelta(days=30)


class Mark(StrEnum):
    """Why somebody should look at a grant again."""

    UNUSED = "unused"
    ENDING = "ending"
    PLEDGE = "pledge"
    SHUT = "shut"  # the selection stands, and opens nothing


@dataclass(frozen=True, slots=True)
class Grant:
    """One selection, what it opens now, and by which facts."""

    membership: Membership
    answer: Answer
    rule: str  # the first that stands against it, such as R10; empty where none does
    commission: Commission | None  # the one that lasts longest (R10)
    releases: int  # live ones, of papers of the case (R13)
    opened_at: datetime | None
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Review:
    """All grants of a case or of an agency, as far as the actor may know them."""

    subject: str
    auditing: bool
    grants: list[Grant]
    case: Case | None = None
    organization: Organization | None = None
    others: list[OtherWay] = field(default_factory=list)  # beside the selections

    @property
    def marked(self) -> int:
        """How many should be looked at."""
        return sum(1 for grant in self.grants if grant.marks)


def of_case(actor: Actor, case_id: UUID) -> Review:
    """The grants for one case."""
    case = Case.objects.select_related("body").filter(id=case_id).first()
    if case is None:
        raise HiddenError
    auditing = inquiry.audits(actor)
    if not auditing:
        access = access_for(actor, cases=[case.id], items=())
        access.require(Action.READ_TRAIL, trail_facts(author=False, case=case))
    rows = _memberships().filter(case=case)
    others = other_ways.into(Q(id=case.id), Q())
    grants = _grants(list(rows))
    return Review(f"case:{case.id}", auditing, grants, case=case, others=others)


def of_organization(actor: Actor, organization_id: UUID) -> Review:
    """The grants of an agency's people, for the cases that the actor keeps.

    Nothing to know and no such agency are one answer (R4).
    """
    found = Organization.objects.filter(id=organization_id).first()
    if found is None:
        raise HiddenError
    auditing = inquiry.audits(actor)
    rows = list(_memberships().filter(person__organization=found))
    others = other_ways.into(Q(), Q(organization=found))
    if not auditing:
        own = _own(actor, [row.case for row in rows] + [each.case for each in others])
        rows = [row for row in rows if row.case_id in own]
        others = [each for each in others if each.case.id in own]
    if not rows and not others and not auditing:
        raise HiddenError
    return Review(
        f"organization:{found.id}",
        auditing,
        _grants(rows),
        organization=found,
        others=others,
    )


def agencies(actor: Actor) -> list[Organization]:
    """Agencies whose people are selected for cases that the actor keeps."""
    now = holding_at(clock.now())
    kept = Membership.objects.filter(now, person=actor.id, role__in=CUSTODIANS)
    cases = list(Case.objects.filter(id__in=kept.values("case")).select_related("body"))
    chosen = Membership.objects.filter(now, case__in=_own(actor, cases))
    found = Organization.objects.filter(people__memberships__in=chosen)
    return list(found.distinct().order_by("kana"))


def _memberships() -> QuerySet[Membership]:
    rows = Membership.objects.filter(holding_at(clock.now()))
    return (
        rows.select_related("person__organization", "case__body")
        .prefetch_related("case__household")
        .order_by("case__number", "person__organization__kana", "person__kana")
    )


def _own(actor: Actor, cases: Sequence[Case]) -> set[UUID]:
    """Those of the cases whose trail is the actor's to read."""
    access = access_for(actor, cases={case.id for case in cases}, items=())
    return {
        case.id
        for case in cases
        if access.allows(Action.READ_TRAIL, trail_facts(author=False, case=case))
    }


def _grants(rows: list[Membership]) -> list[Grant]:
    people = {row.person_id: row.person for row in rows}
    cases = {row.case_id for row in rows}
    here = [as_if_here(person) for person in people.values()]
    access = access_for_all(here, cases=cases, items=())
    opened, released = _opened(people, cases), _released(rows)
    found = []
    for row in rows:
        own = access[row.person_id]
        pair = (str(row.person_id), str(row.case_id))
        count = released.get((row.person_id, row.case_id), 0)
        found.append(_grant(row, own, opened.get(pair), count))
    return found


def _grant(
    row: Membership, access: Access, opened_at: datetime | None, releases: int
) -> Grant:
    thing = case_facts(row.case)
    answer, rule = _standing(access, thing, Role(row.role))
    commission = _commission(access, row.case.body_id)
    marks = list(_marks(row, access.t, answer, commission, opened_at))
    return Grant(row, answer, rule, commission, releases, opened_at, marks)


def _standing(access: Access, thing: ObjectFacts, role: Role) -> tuple[Answer, str]:
    """What the decision says to this role, and by which rule."""
    question = Question(
        access.facts, access.actor.session, Action.READ, thing, access.t, role
    )
    for rule, otherwise in RULES:
        if not rule(question):
            return otherwise, rule.__name__.partition("_")[0].upper()
    return access.answer(Action.READ, thing), ""


def _commission(access: Access, body: UUID) -> Commission | None:
    mine = [
        each
        for each in access.facts.person.commissions
        if each.body == body and each.span.holds(access.t)
    ]
    return max(mine, key=lambda each: _end(each.span), default=None)


def _end(span: Span) -> tuple[bool, float]:
    return (span.end is None, span.end.timestamp() if span.end else 0)


def _marks(
    row: Membership,
    t: datetime,
    answer: Answer,
    commission: Commission | None,
    opened_at: datetime | None,
) -> Iterator[Mark]:
    if max(opened_at or row.starts_at, row.starts_at) < t - UNUSED:
        yield Mark.UNUSED
    end = commission.span.end if commission else None
    if end is not None and end < t + SOON:
        yield Mark.ENDING
    if answer is Answer.NEED_ACK:
        yield Mark.PLEDGE
    elif answer is Answer.HIDDEN:
        yield Mark.SHUT


def _opened(
    people: Collection[UUID], cases: Collection[UUID]
) -> Mapping[tuple[str, str], datetime]:
    """When each person last opened something of each case."""
    events = AuditEvent.objects.filter(
        actor__in=[str(person) for person in people],
        case__in=[str(case) for case in cases],
        action__in=[*READS, "members.case.read"],
    )
    rows = events.order_by().values_list("actor", "case").annotate(last=Max("at"))
    return {(actor, case): last for actor, case, last in rows}


def _released(rows: list[Membership]) -> Mapping[tuple[UUID, UUID], int]:
    """How many live releases each person has in each case."""
    found = Release.objects.filter(
        holding_at(clock.now()),
        person__in={row.person_id for row in rows},
        version__paper__case__in={row.case_id for row in rows},
    )
    pairs = found.order_by().values_list("person", "version__paper__case")
    return {(who, case): n for who, case, n in pairs.annotate(n=Count("id")) if case}
