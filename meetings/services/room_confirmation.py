"""前回会議録の確認: earlier records, confirmed aloud in the room of an item."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.models import AgendaItem, Confirmation, Presence
from meetings.policies import item_facts
from meetings.records import Record
from meetings.selectors.earlier_records import earlier_in_round
from meetings.services.records import archive_if_complete, locked, refuse_unanswered
from members.access import Actor, access_for
from members.facts import Action
from members.models import Person
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError


@transaction.atomic
def confirm_in_room(
    *, actor: Actor, item: AgendaItem, record_of: UUID, digest: str
) -> list[Person]:
    """Note that the signatories in the room have confirmed one earlier record.

    By who presides, and for those alone who are in the room of ``item`` and might
    confirm the record themselves; the others do it on their own page. Returns for
    whom it was noted. Raises RefusedError when nobody of them is here.
    """
    _require_open(actor, item)
    if record_of not in {row.item_id for row in earlier_in_round(item)}:
        raise HiddenError
    record = locked(actor, record_of, Action.CONFIRM_MINUTES)
    if digest != record.digest:
        raise RefusedError(
            _(
                "表示のあとに内容が変わりました。新しい案をお読みのうえ、確認してください。"
            )
        )
    refuse_unanswered(record)
    people = _who_confirms(record, _here(item))
    if not people:
        raise RefusedError(_("この会議録を確認する人が、入室していません。"))
    Confirmation.objects.bulk_create(
        Confirmation(
            minutes=record.minutes,
            version=record.minutes.version,
            person=person,
            presiding=person.id == record.presiding_id,
            in_item=item,
            at=clock.now(),
            text_digest=digest,
        )
        for person in people
    )
    for person in people:
        audit.record(
            "meetings.minutes.confirm_aloud",
            actor=actor.id,
            subject=f"person:{person.id}",
            case=record.item.case_id,
            item=record.item.id,
            detail={"version": record.minutes.version, "in_item": str(item.id)},
        )
    archive_if_complete(actor, record_of)
    return people


def _require_open(actor: Actor, item: AgendaItem) -> None:
    access = access_for(actor, cases=(), items=[item.id])
    access.require(Action.CONVENE, item_facts(item, actor.id))
    if item.kind != AgendaItem.Kind.RECORDS:
        raise HiddenError
    if item.state != AgendaItem.State.OPEN:
        raise RefusedError(_("議題を始めてから、確認を記録してください。"))


def _here(item: AgendaItem) -> set[UUID]:
    inside = Presence.objects.filter(item=item, ends_at=None)
    return set(inside.values_list("person_id", flat=True))


def _who_confirms(record: Record, here: set[UUID]) -> list[Person]:
    """The missing signatories who are here and may confirm, in the body's order."""
    accesses = rosters.standing(record.missing, items=[record.item])
    found = []
    for person in record.missing:
        thing = record.thing(person.id)
        may = accesses[person.id].allows(Action.CONFIRM_MINUTES, thing)
        if person.id in here and may:
            found.append(person)
        elif record.awaited != record.missing:
            break  # in the body's order nobody comes before the one who is not here
    return found
