"""取り込み: a file is read, looked over, and entered by the worker row by row.

Nothing is entered before somebody has seen what would become of each row. The worker
acts for who brought the file, as they stand at every few rows (R37).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from documents.services import deposits
from documents.services.papers import Upload
from meetings.importing import reading
from meetings.importing.columns import Kind
from meetings.importing.reading import Found
from meetings.models import Import, ImportedRow
from meetings.selectors.import_known import Known, known_to
from meetings.selectors.import_plans import Planned, Standing, planned
from meetings.services.import_rows import enter
from members import registry
from members.access import Actor, access_for, as_if_here
from members.facts import Action
from members.models import Body
from members.policies import body_facts, rules_facts
from members.services.charters import begin_of
from members.services.commissions import check_approval
from portal.core import audit, clock
from portal.core.errors import (
    DomainError,
    HiddenError,
    InvalidError,
    RefusedError,
    UnavailableError,
)
from portal.core.repeats import made_before
from portal.core.worker import TABLE_QUEUE

KEPT_FOR = timedelta(days=3)
# A task that was not heard of for so long is begun again.
LOST_AFTER = timedelta(minutes=5)
# After so many tasks for one file (half an hour) it is no chance that they fail.
TRIES = 6
# Whether who brought it still may, and that it goes on, is looked at every few rows.
AT_ONCE = 25
State = Import.State
Outcome = ImportedRow.Outcome


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, when, and from which day a row without its own holds."""

    by: str
    on: date
    starts_on: date


def require(actor: Actor, kind: str, body: Body | None) -> None:
    """Raise unless the actor enters such rows at the body, proved a moment ago."""
    if kind == Kind.ORGANIZATIONS:
        registry.keeping(actor).require_fresh()
        return
    if body is None:
        raise HiddenError
    access = access_for(actor, cases=(), items=())
    access.require(Action.APPOINT, rules_facts(body))
    if kind in {Kind.CASES, Kind.RECORDS}:
        access.require(Action.CONVENE, body_facts(body))
        if body.unit_id is None:
            raise RefusedError(_("この会議体では事例を扱いません。"))


def take_in(
    *, actor: Actor, key: UUID, kind: str, body: Body | None, upload: Upload
) -> Import:
    """Read a file and keep it until it is looked over; a repeat is answered.

    Raises InvalidError for one in which no row can be found.
    """
    require(actor, kind, body)
    known = made_before(Import, key, entered_by=actor.person)
    if known is not None:
        return known
    data, ending, stored = deposits.take_in(upload)
    reading.read(data, ending, kind)  # the sweep clears the bytes of one that fails
    with transaction.atomic():
        require(actor, kind, body)  # the file took its time
        deposits.keep(stored)
        made = Import.objects.create(
            id=key,
            kind=kind,
            body=body,
            entered_by=actor.person,
            at=clock.now(),
            stored=stored,
            ending=ending,
        )
        record("read", actor, made)
    return made


def contents(source: Import) -> Found:
    """The rows of a kept file. Raises HiddenError once it is gone."""
    if source.stored is None:
        raise HiddenError
    return reading.read(deposits.read(source.stored), source.ending, source.kind)


@transaction.atomic
def begin(*, actor: Actor, source: Import, approval: Approval | None) -> Import:
    """Have the worker enter every row that is sound; a repeat changes nothing.

    Raises RefusedError where nothing is to be entered, InvalidError for an approval
    by somebody whom the body's rule does not name, and for a first day gone by.
    """
    row = locked(actor, source)
    if row.state != State.READ:
        return row
    plans = planned(contents(row), row, known_to(row, actor))
    if not any(plan.acts for plan in plans):
        raise RefusedError(_("新しく登録する行がありません。"))
    if row.kind == Kind.ROLL and row.body is not None:
        if approval is None:
            raise InvalidError(_("承認した人と日を入力してください。"))
        check_approval(row.body, approval.by, approval.on)
        begin_of(approval.starts_on)
        row.approved_by, row.approved_on = approval.by, approval.on
        row.starts_on = approval.starts_on
    row.state, row.total = State.RUNNING, len(plans)
    row.begun_at = row.beat_at = clock.now()
    row.save()
    record("begin", actor, row, rows=row.total)
    run.enqueue(str(row.id))
    return row


def locked(actor: Actor, source: Import) -> Import:
    """The actor's own import under its lock, once they may enter such rows."""
    rows = Import.objects.select_for_update(of=("self",))
    row = rows.select_related("body", "stored").filter(pk=source.pk).first()
    if row is None or row.entered_by_id != actor.id:
        raise HiddenError
    require(actor, row.kind, row.body)
    return row


@task(queue_name=TABLE_QUEUE)
def run(source_id: str) -> None:
    """Enter the rows, each in a transaction of its own; a second run goes on.

    What is recorded holds the trail's lock until it is committed: nobody waits for
    more than a row, and a row locks nothing after it.
    """
    rows = Import.objects.select_related(
        "body__unit", "stored", "entered_by__organization"
    )
    source = rows.filter(id=source_id, state=State.RUNNING).first()
    end = _gone_through(source) if source else None
    if source and end:
        _finish(source, end)


def _gone_through(source: Import) -> Import.State | None:
    """Enter what is left and say how it ended; None where another run goes on."""
    if not _still_may(source):
        return State.STOPPED
    known = known_to(source, as_if_here(source.entered_by))
    plans = planned(contents(source), source, known)
    done = set(source.rows.values_list("number", flat=True))
    for some in _some(plan for plan in plans if plan.number not in done):
        if not _still_may(source):
            return State.STOPPED
        Import.objects.filter(pk=source.pk).update(beat_at=clock.now())
        if not all(_enter(source, plan, known) for plan in some):
            return None
    return State.DONE


def _some(plans: Iterable[Planned]) -> Iterator[list[Planned]]:
    rest = iter(plans)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _still_may(source: Import) -> bool:
    """Whether who brought the file may enter its rows, as they stand now."""
    try:
        require(as_if_here(source.entered_by), source.kind, source.body)
    except DomainError:
        return False
    return True


@transaction.atomic
def _enter(source: Import, plan: Planned, known: Known) -> bool:
    """Enter a row; False once it is not this run's to enter any more."""
    rows = Import.objects.select_for_update(of=("self",))
    row = rows.get(pk=source.pk)
    if row.state != State.RUNNING or row.rows.filter(number=plan.number).exists():
        return False
    _entered(source, plan, known).save()
    return True


def _entered(source: Import, plan: Planned, known: Known) -> ImportedRow:
    row = ImportedRow(source=source, number=plan.number, outcome=Outcome.KNOWN)
    if plan.standing in {Standing.PROBLEM, Standing.DOUBLE}:
        row.outcome, row.words = Outcome.LEFT, _why(plan)
    elif plan.acts:
        actor = as_if_here(source.entered_by)
        try:
            with transaction.atomic():
                row.made = enter(actor=actor, source=source, plan=plan, known=known)
            row.outcome = Outcome.MADE if row.made else Outcome.KNOWN
        except UnavailableError:
            raise  # not the row's fault: it is tried again
        except DomainError as error:
            row.outcome, row.words = Outcome.LEFT, _refused(error)
    return row


def _refused(error: DomainError) -> str:
    if isinstance(error, HiddenError):
        return _("この行の登録先が、見当たらなくなりました。画面で確かめてください。")
    return error.message[:300]


def _why(plan: Planned) -> str:
    """What was to be mended, by its cells; nothing of what stood in them."""
    found = [finding for row in plan.rows for finding in row.findings]
    if plan.standing == Standing.PROBLEM:
        found = [finding for finding in found if finding.blocks]
    return " ".join(f"{each.cell}: {each.words}" for each in found)[:300]


@transaction.atomic
def _finish(source: Import, state: Import.State) -> None:
    """The end of a run: what was made is counted, the file is destroyed."""
    rows = Import.objects.select_for_update(of=("self",)).select_related("stored")
    row = rows.get(pk=source.pk)
    if row.state != State.RUNNING:
        return
    stored, row.stored = row.stored, None
    row.state, row.ended_at = state, clock.now()
    row.save(update_fields=["state", "stored", "ended_at"])
    if stored is not None:
        deposits.drop(stored)
    counts = Counter(row.rows.values_list("outcome", flat=True))
    record(str(state), Actor(source.entered_by), row, **counts)


@transaction.atomic
def give_up(*, actor: Actor, source: Import) -> None:
    """Throw a file away that was not taken in; nothing was entered."""
    row = locked(actor, source)
    if row.state == State.READ:
        _forget(row)
        record("give_up", actor, row)


def _forget(row: Import) -> None:
    Import.objects.filter(pk=row.pk).delete()
    if row.stored is not None:
        deposits.drop(row.stored)


def look_after() -> None:
    """Forget files that nobody took in, and begin again what was lost."""
    now = clock.now()
    old = Import.objects.filter(state=State.READ, at__lt=now - KEPT_FOR)
    for source_id in old.values_list("id", flat=True):
        _forget_old(source_id)
    lost = Import.objects.filter(state=State.RUNNING, beat_at__lt=now - LOST_AFTER)
    for source in lost.select_related("entered_by"):
        _begin_again(source)


@transaction.atomic
def _forget_old(source_id: UUID) -> None:
    rows = Import.objects.select_for_update(of=("self",)).select_related("stored")
    row = rows.filter(pk=source_id, state=State.READ).first()
    if row is not None:
        _forget(row)
        record("forget", None, row)


def _begin_again(source: Import) -> None:
    """Have another task go on; what fails again and again is stopped."""
    tasks = DBTaskResult.objects.filter(
        task_path=run.module_path, args_kwargs__args=[str(source.id)]
    )
    if tasks.ready().exists():  # it waits for another file
        return
    if tasks.count() >= TRIES:
        _finish(source, State.STOPPED)
        return
    Import.objects.filter(pk=source.pk).update(beat_at=clock.now())
    run.enqueue(str(source.id))


def record(what: str, actor: Actor | None, source: Import, **detail: int) -> None:
    """Put an act on an import on record; without an actor, the system's own."""
    audit.record(
        f"meetings.import.{what}",
        actor=actor.id if actor else None,
        subject=f"import:{source.id}",
        detail={"kind": source.kind, "body": str(source.body_id or ""), **detail},
    )
