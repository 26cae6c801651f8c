"""One proposal, as its author and the custodians see it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from documents.selectors import PaperRow, paper_rows
from meetings.models import Call, Proposal
from meetings.policies import case_in_call_facts, proposal_facts
from members.access import Access, Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.models import Case, Membership
from portal.core import clock
from portal.core.errors import HiddenError


def whole_proposals() -> QuerySet[Proposal]:
    """Proposals with all that their pages and the decision read."""
    return Proposal.objects.select_related(
        "call__body",
        "call__sitting",
        "call__opened_by__organization",
        "case",
        "person__organization",
        "item__sitting",
    ).prefetch_related("case__household")


def known_cases(actor: Actor, call: Call) -> list[Case]:
    """The cases that the actor could propose by their number: those open to them."""
    chosen = Membership.objects.filter(holding_at(clock.now()), person=actor.person)
    rows = list(
        Case.objects.filter(id__in=chosen.values("case"), unit=call.body.unit_id)
        .select_related("body")
        .prefetch_related("household")
    )
    access = access_for(actor, cases=[case.id for case in rows], items=())
    return [
        case
        for case in rows
        if access.allows(Action.READ, case_in_call_facts(case, call))
    ]


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal with its sheets, as its author or a custodian may see them."""

    proposal: Proposal
    rows: list[PaperRow]
    mine: bool
    access: Access

    @property
    def words(self) -> dict[str, Any]:
        """What the form of a sheet needs to know of the call."""
        return {
            "link_days": self.proposal.call.body.rules.link_days,
            "class3_strength": self.access.class3_strength,
        }

    @property
    def writes(self) -> bool:
        """Whether the reader may still write it."""
        return self.mine and self.proposal.writable and self.proposal.in_time

    @property
    def judges(self) -> bool:
        """Whether the reader decides what becomes of it."""
        thing = proposal_facts(self.proposal)
        return self.proposal.waits and self.access.offers(Action.CONVENE, thing)


def open_proposal(actor: Actor, proposal_id: UUID) -> OpenProposal:
    """The proposal, for its author, and for the custodians once it was sent in."""
    proposal = whole_proposals().filter(id=proposal_id).first()
    if proposal is None:
        raise HiddenError
    limits = [proposal.case_id] if proposal.case_id else ()
    access = access_for(actor, cases=limits, items=[proposal.id])
    mine = proposal.person_id == actor.id
    if proposal.state == Proposal.State.DRAFT and not mine:
        raise HiddenError
    access.require(Action.READ, proposal_facts(proposal))
    return OpenProposal(proposal, paper_rows(access, [proposal.id]), mine, access)


def judged_proposal(actor: Actor, proposal_id: UUID) -> OpenProposal:
    """The proposal, for a custodian."""
    opened = open_proposal(actor, proposal_id)
    opened.access.require(Action.CONVENE, proposal_facts(opened.proposal))
    return opened
