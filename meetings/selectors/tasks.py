"""Roles and pending replies that are still open: my own, and those of a case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.db.models import F, Q, QuerySet

from meetings import rosters
from meetings.models import AgendaItem, Presence, Sitting, Task
from meetings.policies import item_facts
from members.access import Access, Actor, access_for
from members.facts import Action, Answer, Role
from portal.core.errors import HiddenError

LOOKED_AT = 40
# Still with its holder: neither done nor taken up by a later meeting's entry.
OPEN = Q(done_on=None) & (Q(continued=None) | Q(continued__deleted=True))
UNHELD = Q(organization=None) | Q(person__household_member__isnull=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A task as a list shows it; ``key`` makes what is said of it happen once."""

    task: Task
    late: bool
    key: UUID = field(default_factory=uuid4)

    def mine(self, actor: Actor) -> bool:
        """Whether it is the actor's own, or the actor's agency's."""
        return self.task.organization_id == actor.person.organization_id


@dataclass(frozen=True, slots=True)
class Homework:
    """What earlier meetings left open about an item's case."""

    item: AgendaItem
    lines: list[Line]
    writes: bool


def standing_tasks() -> QuerySet[Task]:
    """Tasks with all that their decision and their lines ask of them."""
    rows = Task.objects.filter(entry__deleted=False)
    rows = rows.select_related("organization", "person", "done_by", "entry__item__case")
    rows = rows.select_related("entry__item__sitting", "entry__item__body")
    return rows.prefetch_related("entry__item__about")


def lines_of(tasks: Iterable[Task], today: date) -> list[Line]:
    """Overdue ones first, those without a day last."""
    rows = sorted(tasks, key=lambda task: task.entry.due_on or date.max)
    due = [(task, task.entry.due_on) for task in rows]
    return [Line(task, day is not None and day < today) for task, day in due]


def own_open(actor: Actor) -> list[Task]:
    """What the actor or the actor's agency has taken on, not yet decided on.

    What nobody can look up here is for the secretariat of the item's body: whose
    holder stands in words alone, or is of the household.
    """
    mine = Q(person=actor.person) | Q(
        person=None, organization=actor.person.organization_id
    )
    offices = rosters.offices_of(actor).filter(role=Role.SECRETARIAT)
    kept = UNHELD & Q(entry__item__body__in=offices.values("body"))
    rows = standing_tasks().filter(OPEN, mine | kept).exclude(entry__text="")
    return list(rows.order_by(F("entry__due_on").asc(nulls_last=True))[:LOOKED_AT])


def keeps(access: Access, task: Task) -> bool:
    """Whether the task's words are for this person: to be added to, or not at all."""
    return access.allows(Action.UPLOAD, item_facts(task.entry.item, access.actor.id))


def holds(access: Access, task: Task) -> bool:
    """Whether it is for this person to say what has become of it."""
    mine = access.actor.person.organization_id == task.organization_id
    thing = item_facts(task.entry.item, access.actor.id)
    return mine or access.answer(Action.CONVENE, thing) is not Answer.HIDDEN


def task_named(actor: Actor, task_id: UUID) -> Task:
    """One task, for its holder, the agency's people on its item and custodians."""
    task = standing_tasks().filter(pk=task_id).first()
    if task is None:
        raise HiddenError
    require(actor, task)
    return task


def require(actor: Actor, task: Task) -> None:
    """Raise what stands between the actor and the task: to add to its item (R18)."""
    item = task.entry.item
    access = _access(actor, [item])
    if not holds(access, task):
        raise HiddenError
    access.require(Action.UPLOAD, item_facts(item, actor.id))


def homework(actor: Actor, item_id: UUID, today: date) -> Homework:
    """What is open of the item's case, for who follows the item and read it then.

    Nobody learns here of an earlier item that was not their own, nor of what was said
    under another law (R18, R21).
    """
    rows = AgendaItem.objects.select_related("sitting", "body", "case")
    item = rows.prefetch_related("about").filter(id=item_id).first()
    if item is None:
        raise HiddenError
    tasks = _left_open(item)
    access = _access(actor, [item, *(task.entry.item for task in tasks)])
    here = Presence.objects.filter(item=item, person=actor.person)
    thing = item_facts(item, actor.id, here)
    access.require(Action.FOLLOW_MINUTES, thing)
    kept = [task for task in tasks if keeps(access, task)]
    writes = access.allows(Action.WRITE_MINUTES, thing)
    return Homework(item, lines_of(kept, today), writes)


def _left_open(item: AgendaItem) -> list[Task]:
    if item.case_id is None:
        return []
    rows = standing_tasks().filter(OPEN, entry__item__case=item.case_id)
    rows = rows.filter(entry__item__sitting__starts_at__lt=item.sitting.starts_at)
    rows = rows.exclude(entry__item__sitting__state=Sitting.State.CANCELLED)
    found = rows.exclude(entry__text="")
    return [task for task in found if task.entry.item.regime is item.regime]


def _access(actor: Actor, items: Iterable[AgendaItem]) -> Access:
    items = list(items)
    cases = {item.case_id for item in items if item.case_id}
    return access_for(actor, cases=cases, items={item.id for item in items})
