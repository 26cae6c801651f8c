"""The outcome of one item: what can be entered, and on what the case waits."""

from dataclasses import dataclass
from uuid import UUID

from meetings import outcomes
from meetings.models import AgendaItem, CarryUp, Minutes, Outcome
from meetings.policies import outcome_facts
from meetings.selectors.sittings import convened_item
from members.access import Access, Actor
from members.facts import Action
from members.models import Case

Status = Case.Status


def waiting_outcome(case: Case) -> Outcome | None:
    """The outcome on which the city has not decided yet; a later one replaces it."""
    last = case.outcomes.exclude(target="").select_related("decision").first()
    waits = last is not None and last.needs_decision and not hasattr(last, "decision")
    return last if waits else None


def standing_of(case: Case | None, known: Outcome | None) -> Case.Status | None:
    """Where the case stands, what this item or the city has yet to settle aside."""
    if case is None:
        return None
    if known is not None and known.target:
        return Status(known.before)
    waiting = waiting_outcome(case)
    return Status(waiting.before if waiting else case.status)


def record_is_final(item: AgendaItem) -> bool:
    """Whether the record of the item, and with it the outcome, is fixed."""
    return Minutes.objects.filter(item=item, state=Minutes.State.FINAL).exists()


def words_frozen(access: Access, item: AgendaItem) -> bool:
    """Whether a custodian may neither read nor write the words of the outcome (R24)."""
    return not access.allows(Action.READ, outcome_facts(item))


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """One item with its outcome, the city's decision and its way up and down."""

    item: AgendaItem
    outcome: Outcome | None
    frozen: bool
    results: tuple[Outcome.Result, ...]
    waits: bool
    fixed: bool
    carried_up: list[CarryUp]
    carried_from: CarryUp | None

    @property
    def may_carry(self) -> bool:
        """Whether there is a parent body, and nothing of this item before it now."""
        before_parent = any(up.handed_down_at is None for up in self.carried_up)
        return self.item.body.parent_id is not None and not before_parent


def outcome_page(actor: Actor, item_id: UUID) -> OutcomePage:
    """The page for who convenes the item."""
    item, access = convened_item(actor, item_id)
    outcome = (
        Outcome.objects.filter(item=item)
        .select_related("lead_agency", "presided_by", "recorded_by", "decision")
        .first()
    )
    waiting = waiting_outcome(item.case) if item.case else None
    rows = item.carried_up.select_related("body", "item__sitting", "item__outcome")
    return OutcomePage(
        item=item,
        outcome=outcome,
        frozen=words_frozen(access, item),
        results=outcomes.results_of(item.occasion, standing_of(item.case, outcome)),
        waits=waiting is not None and waiting == outcome,
        fixed=outcome is not None
        and (hasattr(outcome, "decision") or record_is_final(item)),
        carried_up=list(rows),
        carried_from=CarryUp.objects.filter(item=item).select_related("child").first(),
    )
