"""廃棄: proposed by one person, approved by another, then done and never undone (R34).

The tombstone comes first, with the line in the journal outside the database. Then
everything goes in one transaction, keys and rows alike: a job that dies leaves the file
whole or gone, and runs again.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from meetings import disposing
from meetings.models import Disposal, Minutes, Tombstone
from meetings.retention import File, FileKey, Keeping
from meetings.selectors.retention import (
    access_to,
    files_of,
    keepings_of,
    key_of,
)
from members.access import Actor, as_if_here
from members.charters import kept_body
from members.facts import Action
from members.models import Person
from portal.core import audit, capsules, clock, journals, jp, removal
from portal.core.errors import HiddenError, RefusedError


@transaction.atomic
def propose(*, actor: Actor, body_id: UUID, keys: Sequence[FileKey]) -> int:
    """Propose files for disposal; returns how many were not proposed before.

    Raises RefusedError where one of them is not over, or is held.
    """
    keepings = _required(actor, body_id, keys)
    today, now = clock.today(), clock.now()
    _refuse_locked(keepings)
    if not keepings or not all(each.may_go(today) for each in keepings):
        raise RefusedError(
            _(
                "満了していないか、凍結されたファイルがあります。一覧を見直してください。"
            )
        )
    count = 0
    for keeping in keepings:
        key = keeping.file.key
        _disposal, made = Disposal.objects.get_or_create(
            file_id=key.id,
            defaults={
                "kind": key.kind,
                "body": keeping.file.body,
                "proposed_by": actor.person,
                "proposed_at": now,
            },
        )
        if made:
            count += 1
            _record("propose", actor.id, keeping.file)
    return count


@transaction.atomic
def withdraw(*, actor: Actor, body_id: UUID, keys: Sequence[FileKey]) -> int:
    """Take proposals back, as either of the two; returns how many stood."""
    keepings = _required(actor, body_id, keys)
    standing = [each for each in keepings if each.disposal is not None]
    for keeping in standing:
        Disposal.objects.filter(file_id=keeping.file.key.id).delete()
        _record("withdraw", actor.id, keeping.file)
    return len(standing)


@transaction.atomic
def approve(*, actor: Actor, body_id: UUID, keys: Sequence[FileKey]) -> int:
    """Approve what somebody else proposed; the disposal begins at once.

    Raises RefusedError for one's own proposal and for what may not go (any more).
    """
    keepings = _required(actor, body_id, keys)
    today = clock.today()
    _refuse_locked(keepings)
    for keeping in keepings:
        disposal = keeping.disposal
        if disposal is None or not keeping.may_go(today):
            raise RefusedError(
                _("廃棄の提案が変わりました。一覧を読み込み直してください。")
            )
        if disposal.proposed_by_id == actor.id:
            raise RefusedError(
                _("自分が提案した廃棄は承認できません。もう一人の担当者が承認します。")
            )
        disposal.approved_by, disposal.approved_at = actor.person, clock.now()
        disposal.save(update_fields=["approved_by", "approved_at"])
        _record("approve", actor.id, keeping.file)
        dispose.enqueue(str(keeping.file.key.id))
    return len(keepings)


def _refuse_locked(keepings: Sequence[Keeping]) -> None:
    """What the store still keeps from everybody cannot go: say from when it can."""
    for each in keepings:
        free_on = each.free_on
        if free_on is None or free_on <= clock.today():
            continue
        raise RefusedError(
            _(
                "%(number)sは、保存先の書換え防止が続いています。%(day)sから廃棄を提案できます。"
            )
            % {
                "number": each.file.number,
                "day": jp.era_words(free_on),
            }
        )


def _required(actor: Actor, body_id: UUID, keys: Sequence[FileKey]) -> list[Keeping]:
    """The files, held still, for who may dispose of every one of them."""
    body, _access = kept_body(actor, body_id)
    wanted = {key.id for key in keys}
    list(Disposal.objects.select_for_update().filter(file_id__in=wanted))
    gone = Tombstone.objects.filter(file_id__in=wanted).exists()
    files = files_of(keys)
    access = access_to(actor, files)
    for file in files:
        access.require(Action.DISPOSE, file.thing)
    own = {file.key.id for file in files if file.body.id == body.id}
    if gone or own != wanted:
        raise HiddenError
    return keepings_of(files)


@task()
def dispose(file_id: str) -> None:
    """Do what was approved; begun once, it ends, however often it has to run."""
    tombstone = begin(UUID(file_id))
    if tombstone is not None:
        journals.flush()  # outside the database before anything is gone
        finish(tombstone.id)


@transaction.atomic
def begin(file_id: UUID) -> Tombstone | None:
    """Put up the tombstone, if everything still holds that was approved (R37).

    What does not hold any more is called off and has to be proposed anew.
    """
    disposal = Disposal.objects.select_for_update().filter(file_id=file_id).first()
    if disposal is None:
        return Tombstone.objects.filter(file_id=file_id, done_at=None).first()
    approver = disposal.approved_by
    if approver is None:
        return None
    disposal.delete()
    keys = [key_of(disposal.kind, file_id)]
    for keeping in keepings_of(files_of(keys)):
        if keeping.may_go(clock.today()) and _still_may(approver, keeping.file):
            return _put_up(keeping, disposal)
        _record("stop", approver.id, keeping.file)
    return None


def _still_may(person: Person, file: File) -> bool:
    access = access_to(as_if_here(person), [file])
    return access.allows(Action.DISPOSE, file.thing)


def _put_up(keeping: Keeping, disposal: Disposal) -> Tombstone:
    file, class_ = keeping.file, keeping.records_class
    completed_on, expired_on = file.completed_on, keeping.expires_on
    assert completed_on and expired_on  # noqa: S101, PT018 – it may go, so it has both
    tombstone = Tombstone.objects.create(
        kind=file.key.kind,
        file_id=file.key.id,
        body=file.body,
        number=file.number,
        class_name=class_.name if class_ else "",
        completed_on=completed_on,
        expired_on=expired_on,
        proposed_by=disposal.proposed_by,
        approved_by=disposal.approved_by,
        started_at=clock.now(),
    )
    _record("begin", disposal.approved_by_id, file)
    return tombstone


@transaction.atomic
def finish(tombstone_id: UUID) -> None:
    """Destroy keys and rows of the file, all or nothing; a second run does nothing.

    The store loses the bytes after the commit; what it keeps for now nobody can read,
    and the sweep of the store removes it.
    """
    rows = Tombstone.objects.select_for_update(of=("self",))
    tombstone = rows.filter(id=tombstone_id, done_at=None).first()
    if tombstone is None:
        return
    key = key_of(tombstone.kind, tombstone.file_id)
    for file in files_of([key]):  # after a restore the tombstone lacks its number
        tombstone.number = tombstone.number or file.number
    found = disposing.gathered(key)
    disposing.note_counts(tombstone, found)
    disposing.note_bodies(tombstone, found)
    capsules.forget(record.hex for record in found.get(Minutes, ()))
    removal.remove(found)
    removal.remove(disposing.empty_frames())
    tombstone.done_at = clock.now()
    tombstone.save()
    audit.record(
        "meetings.disposal.done",
        actor=tombstone.approved_by_id,
        subject=f"{key.kind}:{key.id}",
        detail={"objects": tombstone.object_count, "rows": tombstone.row_count},
    )


def go_on() -> int:
    """Begin again what a dead process, or a restore, left to do; how many there are."""
    waiting = {
        *Disposal.objects.exclude(approved_by=None).values_list("file_id", flat=True),
        *Tombstone.objects.filter(done_at=None).values_list("file_id", flat=True),
    }
    for file_id in waiting:
        dispose.enqueue(str(file_id))
    return len(waiting)


def _record(what: str, actor: UUID | None, file: File) -> None:
    audit.record(
        f"meetings.disposal.{what}",
        actor=actor,
        subject=f"{file.key.kind}:{file.key.id}",
        case=file.case.id if file.case else None,
    )
