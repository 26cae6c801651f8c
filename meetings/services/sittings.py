"""開催と次第: a sitting from the clerk's draft to the chair's approval (R32)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents.models import Paper
from meetings import preparation, rosters
from meetings.models import AgendaItem, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.services import convocation, invitations
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.models import Body, Case, HouseholdMember
from members.policies import body_facts, case_facts
from members.services import cases
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

State = Sitting.State


@dataclass(frozen=True, slots=True)
class When:
    """From when until when, and where; the place is told in mails (R39)."""

    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What an agenda item says, apart from its body and case."""

    kind: str
    occasion: str
    title: str
    purpose: str
    minutes: int


@transaction.atomic
def create_sitting(*, actor: Actor, key: UUID, body: Body, when: When) -> Sitting:
    """Make a draft with the next number of the body; a repeat with ``key`` is answered.

    Raises InvalidError for a time that is past, too short, or taken by the body.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    known = Sitting.objects.filter(pk=key).first()
    if known is not None:
        return known
    _check(when, body)
    last = body.sittings.aggregate(last=Max("number"))["last"] or 0
    sitting = Sitting.objects.create(
        id=key,
        body=body,
        number=last + 1,
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
    sitting, _access = _locked(actor, sitting, State.DRAFT, State.CONVENED)
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
    same = body.sittings.exclude(state=State.CANCELLED).filter(starts_at=when.starts_at)
    if apart_from is not None:
        same = same.exclude(pk=apart_from.pk)
    if same.exists():
        raise InvalidError(_("この会議体には、同じ日時の会議がもうあります。"))


@transaction.atomic
def cancel_sitting(*, actor: Actor, sitting: Sitting) -> Sitting:
    """Call the sitting off: links end, and everybody told gets a cancellation."""
    sitting, _access = _locked(
        actor, sitting, State.DRAFT, State.SUBMITTED, State.CONVENED
    )
    sitting.state = State.CANCELLED
    sitting.save(update_fields=["state"])
    convocation.call_off(actor, sitting)
    _record("cancel", actor, sitting)
    return sitting


@transaction.atomic
def add_item(  # each is one field of the row
    *,
    actor: Actor,
    key: UUID,
    sitting: Sitting,
    body: Body,
    case: Case | None,
    words: ItemWords,
) -> AgendaItem:
    """Put an item at the end of a draft agenda; a repeat with ``key`` is answered.

    The body decides the regime (R18). Chair and secretariat of the body take their
    seats. Raises InvalidError where body and case do not go together.
    """
    sitting, _access = _locked(actor, sitting, State.DRAFT)
    access = access_for(actor, cases=[case.id] if case else (), items=())
    access.require(Action.CONVENE, body_facts(body))
    if case is not None:
        access.require(Action.CONVENE, case_facts(case))
    known = AgendaItem.objects.filter(pk=key, sitting=sitting).first()
    if known is not None:
        return known
    _check_law(sitting, body, case)
    last = sitting.items.aggregate(last=Max("order"))["last"] or 0
    item = AgendaItem(id=key, sitting=sitting, order=last + 1, body=body, case=case)
    _write(item, words)
    item.save(force_insert=True)
    if case is not None:
        item.about.set(case.household.all())
    invitations.seat_offices(actor, item)
    _record_item("add", actor, item)
    return item


def _check_law(sitting: Sitting, body: Body, case: Case | None) -> None:
    if (case is None) is (Regime(body.regime) is not Regime.NONE):
        raise InvalidError(
            _("支援会議と重層的支援会議の議題には、事例を1つ選んでください。")
            if case is None
            else _("この会議体の議題では、事例を扱いません。")
        )
    units = {sitting.body.unit_id, body.unit_id, case.unit_id if case else None}
    if len(units - {None}) > 1:
        raise InvalidError(_("ほかの圏域の会議体や事例は、この会議では扱えません。"))


@transaction.atomic
def change_item(
    *,
    actor: Actor,
    item: AgendaItem,
    words: ItemWords,
    about: list[HouseholdMember] | None = None,
) -> AgendaItem:
    """Rewrite a draft item; ``about`` narrows it to some of the household."""
    item, _access = _locked_item(actor, item)
    _write(item, words)
    item.save()
    if about is not None and item.case is not None:
        known = set(item.case.household.values_list("id", flat=True))
        chosen = [member for member in about if member.id in known]
        if not chosen:
            raise InvalidError(_("対象になる世帯員を1人以上選んでください。"))
        item.about.set(chosen)
    _record_item("change", actor, item)
    return item


def _write(item: AgendaItem, words: ItemWords) -> None:
    item.kind, item.occasion = words.kind, words.occasion
    item.title, item.purpose = words.title, words.purpose
    item.minutes_allotted = words.minutes


@transaction.atomic
def move_item(*, actor: Actor, item: AgendaItem, step: Literal[-1, 1]) -> None:
    """Let the item change places with the one before (-1) or after (1) it.

    Its neighbours are those the actor can see; at an end nothing happens.
    """
    item, _access = _locked_item(actor, item)
    items = visible_items(actor, item.sitting)
    here = [other.id for other in items].index(item.id)
    if 0 <= here + step < len(items):
        other = items[here + step]
        item.order, other.order = other.order, item.order
        AgendaItem.objects.bulk_update([item, other], ["order"])
        _record_item("move", actor, item)


@transaction.atomic
def remove_item(*, actor: Actor, item: AgendaItem) -> None:
    """Take a draft item off the agenda, with its seats. Papers must go first."""
    item, _access = _locked_item(actor, item)
    if Paper.objects.filter(item_id=item.id).exists():
        raise RefusedError(
            _(
                "この議題には資料があります。先に資料をほかの議題に移すか外してください。"
            )
        )
    for seat in rosters.seats_of([item.id]).get(item.id, []):
        cases.end_seat(actor=actor, seat=seat)
    _record_item("remove", actor, item)
    sitting = item.sitting
    item.delete()
    invitations.settle(actor, sitting)


@transaction.atomic
def submit_agenda(*, actor: Actor, sitting: Sitting) -> Sitting:
    """Hand the draft to the chair. A repeat is harmless."""
    sitting, _access = _locked(actor, sitting, State.DRAFT, State.SUBMITTED)
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
    sitting, _access = _locked(actor, sitting, State.DRAFT, State.SUBMITTED)
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
    sitting, access = _locked(actor, sitting, State.SUBMITTED, State.CONVENED)
    access.require(Action.APPROVE, sitting_facts(sitting, None))
    if sitting.state == State.CONVENED:
        return sitting
    _refuse_if_unready(actor, sitting)
    sitting.state = State.CONVENED
    sitting.approved_by, sitting.approved_at = actor.person, clock.now()
    sitting.presiding = actor.person
    sitting.save()
    invitations.settle(actor, sitting)
    _record("approve", actor, sitting)
    return sitting


def _refuse_if_unready(actor: Actor, sitting: Sitting) -> None:
    found = preparation.findings(sitting, visible_items(actor, sitting))
    blocking = [finding.words for finding in found if finding.blocks]
    if blocking:
        raise RefusedError(" ".join(blocking))


def visible_items(actor: Actor, sitting: Sitting) -> list[AgendaItem]:
    """The sitting's items that the actor may convene, in their order."""
    items = list(sitting.items.select_related("body", "case").prefetch_related("about"))
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    return [i for i in items if access.allows(Action.CONVENE, item_facts(i, actor.id))]


def _locked(
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


def _locked_item(actor: Actor, item: AgendaItem) -> tuple[AgendaItem, Access]:
    sitting, _access = _locked(actor, item.sitting, State.DRAFT)
    found = (
        AgendaItem.objects.select_related("body", "case")
        .filter(pk=item.pk, sitting=sitting)
        .first()
    )
    if found is None:
        raise HiddenError
    found.sitting = sitting
    cases = [found.case_id] if found.case_id else ()
    access = access_for(actor, cases=cases, items=[found.id])
    access.require(Action.CONVENE, item_facts(found, actor.id))
    return found, access


def _record(what: str, actor: Actor, sitting: Sitting) -> None:
    audit.record(
        f"meetings.sitting.{what}", actor=actor.id, subject=f"sitting:{sitting.id}"
    )


def _record_item(what: str, actor: Actor, item: AgendaItem) -> None:
    audit.record(
        f"meetings.item.{what}",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
    )
