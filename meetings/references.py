"""What documents knows of an agenda item and of a proposal: where its papers belong."""

from django.db.models import QuerySet

from documents.services.papers import ItemReference
from meetings.models import AgendaItem, Proposal
from members.models import Purpose


def of_item(item: AgendaItem) -> ItemReference:
    """The agenda item, under its own law and about its own people."""
    return ItemReference(
        item_id=item.id,
        sitting_id=item.sitting_id,
        body=item.body,
        regime=item.regime,
        case=item.case,
        about=tuple(item.about.all()),
    )


def items_with_cases() -> QuerySet[AgendaItem]:
    """Agenda items that belong to a case."""
    return AgendaItem.objects.exclude(case=None)


def of_proposal(proposal: Proposal) -> ItemReference:
    """The proposal, as an item of its own about everybody in its case."""
    case = proposal.case
    return ItemReference(
        item_id=proposal.id,
        sitting_id=proposal.call_id,
        body=proposal.call.body,
        regime=proposal.call.regime,
        case=case,
        about=tuple(case.household.all()) if case else (),
        purpose=Purpose.CALL,
    )
