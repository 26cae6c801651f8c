"""会議室: who came, who is in the room for which item, opening and closing (R18)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.live import bell
from meetings.models import AgendaItem, Invitation, Presence, Sitting, Turn
from meetings.policies import item_facts, sitting_facts
from meetings.services import record_mail
from members.access import Actor, access_for
from members.facts import Action, Answer, Role
from members.filters import holding_at
from members.models import Person, Seat
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

State = AgendaItem.State
# Oneself one checks in on the day only, from an hour before the beginning.
DOORS_OPEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """An item that was opened, and the checked-in people whom it kept outside."""

    item: AgendaItem
    admitted: tuple[Person, ...]
    kept_out: tuple[Person, ...]


@transaction.atomic
def check_in(*, actor: Actor, sitting: Sitting, person: Person) -> Invitation:
    """Note that ``person`` has come; the secretariat does it for others.

    Opens nothing by itself: the items open one by one. A repeat is answered.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("sitting__body")
        .filter(sitting=sitting.pk, person=person.pk, withdrawn_at=None)
        .first()
    )
    if invitation is None:
        raise HiddenError
    _may_check_in(actor, invitation)
    _note_arrival(actor, invitation)
    return invitation


def _note_arrival(actor: Actor, invitation: Invitation) -> None:
    if invitation.checked_in_at is not None:
        return
    invitation.checked_in_at = clock.now()
    invitation.save(update_fields=["checked_in_at"])
    subject, person = f"sitting:{invitation.sitting_id}", invitation.person_id
    _record("check_in", actor, subject, person=person)
    bell.after_commit(invitation.sitting_id, standing=True)


def _may_check_in(actor: Actor, invitation: Invitation) -> None:
    sitting = invitation.sitting
    items = list(sitting.items.select_related("body").prefetch_related("about"))
    access = access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )
    own = invitation.person_id == actor.id
    if access.allows(Action.CONVENE, sitting_facts(sitting, None)):
        people = rosters.people_in_sight(access, items)[sitting.id]
        if own or invitation.person_id in people:
            return
        raise HiddenError
    bodies = {item.body_id for item in items}
    answer = rosters.notice_answer(access, sitting, invitation, bodies)
    if not own or answer is not Answer.ALLOW:
        raise HiddenError
    now = clock.now()
    if sitting.state != Sitting.State.CONVENED:
        raise RefusedError(_("この会議は、受付をしていません。"))
    if not sitting.starts_at - DOORS_OPEN <= now < sitting.ends_at:
        raise RefusedError(_("受付は、開始の1時間前から終了までです。"))


@transaction.atomic
def admit(*, actor: Actor, item: AgendaItem, person: Person) -> Presence:
    """Show somebody into the room for an open item. Needs a seat and the pledge.

    Who was not checked in yet has come now: latecomers and guests need one press.
    """
    item = convened_item(actor=actor, item=item)
    if item.state != State.OPEN:
        raise RefusedError(_("議題を始めてから、入室を認めてください。"))
    present = rosters.inside(item).filter(person=person.pk).first()
    if present is not None:
        return present
    (admitted, _kept_out) = _let_in(actor, item, {person.pk})
    if not admitted:
        raise RefusedError(
            _(
                "%(name)sさんは、この議題に入室できません。"
                "名簿と守秘義務の誓約を確かめてください。"
            )
            % {"name": person.name}
        )
    for invitation in Invitation.objects.filter(
        sitting=item.sitting_id, person=person.pk, withdrawn_at=None
    ):
        _note_arrival(actor, invitation)
    bell.after_commit(item.sitting_id, standing=True)
    return admitted[0]


@transaction.atomic
def show_out(*, actor: Actor, item: AgendaItem, person: Person) -> None:
    """End somebody's presence. What they see of the item ends with it."""
    item = convened_item(actor=actor, item=item)
    if rosters.inside(item).filter(person=person.pk).update(ends_at=clock.now()):
        Turn.objects.filter(item=item, person=person.pk).delete()
        _record("show_out", actor, f"item:{item.pk}", item, person=person.pk)
        bell.after_commit(item.sitting_id, standing=True)


@transaction.atomic
def open_item(*, actor: Actor, item: AgendaItem) -> Opened:
    """Begin an item: every member seated on it who has come is shown in.

    Guests wait until they are called (R16). The item that was open is closed with
    it, so whoever does not sit on the next one is shown out. A closed item can be
    opened again. A repeat is answered.
    """
    item = convened_item(actor=actor, item=item)
    if item.sitting.state != Sitting.State.CONVENED:
        raise RefusedError(_("招集中の会議だけ、議題を始められます。"))
    others = AgendaItem.objects.filter(sitting=item.sitting_id, state=State.OPEN)
    for other in others.exclude(pk=item.pk).order_by("id"):
        close_item(actor=actor, item=other)
    if item.state == State.CARRIED:
        raise RefusedError(_("この議題は、次回へ持ち越しました。"))
    if item.state != State.OPEN:
        item.state, item.closed_at = State.OPEN, None
        item.opened_at = item.opened_at or clock.now()
        item.save(update_fields=["state", "opened_at", "closed_at"])
        _record("open", actor, f"item:{item.pk}", item)
    here = Invitation.objects.filter(
        sitting=item.sitting_id, withdrawn_at=None, checked_in_at__isnull=False
    )
    members = set(here.values_list("person_id", flat=True)) - _guests(item)
    admitted, kept_out = _let_in(actor, item, members)
    _note_presiding(item)
    bell.after_commit(item.sitting_id, standing=True)
    return Opened(item, tuple(p.person for p in admitted), kept_out)


@transaction.atomic
def close_item(*, actor: Actor, item: AgendaItem) -> AgendaItem:
    """End an item and every presence in it."""
    item = convened_item(actor=actor, item=item)
    if item.state == State.OPEN:
        item.state, item.closed_at = State.CLOSED, clock.now()
        item.save(update_fields=["state", "closed_at"])
        rosters.inside(item).update(ends_at=item.closed_at)
        Turn.objects.filter(item=item).delete()
        _record("close", actor, f"item:{item.pk}", item)
        bell.after_commit(item.sitting_id, standing=True)
    return item


@transaction.atomic
def close_sitting(*, actor: Actor, sitting: Sitting) -> Sitting:
    """End the meeting once no item is being talked about; who came is told (R39)."""
    sitting = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("body")
        .get(pk=sitting.pk)
    )
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_facts(sitting, None))
    if sitting.state == Sitting.State.CLOSED:
        return sitting
    if sitting.state != Sitting.State.CONVENED:
        raise RefusedError(_("招集中の会議だけ、終了できます。"))
    if sitting.items.filter(state=State.OPEN).exists():
        raise RefusedError(_("協議中の議題を終えてから、会議を終了してください。"))
    sitting.state, sitting.closed_at = Sitting.State.CLOSED, clock.now()
    sitting.save(update_fields=["state", "closed_at"])
    _record("close", actor, f"sitting:{sitting.pk}")
    record_mail.tell_of_summary(actor, sitting)
    bell.after_commit(sitting.pk, standing=True)
    return sitting


def convened_item(*, actor: Actor, item: AgendaItem) -> AgendaItem:
    """The item, locked, for somebody who may convene it; 404 for anybody else."""
    item = (
        AgendaItem.objects.select_for_update(of=("self",))
        .select_related("body", "sitting__body")
        .get(pk=item.pk)
    )
    cases = [item.case_id] if item.case_id else ()
    access = access_for(actor, cases=cases, items=[item.pk])
    access.require(Action.CONVENE, item_facts(item, actor.id))
    return item


def _guests(item: AgendaItem) -> set[UUID]:
    seats = Seat.objects.filter(
        holding_at(clock.now()), item_id=item.pk, role=Role.GUEST
    )
    return set(seats.values_list("person_id", flat=True))


def _let_in(
    actor: Actor, item: AgendaItem, ids: Collection[UUID]
) -> tuple[list[Presence], tuple[Person, ...]]:
    """Show in those who could follow the item once inside; the others stay out."""
    already = set(rosters.inside(item).values_list("person_id", flat=True))
    people = [
        seat.person
        for seat in rosters.seats_of([item.pk])[item.pk]
        if seat.person_id in ids and seat.person_id not in already
    ]
    accesses = rosters.standing(people, items=[item])
    now = clock.now()
    admitted, kept_out = [], []
    for person in dict.fromkeys(people):
        if not rosters.would_follow(accesses[person.pk], item):
            kept_out.append(person)
            continue
        presence = Presence.objects.create(
            item=item, person=person, starts_at=now, admitted_by=actor.person
        )
        admitted.append(presence)
        _record("admit", actor, f"item:{item.pk}", item, person=person.pk)
    return admitted, tuple(kept_out)


def _note_presiding(item: AgendaItem) -> None:
    """The chair in the room for the first item presides over the sitting."""
    if item.sitting.presiding_id is not None:
        return
    here = rosters.inside(item).values("person")
    chair = Seat.objects.filter(
        holding_at(clock.now()), item_id=item.pk, role=Role.CHAIR, person__in=here
    ).first()
    if chair is not None:
        Sitting.objects.filter(pk=item.sitting_id).update(presiding=chair.person_id)


def _record(
    act: str,
    actor: Actor,
    subject: str,
    item: AgendaItem | None = None,
    person: UUID | None = None,
) -> None:
    audit.record(
        f"meetings.room.{act}",
        actor=actor.id,
        subject=subject,
        case=item.case_id if item else None,
        item=item.pk if item else None,
        detail={"person": str(person)} if person else {},
    )
