"""議題: what is on the agenda of a sitting, in which order and for how long (R18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings import agenda, preparation, rosters
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
from portal.core.repeats import made_before

State = Sitting.State


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What an agenda item says, apart from its body and case."""

    kind: str
    occasion: str
    title: str
    purpose: str
    minutes: int
    points: str = ""


@dataclass(frozen=True, slots=True)
class TimeBox:
    """An item's place in an order and the minutes it gets there."""

    item: UUID
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

    Without points to talk about it takes those of the body's template. ``regime`` is
    asked for where the body's charter admits several (R18). Chair and secretariat of
    the body take their seats. Raises InvalidError where body, case and regime do not
    go together.
    """
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT)
    access = access_for(actor, cases=[case.id] if case else (), items=())
    access.require(Action.CONVENE, body_facts(body))
    if case is not None:
        access.require(Action.CONVENE, case_facts(case, body))
    known = made_before(AgendaItem, key, sitting=sitting)
    if known is not None:
        return known
    law = _law(sitting, body, case, regime)
    last = sitting.items.aggregate(last=Max("order"))["last"] or 0
    item = AgendaItem(id=key, sitting=sitting, order=last + 1, body=body, case=case)
    item.law, item.ground = law, ground_of(body, law, sitting.starts_at)
    _write(item, _with_points(words, body, has_case=case is not None))
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
        raise InvalidError(
            _("同意のもとで扱うかどうかを選んでください。"), field="regime"
        )
    law = wanted or min(admitted)
    if law not in admitted:
        raise InvalidError(
            _(
                "この会議体の要綱では、この扱いの議題を置けません。設定をお確かめください。"
            )
        )
    return law


def _with_points(words: ItemWords, body: Body, *, has_case: bool) -> ItemWords:
    if words.points:
        return words
    subject = agenda.subject_of(words.kind, words.occasion, has_case=has_case)
    return replace(words, points=agenda.points_of(body).get(subject, ""))


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
    item.points = words.points
    item.minutes_allotted = words.minutes


@transaction.atomic
def order_items(
    *, actor: Actor, sitting: Sitting, seen: str, boxes: Sequence[TimeBox]
) -> None:
    """Give a draft's items the order and the minutes of ``boxes``.

    ``seen`` is the stamp of what the actor was shown. Raises RefusedError where
    somebody else has changed the agenda since. Items that the actor cannot see keep
    their places. A repeat is harmless.
    """
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT)
    items = {item.id: item for item in visible_items(actor, sitting)}
    if [(b.item, b.minutes) for b in boxes] == [
        (item.id, item.minutes_allotted) for item in items.values()
    ]:
        return
    if seen != agenda.stamp(list(items.values())) or sorted(items) != sorted(
        box.item for box in boxes
    ):
        raise RefusedError(
            _(
                "ほかの画面で次第が変わりました。"
                "いまの次第を確かめて、もう一度直してください。"
            )
        )
    places = sorted(item.order for item in items.values())
    for box, place in zip(boxes, places, strict=True):
        items[box.item].order = place
        items[box.item].minutes_allotted = box.minutes
    AgendaItem.objects.bulk_update(items.values(), ["order", "minutes_allotted"])
    audit.record(
        "meetings.agenda.order",
        actor=actor.id,
        subject=f"sitting:{sitting.id}",
        detail={"items": " ".join(str(box.item) for box in boxes)},
    )


@transaction.atomic
def remove_item(*, actor: Actor, item: AgendaItem) -> None:
    """Take a draft item off the agenda, with its seats. Papers must go first.

    An item that was carried over waits again where it came from.
    """
    item, _access = _locked_item(actor, item)
    at_hand, _taxed = preparation.papers_of([item])
    if at_hand[item.id]:
        raise RefusedError(_("この議題には資料があります。先に取り下げてください。"))
    for seat in rosters.seats_of([item.id]).get(item.id, []):
        cases.end_seat(actor=actor, seat=seat)
    _record_item("remove", actor, item)
    sitting, source = item.sitting, item.carried_from
    item.delete()
    if source is not None and source.state == AgendaItem.State.CARRIED:
        source.state = AgendaItem.State.PENDING
        source.save(update_fields=["state"])
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
