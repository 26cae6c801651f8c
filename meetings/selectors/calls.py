"""Calls for cases: the clerk's board, one's own page, what waits on the home page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from documents.services import links
from documents.services.links import LinkOnBoard, Standing
from meetings import rosters
from meetings.models import Call, CallRecipient, Proposal, Sitting
from meetings.policies import call_facts, proposal_facts
from meetings.selectors.proposals import whole_proposals
from members.access import Access, Actor, access_for
from members.facts import Action, Answer
from members.models import Body, Person
from members.policies import body_facts
from portal.core import clock
from portal.core.errors import HiddenError

SHOWN = 60
MONTHS = 6
_URGENT_FIRST = {
    Proposal.Urgency.URGENT: 0,
    Proposal.Urgency.SOON: 1,
    Proposal.Urgency.USUAL: 2,
}


# Lists --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One line of the list: for those who ask, or for one who is asked."""

    call: Call
    custodian: bool
    recipient: CallRecipient | None
    silent: int
    waiting: int

    @property
    def asked(self) -> bool:
        """Whether the reader's own answer is awaited."""
        row = self.recipient
        return self.call.is_open and row is not None and row.waits

    @property
    def chased(self) -> bool:
        """Whether organisations are silent although the end is near."""
        return self.call.is_open and self.silent > 0 and self.call.ends_soon

    @property
    def calls_for_care(self) -> bool:
        """Whether it belongs on the home page: to answer, to judge or to chase."""
        return self.asked or self.waiting > 0 or self.chased


def listed_calls(actor: Actor, access: Access | None = None) -> list[ListedCall]:
    """The calls of the bodies one convenes, and those one is asked in."""
    offices = rosters.offices_of(actor)
    mine = CallRecipient.objects.filter(person=actor.person)
    found = Call.objects.filter(
        Q(body__in=offices.values("body")) | Q(id__in=mine.values("call"))
    ).select_related("body__unit", "sitting")
    return _lines(access or access_for(actor, cases=(), items=()), found[:SHOWN])


def _lines(access: Access, calls: Iterable[Call]) -> list[ListedCall]:
    rows = list(calls)
    recipients = CallRecipient.objects.filter(call__in=rows)
    own = {r.call_id: r for r in recipients.filter(person=access.actor.person)}
    silent = _silent_organizations(recipients)
    waiting = _waiting(access, rows)
    found = []
    for call in rows:
        recipient = own.get(call.id)
        custodian = access.offers(Action.CONVENE, call_facts(call, None))
        sees = access.answer(Action.SEE_NOTICE, call_facts(call, recipient))
        if sees is Answer.HIDDEN:
            continue
        found.append(
            ListedCall(
                call,
                custodian,
                recipient,
                silent[call.id] if custodian else 0,
                waiting[call.id] if custodian else 0,
            )
        )
    return found


def _waiting(access: Access, calls: Iterable[Call]) -> Counter[UUID]:
    """How many proposals of each call wait, of the cases that the actor keeps (R27)."""
    away = [r.case for r in access.facts.person.recusals if r.span.holds(access.t)]
    kept = rosters.kept_by(access.actor).exclude(case__in=[c for c in away if c])
    rows = Proposal.objects.filter(
        waits(), Q(case=None) | Q(case__in=kept.values("case")), call__in=calls
    )
    return Counter(rows.values_list("call", flat=True))


def _silent_organizations(recipients: QuerySet[CallRecipient]) -> Counter[UUID]:
    """How many organisations of each call have not answered at all."""
    answers: dict[tuple[UUID, UUID], bool] = {}
    for call, party, answer in recipients.values_list(
        "call", "person__organization", "answer"
    ):
        heard = answer != CallRecipient.Answer.WAITING
        answers[call, party] = answers.get((call, party), False) or heard
    return Counter(call for (call, _party), heard in answers.items() if not heard)


def waits() -> Q:
    """Proposals that triage is due for (``Proposal.waits``)."""
    lost = Q(state=Proposal.State.TAKEN, item=None)
    return lost | Q(state=Proposal.State.SUBMITTED)


# The clerk's board --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One person who was asked."""

    recipient: CallRecipient
    link: LinkOnBoard | None

    @property
    def locked(self) -> bool:
        """Whether wrong codes have locked the link."""
        return self.link is not None and self.link.standing == Standing.LOCKED

    @property
    def live_link(self) -> bool:
        """Whether the person holds a link that has not ended."""
        return self.link is not None and self.link.standing != Standing.ENDED


@dataclass(frozen=True, slots=True)
class Board:
    """A call with everybody asked and everything proposed, for its custodians."""

    call: Call
    silent: list[RecipientLine]
    heard: list[RecipientLine]
    proposals: list[Proposal]

    @property
    def organizations(self) -> int:
        """How many organisations were asked."""
        lines = [*self.silent, *self.heard]
        return len({line.recipient.person.organization_id for line in lines})

    @property
    def silent_organizations(self) -> int:
        """How many of them have not answered."""
        return len({line.recipient.person.organization_id for line in self.silent})

    @property
    def remindable(self) -> int:
        """How many people a reminder would reach by mail."""
        return sum(bool(line.recipient.person.email) for line in self.silent)

    @property
    def to_judge(self) -> int:
        """How many proposals triage is due for."""
        return sum(proposal.waits for proposal in self.proposals)


def convened_call(actor: Actor, call_id: UUID) -> Call:
    """The call, if the actor convenes its body."""
    call = _call(call_id)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, call_facts(call, None))
    return call


def convened_recipient(actor: Actor, recipient_id: UUID) -> CallRecipient:
    """One person who was asked, if the actor convenes the call's body."""
    row = (
        CallRecipient.objects.select_related("call__body", "person__organization")
        .filter(id=recipient_id)
        .first()
    )
    if row is None:
        raise HiddenError
    convened_call(actor, row.call_id)
    return row


def _call(call_id: UUID) -> Call:
    rows = Call.objects.select_related(
        "body__unit", "sitting", "opened_by__organization"
    )
    call = rows.filter(id=call_id).first()
    if call is None:
        raise HiddenError
    return call


def board_of(actor: Actor, call_id: UUID) -> Board:
    """The board, in a fixed number of queries.

    Drafts are their authors' own; what concerns a case from which this custodian
    is kept away is not there.
    """
    call = convened_call(actor, call_id)
    by_person = {row.link.person_id: row for row in links.links_of(call.id)}
    recipients = list(
        call.recipients.select_related("person__organization").order_by(
            "person__organization__kana", "person__kana"
        )
    )
    heard = {
        row.person.organization_id
        for row in recipients
        if row.answer != CallRecipient.Answer.WAITING
    }
    lines = [RecipientLine(r, by_person.get(r.person_id)) for r in recipients]
    return Board(
        call=call,
        silent=[x for x in lines if x.recipient.person.organization_id not in heard],
        heard=[x for x in lines if x.recipient.person.organization_id in heard],
        proposals=_proposals_on_board(actor, call),
    )


def _proposals_on_board(actor: Actor, call: Call) -> list[Proposal]:
    rows = list(whole_proposals().filter(call=call).exclude(state=Proposal.State.DRAFT))
    access = access_for(
        actor,
        cases={row.case_id for row in rows if row.case_id},
        items={row.id for row in rows},
    )
    shown = [row for row in rows if access.offers(Action.CONVENE, proposal_facts(row))]
    return sorted(
        shown,
        key=lambda p: (not p.waits, _URGENT_FIRST[Proposal.Urgency(p.urgency)]),
    )


# One's own page -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnCall:
    """What somebody who is asked sees: the question, the own answer, own proposals.

    ``taken`` are those that became items: there is nothing to read any more.
    ``missing`` is the step before proposing: a pledge or a stronger sign-in.
    """

    call: Call
    recipient: CallRecipient
    proposals: list[Proposal]
    taken: list[Proposal]
    missing: Answer | None
    access: Access


def asked_in(actor: Actor, call_id: UUID) -> bool:
    """Whether the actor is one of those asked."""
    return CallRecipient.objects.filter(call=call_id, person=actor.person).exists()


def own_call(actor: Actor, call_id: UUID) -> OwnCall:
    """The call, for somebody who is asked."""
    call = _call(call_id)
    recipient = CallRecipient.objects.filter(call=call, person=actor.person).first()
    if recipient is None:
        raise HiddenError
    rows = list(whole_proposals().filter(call=call, person=actor.person))
    access = access_for(
        actor,
        cases={row.case_id for row in rows if row.case_id},
        items={row.id for row in rows},
    )
    thing = call_facts(call, recipient)
    access.require(Action.SEE_NOTICE, thing)
    answer = access.answer(Action.PROPOSE, thing)
    readable = [p for p in rows if access.allows(Action.READ, proposal_facts(p))]
    return OwnCall(
        call=call,
        recipient=recipient,
        proposals=readable,
        taken=[p for p in rows if p.state == Proposal.State.TAKEN],
        missing=answer if answer in {Answer.NEED_ACK, Answer.STEP_UP} else None,
        access=access,
    )


def proposing(actor: Actor, call_id: UUID) -> OwnCall:
    """The call, for somebody who may propose in it now."""
    own = own_call(actor, call_id)
    own.access.require(Action.PROPOSE, call_facts(own.call, own.recipient))
    return own


# Choices ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """What a call can be for: a sitting in preparation, or a month without one."""

    body: Body
    month: date
    sitting: Sitting | None = None

    @property
    def key(self) -> str:
        """The choice in the form."""
        if self.sitting is not None:
            return f"sitting:{self.sitting.id}"
        return f"month:{self.body.id}:{self.month:%Y-%m}"


def bodies_to_ask_for(actor: Actor) -> list[Body]:
    """The bodies for which the actor may open a call: those that take cases."""
    access = access_for(actor, cases=(), items=())
    rows = Body.objects.filter(
        id__in=[grant.body for grant in access.facts.person.roles if grant.body]
    )
    rows = rows.select_related("unit").prefetch_related("charters")
    return [
        body
        for body in rows
        if body.rules.regimes and access.allows(Action.CONVENE, body_facts(body))
    ]


def targets(body: Body) -> list[Target]:
    """The body's drafts to come, and the next months that have none."""
    planned = Sitting.objects.filter(
        body=body, state=Sitting.State.DRAFT, starts_at__gt=clock.now()
    ).order_by("starts_at")
    found = [Target(body, _month_of(sitting), sitting) for sitting in planned]
    taken = {target.month for target in found}
    return found + [Target(body, month) for month in _months() if month not in taken]


def _month_of(sitting: Sitting) -> date:
    return clock.day_of(sitting.starts_at).replace(day=1)


def _months() -> list[date]:
    first = clock.today().replace(day=1)
    counts = [first.month - 1 + step for step in range(MONTHS)]
    return [date(first.year + n // 12, n % 12 + 1, 1) for n in counts]


def people_to_ask(body: Body, call: Call | None = None) -> list[Person]:
    """Those who may be asked; who was asked in ``call`` already is left out."""
    people = rosters.commissioned_people(body.id)
    if call is not None:
        people = people.exclude(id__in=call.recipients.values("person"))
    return list(people)


def asked_last(body: Body) -> set[UUID]:
    """Who was asked the last time: what the clerk need not choose again."""
    last = body.calls.order_by("-number").first()
    return set(last.recipients.values_list("person_id", flat=True)) if last else set()
