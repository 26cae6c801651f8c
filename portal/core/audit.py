"""The audit trail: what was read and changed, chained by SHA-256.

``record`` belongs inside the transaction of the act itself: if the event cannot
be written, the act does not happen (R38). Call it as the last write, because it
holds the chain's lock until commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from portal.core import chain, clock, context
from portal.core.models import AuditEvent, AuditHead

Detail = Mapping[str, str | int | bool | None]


def as_text(event: AuditEvent) -> chain.Event:
    """An event as the chain and its exports read it."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "action": event.action,
        "actor": event.actor,
        "sign_in": event.sign_in,
        "address": event.address,
        "subject": event.subject,
        "case": event.case,
        "item": event.item,
        "detail": event.detail,
        "previous": event.previous,
        "digest": event.digest,
    }


def digest_of(event: AuditEvent) -> str:
    """The digest of every field of ``event`` and of the link before it."""
    body = chain.body_of(as_text(event))
    return chain.digest(event.seq, body, event.previous)


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
    events = [_unlinked(act) for act in acts]
    if connection.vendor == "postgresql":
        _append_at_once(events)
    else:
        _append(events)
    return events


def _unlinked(act: Act) -> AuditEvent:
    return AuditEvent(
        at=clock.now(),
        action=act.action,
        actor=str(act.actor or ""),
        sign_in=act.origin.sign_in,
        address=act.origin.address,
        subject=act.subject,
        case=str(act.case or ""),
        item=str(act.item or ""),
        detail=dict(act.detail or {}),
    )


def _append(events: Sequence[AuditEvent]) -> None:
    head = AuditHead.objects.select_for_update().get(id=1)
    for event in events:
        event.seq, event.previous = head.seq + 1, head.digest
        event.digest = digest_of(event)
        head.seq, head.digest = event.seq, event.digest
    AuditEvent.objects.bulk_create(events)
    AuditHead.objects.filter(id=1).update(seq=head.seq, digest=head.digest)


# Lock, link, insert and move the head in one call: everybody waits for this lock, and
# between two statements it would be held for nothing. It is an advisory lock, which
# queues those who wait; on the head's row each commit would wake all of them.
_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_append(
    bodies text[], ats timestamptz[], actions text[], actors text[], sign_ins text[],
    addresses text[], subjects text[], cases text[], items text[], details jsonb[]
) RETURNS TABLE (own_seq bigint, own_previous text, own_digest text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'4B6173616E65'::bigint);  -- 'Kasane' in ASCII
    SELECT seq, digest INTO own_seq, own_digest FROM core_audithead WHERE id = 1;
    IF NOT FOUND THEN RETURN; END IF;
    FOR n IN 1 .. cardinality(bodies) LOOP
        own_seq := own_seq + 1;
        own_previous := own_digest;
        own_digest := encode(sha256(convert_to(
            '[' || own_seq || ',' || bodies[n] || ',"' || own_previous || '"]', 'UTF8'
        )), 'hex');
        INSERT INTO core_auditevent (
            seq, at, action, actor, sign_in, address, subject, "case", item, detail,
            previous, digest
        ) VALUES (
            own_seq, ats[n], actions[n], actors[n], sign_ins[n], addresses[n],
            subjects[n], cases[n], items[n], details[n], own_previous, own_digest
        );
        RETURN NEXT;
    END LOOP;
    UPDATE core_audithead SET seq = own_seq, digest = own_digest WHERE id = 1;
END $$
"""
_APPEND = """
SELECT * FROM audit_append(
    %(body)s::text[], %(at)s::timestamptz[], %(action)s::text[], %(actor)s::text[],
    %(sign_in)s::text[], %(address)s::text[], %(subject)s::text[], %(case)s::text[],
    %(item)s::text[], %(detail)s::jsonb[]
)
"""
_COLUMNS = (
    "at",
    "action",
    "actor",
    "sign_in",
    "address",
    "subject",
    "case",
    "item",
)


def install(**kwargs: object) -> None:
    """Give the database its part of appending, where it has one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FUNCTION)


def _append_at_once(events: Sequence[AuditEvent]) -> None:
    given = {name: [getattr(e, name) for e in events] for name in _COLUMNS}
    texts = {
        "body": [chain.body_of(as_text(event)) for event in events],
        "detail": [chain.canonical(event.detail) for event in events],
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, {**given, **texts})
        links = cursor.fetchall()
    if len(links) != len(events):
        raise AuditHead.DoesNotExist
    for event, link in zip(events, links, strict=True):
        event.seq, event.previous, event.digest = link


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


def verify(walk: chain.Walk | None = None) -> Iterator[chain.Finding]:
    """Walk the chain from its beginning and yield whatever does not hold.

    Finds edited, deleted, inserted and swapped rows, and a cut tail against the head
    row; a rewrite of the whole chain shows on a walk past heads kept outside.
    Holds no lock: every page waits for the chain's, so the walk, which takes long,
    ends at the head that it began with.
    """
    walk = walk or chain.Walk()
    head = AuditHead.objects.get(id=1)
    events = AuditEvent.objects.filter(seq__lte=head.seq).order_by("seq")
    yield from walk.over(map(as_text, events.iterator(chunk_size=2000)))
    if (head.seq, head.digest) != (walk.seq, walk.digest) or _behind_the_head():
        reason = f"the head names event {head.seq}, the last is {walk.seq}"
        yield chain.Finding(head.seq, reason)


def export() -> Iterator[str]:
    """Every event as a line, up to the head of this moment."""
    reached = AuditHead.objects.get(id=1).seq
    events = AuditEvent.objects.filter(seq__lte=reached).order_by("seq")
    return (chain.event_line(as_text(e)) for e in events.iterator(chunk_size=2000))


def _behind_the_head() -> bool:
    """Whether there are events after the present head, asked in one statement."""
    present = AuditHead.objects.filter(id=1).values("seq")
    return AuditEvent.objects.filter(seq__gt=present).exists()
