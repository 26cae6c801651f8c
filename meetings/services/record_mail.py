"""Who is told of a summary or a record: its round, corrections, what is missing."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from meetings import notices, record_notices, records, rosters
from meetings.models import Minutes, Presence, Sitting
from meetings.policies import item_facts, summary_facts
from meetings.record_notices import Facts, Occasion
from meetings.records import Record
from meetings.services.convocation import links_end
from meetings.services.own_links import ways_in
from members.access import Actor, access_for
from members.facts import Action, Role
from members.models import Person
from portal.core import audit, clock, outbox
from portal.core.errors import RefusedError

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
    due = record.minutes.due_on if occasion in _AWAITING else None
    for person in told:
        _record(actor, record, person, occasion)
    return _send(actor, record.item.sitting, told, occasion, due)


def tell_of_summary(actor: Actor, sitting: Sitting) -> int:
    """Mail those whose summary is there now, once the sitting is closed; how many."""
    items = list(sitting.items.select_related("body").prefetch_related("about"))
    stays = Presence.objects.filter(item__in=items).select_related(
        "person__organization"
    )
    presences = list(stays)
    came = {p.person_id: p.person for p in presences if p.person_id != actor.id}
    standing = rosters.standing(list(came.values()), items=items)
    told = [
        person
        for key, person in came.items()
        if person.email
        and any(
            standing[key].allows(
                Action.READ, summary_facts(item, sitting, key, presences)
            )
            for item in items
        )
    ]
    for person in told:
        audit.record(
            "meetings.summary.tell",
            actor=actor.id,
            subject=f"person:{person.id}",
        )
    return _send(actor, sitting, told, Occasion.SUMMARY)


def _send(
    actor: Actor,
    sitting: Sitting,
    people: Sequence[Person],
    occasion: Occasion,
    due_on: date | None = None,
) -> int:
    """Each their own mail, with their own way in; how many."""
    if not people:
        return 0
    ways = ways_in(actor, sitting, people, links_end(sitting))
    letters = []
    for person in people:
        subject, body = record_notices.compose(
            occasion,
            Facts(
                serial=notices.serial_of(sitting.starts_at, sitting.number),
                name=person.name,
                way=ways[person.id],
                due_on=due_on,
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


@transaction.atomic
def remind(*, actor: Actor, item_id: UUID) -> int:
    """Ask those again now whose confirmation is awaited; how many mails.

    For who convenes the item. Raises RefusedError where asking again would not help.
    """
    record = records.load(item_id, lock=True)
    item, minutes = record.item, record.minutes
    cases = [item.case_id] if item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    access.require(Action.CONVENE, item_facts(item, actor.id))
    if minutes.state != Minutes.State.ROUND or not record.awaited:
        raise RefusedError(_("確認を待っている人はいません。"))
    if record.open_corrections:
        raise RefusedError(
            _("回答していない修正の申し出があります。先に回答してください。")
        )
    if minutes.reminded_at and minutes.reminded_at > clock.day_start(clock.today()):
        raise RefusedError(_("今日はもうお願いしています。明日以降に送ってください。"))
    told = tell(actor, record, record.awaited, Occasion.REMINDED)
    if not told:
        raise RefusedError(
            _("メールで送れる人がいません。電話などで確認をお願いしてください。")
        )
    minutes.reminded_at = clock.now()
    minutes.save(update_fields=["reminded_at"])
    return told


def _record(actor: Actor, record: Record, person: Person, occasion: Occasion) -> None:
    audit.record(
        "meetings.minutes.tell",
        actor=actor.id,
        subject=f"person:{person.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"occasion": occasion.value},
    )
