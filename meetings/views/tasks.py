"""Pages of roles and pending replies: one's own, and what comes back in the room."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.tasks import HomeworkForm, TaskForm
from meetings.models import Task
from meetings.selectors import tasks as selectors
from meetings.services import tasks as services
from members.http import MemberRequest, signed_in
from portal.core import audit, clock
from portal.core.acting import attempt, form_page


@require_http_methods(["GET", "POST"])
@signed_in
def task_detail(request: MemberRequest, task_id: UUID) -> HttpResponse:
    """One task: what was agreed, and what has become of it."""
    task = selectors.task_named(request.actor, task_id)
    form = TaskForm(request.POST or None)
    if form.is_valid():
        said = attempt(form, lambda: _say(request, task, form))
        if said is not None:
            messages.success(request, _("登録しました。"))
            return redirect("meetings:home")
    audit.record_read(
        "meetings.task.read",
        actor=request.actor.id,
        subject=f"task:{task_id}",
        case=task.entry.item.case_id,
        item=task.entry.item_id,
    )
    (line,) = selectors.lines_of([task], clock.today())
    return form_page(request, form, "meetings/task_detail.html", {"line": line})


def _say(request: MemberRequest, task: Task, form: TaskForm) -> Task:
    act = services.finish if form.cleaned_data["done"] else services.reopen
    return act(actor=request.actor, task=task, note=form.cleaned_data["note"])


@require_http_methods(["GET", "POST"])
@signed_in
def item_homework(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """前回からの宿題: what earlier meetings left open about the item's case."""
    found = selectors.homework(request.actor, item_id, clock.today())
    form = HomeworkForm(request.POST or None)
    if form.is_valid():
        heard = attempt(form, lambda: _hear(request, found, form))
        if heard is not None:
            return redirect("meetings:item-homework", item_id)
    audit.record_read(
        "meetings.homework.read",
        actor=request.actor.id,
        subject=f"item:{item_id}",
        case=found.item.case_id,
        item=item_id,
        detail={"tasks": " ".join(str(line.task.entry_id) for line in found.lines)},
    )
    return form_page(request, form, "meetings/item_homework.html", {"found": found})


def _hear(
    request: MemberRequest, found: selectors.Homework, form: HomeworkForm
) -> Task:
    return services.hear(
        actor=request.actor,
        key=form.cleaned_data["key"],
        item=found.item,
        task_id=form.cleaned_data["task"],
        said=form.said,
    )
