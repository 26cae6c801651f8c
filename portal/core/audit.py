"""The audit trail: what was read and changed, chained by SHA-256.

``record`` belongs inside the transaction of the act itself: if the event cannot
be written, the act does not happen (R38). Call it as the last write, because it
holds the chain's lock until commit.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from portal.core import clock, context
from portal.core.models import AuditEvent, AuditHead

GENESIS = "0" * 64
Detail = Mapping[str, str | int | bool | None]


def digest_of(event: AuditEvent) -> str:
    """The digest of every field of ``event`` and of the link before it."""
    fields = [
        event.seq,
        event.at.isoformat(),
        event.action,
        event.actor,
        event.sign_in,
        event.address,
        event.subject,
        event.case,
        event.item,
        event.detail,
        event.previous,
    ]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Act:
    """One event to record: what, by whom, from where, about what.

    ``actor`` is None only for the system itself. ``subject`` is ``kind:id``.
    """

    action: str
    actor: UUID | None
    origin: context.Origin
    subject: str = ""
    case: UUID | None = None
    item: UUID | None = None
    detail: Detail | None = None


def record(
    action: str,
    *,
    actor: UUID | None,
    subject: str = "",
    case: UUID | None = None,
    item: UUID | None = None,
    detail: Detail | None = None,
) -> AuditEvent:
    """Append one event to the chain, inside the caller's transaction.

    Raises RuntimeError outside a transaction.
    """
    act = Act(action, actor, context.origin(), subject, case, item, detail)
    (event,) = record_all([act])
    return event


def record_all(acts: Sequence[Act]) -> list[AuditEvent]:
    """Append the events of several acts that are committed together."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs to the transaction of its act.")
    head = AuditHead.objects.select_for_update().get(id=1)
    events = []
    for act in acts:
        event = AuditEvent(
            seq=head.seq + 1,
            at=clock.now(),
            action=act.action,
            actor=str(act.actor or ""),
            sign_in=act.origin.sign_in,
            address=act.origin.address,
            subject=act.subject,
            case=str(act.case or ""),
            item=str(act.item or ""),
            detail=dict(act.detail or {}),
            previous=head.digest,
        )
        event.digest = digest_of(event)
        head.seq, head.digest = event.seq, event.digest
        events.append(event)
    AuditEvent.objects.bulk_create(events)
    AuditHead.objects.filter(id=1).update(seq=head.seq, digest=head.digest)
    return events


@transaction.atomic
def record_read(
    action: str,
    *,
    actor: UUID,
    subject: str,
    case: UUID | None = None,
    item: UUID | None = None,
    detail: Detail | None = None,
) -> None:
    """Append a read event durably, before the first byte is served (R38, P6)."""
    record(action, actor=actor, subject=subject, case=case, item=item, detail=detail)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold."""

    seq: int
    reason: str


def verify() -> Iterator[Break]:
    """Walk the chain from its beginning and yield every break.

    Finds edited, deleted, inserted and swapped rows, and a cut tail against the
    head row; a rewrite of the whole chain shows only against a head kept outside.
    Holds no lock: every page waits for the chain's, so the walk, which takes long,
    ends at the head that it began with.
    """
    seq, digest = 0, GENESIS
    head = AuditHead.objects.get(id=1)
    events = AuditEvent.objects.filter(seq__lte=head.seq).order_by("seq")
    for event in events.iterator(chunk_size=2000):
        if event.seq != seq + 1:
            yield Break(event.seq, f"events {seq + 1} to {event.seq - 1} missing")
        if event.previous != digest:
            yield Break(event.seq, "does not follow from the event before it")
        if event.digest != digest_of(event):
            yield Break(event.seq, "was changed after it was written")
        seq, digest = event.seq, event.digest
    if (head.seq, head.digest) != (seq, digest) or _behind_the_head():
        yield Break(head.seq, f"the head names event {head.seq}, the last is {seq}")


def _behind_the_head() -> bool:
    """Whether there are events after the present head, asked in one statement."""
    present = AuditHead.objects.filter(id=1).values("seq")
    return AuditEvent.objects.filter(seq__gt=present).exists()
