"""Who is told of a record: of its round, of corrections, of what is still missing."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from meetings import notices, record_notices, records, rosters
from meetings.models import Minutes
from meetings.record_notices import Facts, Occasion
from meetings.records import Record
from meetings.services.own_links import ways_in
from members.access import Actor
from members.facts import Action, Role
from members.models import Person
from portal.core import audit, clock, outbox

# Who has not confirmed is asked again shortly before the day, then once a week.
REMIND_BEFORE = timedelta(days=3)
REMIND_EVERY = timedelta(days=7)


def tell(
    actor: Actor, record: Record, people: Iterable[Person], occasion: Occasion
) -> int:
    """Mail those who could read the record now; how many.

    The caller has asked whether the actor may. Nobody is told of their own act.
    """
    asked = {p.id: p for p in people if p.email and p.id != actor.id}
    standing = rosters.standing(list(asked.values()), items=[record.item])
    told = [
        person
        for key, person in asked.items()
        if standing[key].allows(Action.READ, record.thing(key))
    ]
    if not told:
        return 0
    sitting, due = record.item.sitting, record.minutes.due_on
    last = max(due or clock.today(), clock.today() + REMIND_EVERY)
    ways = ways_in(actor, sitting, told, clock.day_end(last))
    awaits = occasion in _AWAITING
    letters = []
    for person in told:
        subject, body = record_notices.compose(
            occasion,
            Facts(
                serial=notices.serial_of(sitting.starts_at, sitting.number),
                name=person.name,
                way=ways[person.id],
                due_on=due if awaits else None,
            ),
        )
        letters.append(
            outbox.Letter(
                person=person.id,
                address=person.email,
                subject=subject,
                body=body,
                about=ways[person.id].about,
            )
        )
        _record(actor, record, person, occasion)
    outbox.queue_all(letters)
    return len(letters)


_AWAITING = {Occasion.ROUND, Occasion.REMINDED, Occasion.REOPENED}


def tell_secretariat(actor: Actor, record: Record) -> int:
    """Mail the body's secretariat that a correction is asked for."""
    holders = rosters.office_holders(record.item.body)
    clerks = [p for p, role in holders.items() if role is Role.SECRETARIAT]
    return tell(actor, record, clerks, Occasion.ASKED)


def attendees(record: Record) -> list[Person]:
    """Everybody who was in the room for the item, once each."""
    return list({p.person_id: p.person for p in record.presences}.values())


def remind_due() -> int:
    """Ask those again whose confirmation is awaited; how many mails were queued.

    It is done for the one who circulated the record, while they keep it (R37).
    """
    now = clock.now()
    rows = Minutes.objects.filter(
        Q(reminded_at=None) | Q(reminded_at__lte=now - REMIND_EVERY),
        state=Minutes.State.ROUND,
        circulated_by__isnull=False,
        due_on__lte=clock.today() + REMIND_BEFORE,
    )
    return sum(_remind(item) for item in list(rows.values_list("item_id", flat=True)))


@transaction.atomic
def _remind(item_id: UUID) -> int:
    record = records.load(item_id, lock=True)
    minutes = record.minutes
    recent = minutes.reminded_at and minutes.reminded_at > clock.now() - REMIND_EVERY
    clerk = minutes.circulated_by
    if clerk is None or minutes.state != Minutes.State.ROUND:
        return 0
    if recent or record.open_corrections:
        return 0
    standing = rosters.standing([clerk], items=[record.item])[clerk.id]
    if not standing.allows(Action.RELEASE, record.thing(clerk.id)):
        return 0
    minutes.reminded_at = clock.now()
    minutes.save(update_fields=["reminded_at"])
    return tell(Actor(clerk), record, record.awaited, Occasion.REMINDED)


def _record(actor: Actor, record: Record, person: Person, occasion: Occasion) -> None:
    audit.record(
        "meetings.minutes.tell",
        actor=actor.id,
        subject=f"person:{person.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"occasion": occasion.value},
    )
