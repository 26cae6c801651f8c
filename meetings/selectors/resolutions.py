"""The form of a decision in the room: for who writes the item, or convenes it."""

from dataclasses import dataclass
from uuid import UUID

from meetings import outcomes
from meetings.models import AgendaItem, Outcome, Presence
from meetings.policies import item_facts
from meetings.selectors.outcomes import standing_of, words_frozen
from members.access import Access, Actor, access_for
from members.facts import Action, Answer, ObjectFacts
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class Resolvable:
    """An item with what can be resolved; ``settles`` it, or only writes it down."""

    item: AgendaItem
    outcome: Outcome | None
    frozen: bool
    results: tuple[Outcome.Result, ...]
    settles: bool


def resolvable(actor: Actor, item_id: UUID) -> Resolvable:
    """The item for who may convene it or write its minutes; 404 for anybody else."""
    item = (
        AgendaItem.objects.select_related("sitting__body", "body", "case")
        .prefetch_related("about")
        .filter(id=item_id)
        .first()
    )
    if item is None:
        raise HiddenError
    access, thing = standing(actor, item)
    settles = access.answer(Action.CONVENE, thing) is not Answer.HIDDEN
    access.require(Action.CONVENE if settles else Action.WRITE_MINUTES, thing)
    outcome = Outcome.objects.filter(item=item).first()
    results = outcomes.results_of(item.occasion, standing_of(item.case, outcome))
    frozen = settles and words_frozen(access, item)
    return Resolvable(item, outcome, frozen, results, settles)


def standing(actor: Actor, item: AgendaItem) -> tuple[Access, ObjectFacts]:
    """The actor before an item whose room they may be in."""
    cases = [item.case_id] if item.case_id else ()
    access = access_for(actor, cases=cases, items=[item.id])
    presences = Presence.objects.filter(item=item, person=actor.person)
    return access, item_facts(item, actor.id, presences)
