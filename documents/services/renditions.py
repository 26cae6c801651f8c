"""Renditions: asked for when a version is filed, made by the worker (R6, R37)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_tasks import task

from documents import selectors
from documents.models import PaperVersion, Rendition
from documents.output.spool import spool
from documents.renditions import conversion
from documents.renditions.sources import rendition_of
from documents.selectors import OpenVersion
from documents.services.trail import record_act
from members.access import Actor, as_if_here
from members.facts import Action, State
from members.models import Person
from portal.core import clock, vault
from portal.core.errors import HiddenError
from portal.core.models import StoredObject

# A task that was begun and not heard of for so long is begun again.
LOST_AFTER = timedelta(minutes=15)
_AT_ONCE = 50
_CLOSED = {State.RECALLED, State.DISPOSED}

Waiting = Rendition.State.PENDING
Reason = Rendition.Reason


def ask(version: PaperVersion) -> None:
    """Have a PDF made of a version that was just filed, in the caller's transaction.

    Nothing for PDFs and pictures: they are shown themselves.
    """
    if version.media_type in conversion.KINDS:
        _ask(version, version.uploaded_by)


@transaction.atomic
def ask_again(*, actor: Actor, version: PaperVersion) -> None:
    """Try once more after a failure, for its custodian or who filed it.

    A repeat while one is waiting does nothing.
    """
    PaperVersion.objects.select_for_update().get(id=version.id)
    found = selectors.version_for(actor, version.id)
    found.access.require(Action.READ, found.thing)
    if not may_ask_again(found):
        raise HiddenError
    made = rendition_of(found.version)
    if made is None or made.state == Rendition.State.FAILED:
        _ask(found.version, actor.person)
        record_act("documents.rendition.ask", actor, found.version)


def may_ask_again(found: OpenVersion) -> bool:
    """Whether another try is this person's to begin."""
    return found.version.media_type in conversion.KINDS and found.can.replace


def _ask(version: PaperVersion, person: Person) -> None:
    Rendition.objects.update_or_create(
        version=version,
        defaults={
            "state": Waiting,
            "reason": "",
            "asked_by": person,
            "asked_at": clock.now(),
            "done_at": None,
        },
    )
    make.enqueue(str(version.id))


@task(queue_name="conversions")
def make(version_id: str) -> None:
    """Convert the version and keep the PDF; a second run does nothing.

    Acts for the person who asked, as they stand when it begins and when it ends.
    """
    rendition = _waiting(UUID(version_id))
    if rendition is None:
        return None
    version = rendition.version
    if reason := _refusal(rendition):
        return _end(rendition, reason)
    with spool() as source, spool(version.stored.size) as pdf:
        with vault.open_object(version.stored) as chunks:
            source.writelines(chunks)
        try:
            pages = conversion.to_pdf(source, version.media_type, pdf)
        except conversion.ConversionError as error:
            return _end(rendition, Reason(str(error)))
        pdf.seek(0)
        stored = vault.put(pdf)
    return _end(rendition, "", stored, pages)


def _waiting(version_id: UUID) -> Rendition | None:
    """The row while nothing has come of it, with what is needed to act on it."""
    rows = Rendition.objects.select_related(
        "version__paper", "version__stored", "asked_by__organization"
    )
    return rows.filter(version=version_id, state=Waiting).first()


def _refusal(rendition: Rendition) -> Reason | None:
    """Why nothing is to be made now (R37)."""
    found = selectors.version_for(as_if_here(rendition.asked_by), rendition.version_id)
    closed = found.version.state in _CLOSED
    theirs = replace(found.thing, state=State.DRAFT)
    if closed or not found.access.allows(Action.READ, theirs):
        return Reason.WITHDRAWN
    return Reason.OFF if conversion.refusal() else None


@transaction.atomic
def _end(
    rendition: Rendition,
    reason: str,
    stored: StoredObject | None = None,
    pages: int = 0,
) -> None:
    """Say how it ended, unless another run did; what was made for nothing is swept."""
    Rendition.objects.select_for_update().get(id=rendition.id)
    row = _waiting(rendition.version_id)
    if row is None:
        return
    reason = reason or _refusal(row) or ""
    row.reason, row.done_at = reason, clock.now()
    row.state = Rendition.State.FAILED if reason else Rendition.State.READY
    if stored is not None and not reason:
        vault.keep(stored)
        row.stored, row.page_count = stored, pages
    row.save()
    record_act(
        "documents.rendition.make", Actor(row.asked_by), row.version, reason=reason
    )


def look_after() -> None:
    """Begin again what was lost, or what this machine can do by now; erase the rest.

    The rendition of a version whose bytes are gone goes with them.
    """
    lost = Q(state=Waiting, asked_at__lt=clock.now() - LOST_AFTER)
    if not conversion.refusal():
        lost |= Q(reason=Reason.OFF)
    for row in Rendition.objects.filter(lost).order_by("asked_at")[:_AT_ONCE]:
        Rendition.objects.filter(id=row.id).update(
            state=Waiting, reason="", asked_at=clock.now()
        )
        make.enqueue(str(row.version_id))
    gone = Rendition.objects.filter(
        version__stored__state=StoredObject.State.ERASED,
        stored__state=StoredObject.State.READY,
    )
    for object_id in gone.values_list("stored", flat=True):
        vault.erase(object_id)
