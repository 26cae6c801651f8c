"""決定のまとめ: what was decided on the items that one person attended (R5, P4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from meetings.models import OUTCOMES, AgendaItem, Entry, Presence, Sitting
from meetings.policies import summary_facts
from meetings.records import law_words
from meetings.selectors.agenda import next_sitting
from meetings.selectors.sittings import Opened, open_sitting
from meetings.summary_rendering import Duty, SummaryDocument, SummaryItem
from members.access import Actor
from members.facts import Action, Answer
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a closed sitting, for one reader."""

    opened: Opened
    items: list[AgendaItem]

    @property
    def item_ids(self) -> str:
        """The items for the trail."""
        return " ".join(str(item.id) for item in self.items)

    @property
    def document(self) -> SummaryDocument:
        """The summary as its page and its paper say it."""
        sitting, access = self.opened.sitting, self.opened.access
        person = access.actor.person
        return SummaryDocument(
            municipality=settings.MUNICIPALITY,
            body=sitting.body.name,
            sitting=sitting.number,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            place=sitting.place,
            made_at=access.t,
            reader=f"{person.standing} {person.name} 様",
            items=tuple(_line(item) for item in self.items),
            next_sitting=next_sitting(self.opened),
        )


def summary_of(actor: Actor, sitting_id: UUID) -> Summary:
    """The outcomes of the items that the person attended, once the sitting is closed.

    Raises what stands in the way where no item opens, HiddenError before the end.
    """
    opened = open_sitting(actor, sitting_id)
    answers = _answers(opened)
    allowed = {item for item, answer in answers.items() if answer is Answer.ALLOW}
    if not allowed:
        _say_why(opened, answers)
    rows = AgendaItem.objects.filter(id__in=allowed)
    items = (
        rows.select_related("case", "body")
        .prefetch_related(
            "presences",
            Prefetch("entries", Entry.objects.filter(deleted=False, kind__in=OUTCOMES)),
        )
        .order_by("order")
    )
    return Summary(opened, list(items))


def has_summary(opened: Opened) -> bool:
    """Whether the page of the sitting leads to a summary of this person's own."""
    return any(answer is not Answer.HIDDEN for answer in _answers(opened).values())


def _answers(opened: Opened) -> Mapping[UUID, Answer]:
    """What the decision says of each item's summary; nothing before the end."""
    sitting, access = opened.sitting, opened.access
    if sitting.state != Sitting.State.CLOSED:
        return {}
    closed = [i for i in opened.items if i.state == AgendaItem.State.CLOSED]
    mine = list(Presence.objects.filter(item__in=closed, person=access.actor.person))
    return {
        item.id: access.answer(
            Action.READ, summary_facts(item, sitting, access.actor.id, mine)
        )
        for item in closed
    }


def _say_why(opened: Opened, answers: Mapping[UUID, Answer]) -> None:
    sitting, access = opened.sitting, opened.access
    mine = list(Presence.objects.filter(item__in=answers, person=access.actor.person))
    for item in opened.items:
        if answers.get(item.id, Answer.HIDDEN) is not Answer.HIDDEN:
            thing = summary_facts(item, sitting, access.actor.id, mine)
            access.require(Action.READ, thing)
    raise HiddenError


def _line(item: AgendaItem) -> SummaryItem:
    entries = list(item.entries.all())
    decisions = [e for e in entries if e.kind == Entry.Kind.DECISION]
    return SummaryItem(
        subject=item.case.number if item.case else item.title,
        title=item.title,
        kind=item.get_kind_display(),
        regime=law_words(item),
        present=len({presence.person_id for presence in item.presences.all()}),
        decisions=tuple(e.text for e in decisions),
        duties=tuple(
            Duty(kind=e.get_kind_display(), who=e.speaker, what=e.text, until=e.due_on)
            for e in entries
            if e.kind != Entry.Kind.DECISION
        ),
        next_monitoring=max((e.due_on for e in decisions if e.due_on), default=None),
    )
