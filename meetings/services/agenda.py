"""議題: what is on the agenda of a sitting, in which order and for how long (R18)."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents.models import Paper
from meetings import rosters
from meetings.models import AgendaItem, Sitting
from meetings.policies import item_facts
from meetings.selectors.agenda import visible_items
from meetings.services import invitations
from meetings.services.sittings import lock_sitting
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.grounds import ground_of
from members.models import Body, Case, HouseholdMember
from members.policies import body_facts, case_facts
from members.services import cases
from portal.core import audit
from portal.core.errors import HiddenError, InvalidError, RefusedError

State = Sitting.State


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What an agenda item says, apart from its body and case."""

    kind: str
    occasion: str
    title: str
    purpose: str
    minutes: int


@transaction.atomic
def add_item(  # each is one field of the row
    *,
    actor: Actor,
    key: UUID,
    sitting: Sitting,
    body: Body,
    case: Case | None,
    words: ItemWords,
    regime: Regime | None = None,
) -> AgendaItem:
    """Put an item at the end of a draft agenda; a repeat with ``key`` is answered.

    ``regime`` is asked for where the body's charter admits several (R18). Chair and
    secretariat of the body take their seats. Raises InvalidError where body, case
    and regime do not go together.
    """
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT)
    access = access_for(actor, cases=[case.id] if case else (), items=())
    access.require(Action.CONVENE, body_facts(body))
    if case is not None:
        access.require(Action.CONVENE, case_facts(case, body))
    known = AgendaItem.objects.filter(pk=key, sitting=sitting).first()
    if known is not None:
        return known
    law = _law(sitting, body, case, regime)
    last = sitting.items.aggregate(last=Max("order"))["last"] or 0
    item = AgendaItem(id=key, sitting=sitting, order=last + 1, body=body, case=case)
    item.law, item.ground = law, ground_of(body, law, sitting.starts_at)
    _write(item, words)
    item.save(force_insert=True)
    if case is not None:
        item.about.set(case.household.all())
    invitations.seat_offices(actor, item)
    _record_item("add", actor, item)
    return item


def _law(
    sitting: Sitting, body: Body, case: Case | None, wanted: Regime | None
) -> Regime:
    """The law of a new item; what names no household stands under none."""
    units = {sitting.body.unit_id, body.unit_id, case.unit_id if case else None}
    if len(units - {None}) > 1:
        raise InvalidError(_("ほかの圏域の会議体や事例は、この会議では扱えません。"))
    if case is None:
        return Regime.NONE
    admitted = body.rules_at(sitting.starts_at).regimes
    if not admitted:
        raise InvalidError(_("この会議体の議題では、事例を扱いません。"))
    if wanted is None and len(admitted) > 1:
        raise InvalidError(_("同意のもとで扱うかどうかを選んでください。"))
    law = wanted or min(admitted)
    if law not in admitted:
        raise InvalidError(
            _(
                "この会議体の要綱では、この扱いの議題を置けません。設定をお確かめください。"
            )
        )
    return law


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


def _locked_item(actor: Actor, item: AgendaItem) -> tuple[AgendaItem, Access]:
    sitting, _access = lock_sitting(actor, item.sitting, State.DRAFT)
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


def _record_item(what: str, actor: Actor, item: AgendaItem) -> None:
    audit.record(
        f"meetings.item.{what}",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
    )
