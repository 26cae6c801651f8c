"""What the triage of a proposal can choose from, and what it suggests."""

from dataclasses import dataclass
from typing import Any

from documents.models import PaperVersion
from meetings.models import AgendaItem, Proposal, Sitting
from meetings.selectors.people import bodies_for_items, cases_for_items
from meetings.selectors.proposals import OpenProposal
from members.access import Actor
from members.facts import Regime
from members.models import Body, Case
from portal.core import clock

_LAW_WORDS = {
    Regime.SHIEN: "本人同意を前提としない",
    Regime.JUSO: "本人同意のもとで扱う",
}


@dataclass(frozen=True, slots=True)
class Triage:
    """The choices for one proposal."""

    proposal: Proposal
    laws: dict[str, tuple[Body, Regime, str]]
    sittings: list[Sitting]
    cases: list[Case]
    sheets: list[PaperVersion]

    @property
    def choices(self) -> dict[str, Any]:
        """What the form offers; a case named with the proposal is not asked for."""
        return {
            "laws": self.laws,
            "sittings": self.sittings,
            "cases": None if self.proposal.case else self.cases,
            "sheets": self.sheets,
        }

    @property
    def initial(self) -> dict[str, Any]:
        """The proposal's own words, and the law that its consent speaks for."""
        proposal = self.proposal
        wanted = proposal.call.sitting_id
        sittings = [s.id for s in self.sittings]
        return {
            "law": self._suggested_law(),
            "sitting": wanted if wanted in sittings else next(iter(sittings), None),
            "kind": AgendaItem.Kind.DELIBERATION,
            "occasion": proposal.occasion,
            "title": proposal.title,
            "purpose": proposal.purpose,
        }

    @property
    def new_case(self) -> dict[str, str]:
        """A new case begins with the proposal's nameless title."""
        return {"case_title": self.proposal.title}

    def _suggested_law(self) -> str | None:
        consents = self.proposal.consent == Proposal.Consent.GIVEN
        wanted = Regime.JUSO if consents else Regime.SHIEN
        for key, (_body, regime, _words) in self.laws.items():
            if regime is wanted:
                return key
        return next(iter(self.laws), None)


def triage_of(actor: Actor, opened: OpenProposal) -> Triage:
    """Bodies, drafts and cases of the call's unit that the actor keeps."""
    call = opened.proposal.call
    day = call.sitting or Sitting(body=call.body)
    bodies = [b for b in bodies_for_items(opened.access, day) if b.rules.regimes]
    drafts = Sitting.objects.filter(
        body__in=bodies, state=Sitting.State.DRAFT, starts_at__gt=clock.now()
    )
    return Triage(
        proposal=opened.proposal,
        laws={
            f"{body.id}:{regime}": (body, regime, f"{body}({_LAW_WORDS[regime]})")
            for body in bodies
            for regime in sorted(body.rules.regimes, reverse=True)
        },
        sittings=list(drafts.select_related("body__unit").order_by("starts_at")),
        cases=cases_for_items(actor, day),
        sheets=[row.version for row in opened.rows if row.version and row.can.open],
    )
