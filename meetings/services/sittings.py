"""開催と次第: a sitting from the clerk's draft to the chair's approval (R32)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import numbering, preparation
from meetings.findings import UnreadyError
from meetings.models import Sitting
from meetings.policies import sitting_facts
from meetings.selectors.agenda import visible_items
from meetings.services import convocation, invitations
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body, Charter, Person
from members.offices import presiding_of
from members.policies import body_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before

State = Sitting.State


@dataclass(frozen=True, slots=True)
class When:
    """From when until when, and where; the place is told in mails (R39)."""

    starts_at: datetime
    ends_at: datetime
    place: str


@transaction.atomic
def create_sitting(*, actor: Actor, key: UUID, body: Body, when: When) -> Sitting:
    """Make a draft with the next number of the body; a repeat with ``key`` is answered.

    Raises InvalidError for a time that is past, too short, or taken by the body.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    known = made_before(Sitting, key, body=body)
    if known is not None:
        return known
    _check(when, body)
    sitting = Sitting.objects.create(
        id=key,
        body=body,
        number=numbering.next_number(body),
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=when.place,
        created_by=actor.person,
    )
    _record("create", actor, sitting)
    return sitting


@transaction.atomic
def change_sitting(*, actor: Actor, sitting: Sitting, when: When) -> Sitting:
    """Set date, time and place. After convening, everybody told is told again.

    A change of time asks for the answers anew; links are made new, so that their
    end follows the sitting.
    """
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT, State.CONVENED)
    old = When(sitting.starts_at, sitting.ends_at, sitting.place)
    if when == old:
        return sitting
    _check(when, sitting.body, apart_from=sitting)
    sitting.starts_at, sitting.ends_at = when.starts_at, when.ends_at
    sitting.place = when.place
    sitting.save(update_fields=["starts_at", "ends_at", "place"])
    moved = (old.starts_at, old.ends_at) != (when.starts_at, when.ends_at)
    if sitting.state == State.CONVENED:
        convocation.tell_of_change(actor, sitting, ask_again=moved)
    _record("change", actor, sitting)
    return sitting


def _check(when: When, body: Body, apart_from: Sitting | None = None) -> None:
    if when.ends_at <= when.starts_at:
        raise InvalidError(_("終了は、開始より後の時刻にしてください。"))
    if when.starts_at <= clock.now():
        raise InvalidError(_("開始は、これからの日時にしてください。"))
    if not body.exists_on(clock.day_of(when.starts_at)):
        raise InvalidError(_("この会議体が設置されている期間の中の日にしてください。"))
    same = body.sittings.exclude(state=State.CANCELLED).filter(starts_at=when.starts_at)
    if apart_from is not None:
        same = same.exclude(pk=apart_from.pk)
    if same.exists():
        raise InvalidError(_("この会議体には、同じ日時の会議がもうあります。"))


@transaction.atomic
def cancel_sitting(*, actor: Actor, sitting: Sitting) -> Sitting:
    """Call the sitting off: links end, and everybody told gets a cancellation."""
    sitting, _access = lock_sitting(
        actor, sitting, State.DRAFT, State.SUBMITTED, State.CONVENED
    )
    sitting.state = State.CANCELLED
    sitting.save(update_fields=["state"])
    convocation.call_off(actor, sitting)
    _record("cancel", actor, sitting)
    return sitting


@transaction.atomic
def submit_agenda(*, actor: Actor, sitting: Sitting) -> Sitting:
    """Hand the draft to the chair. A repeat is harmless."""
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT, State.SUBMITTED)
    if sitting.state == State.SUBMITTED:
        return sitting
    _refuse_if_unready(actor, sitting)
    sitting.state, sitting.returned_note = State.SUBMITTED, ""
    sitting.save(update_fields=["state", "returned_note"])
    _record("submit", actor, sitting)
    return sitting


@transaction.atomic
def send_back(*, actor: Actor, sitting: Sitting, note: str) -> Sitting:
    """Make the agenda a draft again: the chair with a note, or the clerk to mend it."""
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT, State.SUBMITTED)
    if sitting.state == State.SUBMITTED:
        sitting.state, sitting.returned_note = State.DRAFT, note
        sitting.save(update_fields=["state", "returned_note"])
        _record("send_back", actor, sitting)
    return sitting


@transaction.atomic
def approve_agenda(*, actor: Actor, sitting: Sitting) -> Sitting:
    """The chair approves: in the same transaction everybody is called together.

    A repeat is harmless: nobody is told twice. Raises RefusedError while something
    that blocks is missing.
    """
    sitting, access = lock_sitting(actor, sitting, State.SUBMITTED, State.CONVENED)
    access.require(Action.APPROVE, sitting_facts(sitting, None))
    if sitting.state == State.CONVENED:
        return sitting
    _refuse_if_unready(actor, sitting)
    sitting.state = State.CONVENED
    sitting.approved_by, sitting.approved_at = actor.person, clock.now()
    sitting.presiding = sitting.presiding or _presiding(sitting, actor)
    sitting.save()
    invitations.settle(actor, sitting)
    _record("approve", actor, sitting)
    return sitting


def _presiding(sitting: Sitting, actor: Actor) -> Person | None:
    """The head leads, whoever has called; without such an office the convener."""
    rules = sitting.body.rules_at(sitting.starts_at)
    if rules.head_rule == Charter.HeadRule.NONE:
        return actor.person
    return presiding_of(sitting.body, sitting.starts_at)


def _refuse_if_unready(actor: Actor, sitting: Sitting) -> None:
    found = preparation.findings(sitting, visible_items(actor, sitting))
    blocking = [finding for finding in found if finding.blocks]
    if blocking:
        raise UnreadyError(blocking)


def lock_sitting(
    actor: Actor, sitting: Sitting, *states: Sitting.State
) -> tuple[Sitting, Access]:
    """The sitting under its lock, once the actor may convene it in such a state."""
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("body__unit")
    found = rows.filter(pk=sitting.pk).first()
    if found is None:
        raise HiddenError
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_facts(found, None))
    if found.state not in states:
        raise RefusedError(
            _("この会議はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": found.get_state_display()}
        )
    return found, access


def _record(what: str, actor: Actor, sitting: Sitting) -> None:
    audit.record(
        f"meetings.sitting.{what}", actor=actor.id, subject=f"sitting:{sitting.id}"
    )
