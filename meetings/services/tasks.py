"""What becomes of roles and pending replies: done, open again, taken up anew."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.live.protocol import Reason
from meetings.models import AgendaItem, Entry, Task
from meetings.selectors import tasks as selectors
from meetings.services.minutes import Draft, put_entry, written_before
from members.access import Actor
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError


@dataclass(frozen=True, slots=True)
class Said:
    """What the meeting heard of a task: done, or still to be done until a day."""

    done: bool
    note: str = ""
    due_on: date | None = None


@transaction.atomic
def finish(*, actor: Actor, task: Task, note: str = "") -> Task:
    """Say that it is done. A repeat is answered."""
    task = _locked(task.pk)
    selectors.require(actor, task)
    if task.done_on is None:
        _finish(actor, task, note)
    return task


@transaction.atomic
def reopen(*, actor: Actor, task: Task, note: str) -> Task:
    """Say that it is not done after all, and why. A repeat is answered."""
    task = _locked(task.pk)
    selectors.require(actor, task)
    if not note.strip():
        raise InvalidError(_("まだ済んでいない理由を書いてください。"))
    if task.done_on is not None:
        task.done_on, task.done_by, task.note = None, None, note
        task.save(update_fields=["done_on", "done_by", "note"])
        _record("reopen", actor, task)
    return task


@transaction.atomic
def hear(
    *, actor: Actor, key: UUID, item: AgendaItem, task_id: UUID, said: Said
) -> Task:
    """In the room of a later item: done, with a word in its course; or taken up anew.

    For who writes that item and may see the task. Sent twice with one ``key`` it
    happens once. Raises RefusedError where it is settled already.
    """
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    task = _locked(task_id)
    if written_before(actor, key):
        return task
    left = selectors.homework(actor, item.id, clock.today())
    if task.entry_id not in {line.task.entry_id for line in left.lines}:
        raise RefusedError(_("この宿題は、もう済みか、次へ引き継がれています。"))
    fields = _words_done(task, said) if said.done else _words_again(item, task, said)
    reason = put_entry(actor=actor, key=key, item=item, draft=Draft(key, fields))
    if reason is Reason.RECORD_CLOSED:
        raise RefusedError(_("会議録の確認が始まったため、書き込めません。"))
    if reason is not None:
        raise HiddenError
    if said.done:
        _finish(actor, task, said.note)
    else:
        task.continued_id = key
        task.save(update_fields=["continued"])
        _record("continue", actor, task)
    return task


def _locked(task_id: UUID) -> Task:
    """The task under its lock, with everything its decision asks of it."""
    Task.objects.select_for_update().filter(pk=task_id).first()
    found = selectors.standing_tasks().filter(pk=task_id).first()
    if found is None:
        raise HiddenError
    return found


def _finish(actor: Actor, task: Task, note: str) -> None:
    task.done_on, task.done_by, task.note = clock.today(), actor.person, note
    task.save(update_fields=["done_on", "done_by", "note"])
    _record("done", actor, task)


def _words_done(task: Task, said: Said) -> dict[str, object]:
    """In the course: a guest of the item gets nothing of an earlier one."""
    words = {"kind": task.entry.get_kind_display(), "words": task.entry.text}
    text = _("前回の%(kind)s「%(words)s」は済み。") % words
    return {
        "kind": Entry.Kind.DISCUSSION,
        "speaker": task.entry.speaker,
        "text": f"{text}{said.note}",
    }


def _words_again(item: AgendaItem, task: Task, said: Said) -> dict[str, object]:
    """The same words as an outcome of this item, for the same holder if still there."""
    entry = task.entry
    fields = {
        "kind": entry.kind,
        "speaker": entry.speaker,
        "text": f"{entry.text}\n{said.note}".strip(),
        "due_on": said.due_on or entry.due_on,
    }
    holder = task.person_id or task.organization_id
    seats = rosters.seats_of([item.id])[item.id]
    here = {seat.person_id for seat in seats}
    here |= {seat.person.organization_id for seat in seats}
    return fields | ({"assignee": holder} if holder in here else {})


def _record(what: str, actor: Actor, task: Task) -> None:
    item = task.entry.item
    audit.record(
        f"meetings.task.{what}",
        actor=actor.id,
        subject=f"task:{task.entry_id}",
        case=item.case_id,
        item=item.id,
    )
