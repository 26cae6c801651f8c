"""会議体の層: up to the parent body and down again; joint sittings (R12, R17)."""

import uuid
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import numbering, rosters
from meetings.models import AgendaItem, CarryUp, JointSitting, ResourceGap, Sitting
from meetings.policies import carry_facts, gap_facts, item_facts, sitting_facts
from meetings.services import agenda
from meetings.services.agenda import ItemWords
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Case
from members.policies import body_facts
from members.services import cases
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before

CARRIED_MINUTES = 20


@dataclass(frozen=True, slots=True)
class CarryWords:
    """What the parent body is asked, and whether the case itself goes up with it."""

    title: str
    purpose: str
    with_case: bool


@transaction.atomic
def carry_up(
    *,
    actor: Actor,
    key: UUID,
    source: AgendaItem | ResourceGap,
    words: CarryWords,
    sitting: Sitting | None = None,
) -> CarryUp:
    """Lay an item, or a general gap, before the parent body; a repeat is answered.

    With its case, the parent's chair and secretariat are selected for the case by
    the actor (R12). With ``sitting``, a draft of the parent that the actor convenes
    too, it goes on that agenda at once.
    """
    source = _locked_source(actor, source)
    child = source.body
    known = made_before(CarryUp, key, child=child)
    if known is not None:
        return known
    item = source if isinstance(source, AgendaItem) else None
    case = item.case if item and words.with_case else None
    parent = _parent_for(child, item if case else None)
    if source.carried_up.filter(handed_down_at=None).exists():
        raise RefusedError(
            _("すでに上位の会議体に上げています。返事を待ってください。")
        )
    carried = CarryUp.objects.create(
        id=key,
        body=parent,
        child=child,
        source=item,
        gap=source if isinstance(source, ResourceGap) else None,
        case=case,
        occasion=item.occasion if case and item else AgendaItem.Occasion.SHARING,
        title=words.title,
        purpose=words.purpose,
        carried_by=actor.person,
        carried_at=clock.now(),
    )
    if case is not None:
        _select_custodians(actor, case, child)
    _record("carry_up", actor, carried)
    if sitting is not None:
        take_up(actor=actor, carried=carried, sitting=sitting)
        carried.refresh_from_db()
    return carried


def _locked_source(
    actor: Actor, source: AgendaItem | ResourceGap
) -> AgendaItem | ResourceGap:
    """The row as it stands, for one who may convene the item or the register."""
    rows = type(source).objects.select_for_update(of=("self",))
    found = rows.select_related("body__parent").filter(pk=source.pk).first()
    if found is None:
        raise HiddenError
    thing = (
        item_facts(found, actor.id)
        if isinstance(found, AgendaItem)
        else gap_facts(found, actor.id)
    )
    cases = [thing.case] if thing.case else ()
    access = access_for(actor, cases=cases, items=[thing.item] if thing.item else ())
    access.require(Action.CONVENE, thing)
    if isinstance(found, ResourceGap) and not found.general:
        raise RefusedError(_("事例に触れる課題は、その議題から上げてください。"))
    return found


def _parent_for(child: Body, item: AgendaItem | None) -> Body:
    """The parent; it must admit the law under which ``item`` handles its case."""
    parent = child.parent
    if parent is None:
        raise RefusedError(_("この会議体には、上位の会議体がありません。"))
    if item is not None and item.regime not in parent.rules.regimes:
        raise RefusedError(
            _(
                "上位の会議体では、この扱いの事例を協議できません。"
                "事例に触れない言葉で、課題として上げてください。"
            )
        )
    return parent


def _select_custodians(actor: Actor, case: Case, child: Body) -> None:
    """Chair and secretariat of the parent, recused ones aside (R12, R27)."""
    holders = rosters.office_holders(child.parent) if child.parent else {}
    for person in cases.selectable_among(case, holders):
        cases.select_member(
            actor=actor,
            case=case,
            person=person,
            role=holders[person],
            reason=_("上位の会議体の役職"),
            body=child,
        )


@transaction.atomic
def take_up(*, actor: Actor, carried: CarryUp, sitting: Sitting) -> AgendaItem:
    """Put what a child carried up on a draft agenda of the parent.

    A repeat is answered with the item.
    """
    carried = _locked(actor, carried)
    if carried.item is not None and carried.state == CarryUp.State.TAKEN:
        return carried.item
    _require_open(carried)
    if sitting.body_id != carried.body_id:
        raise InvalidError(_("この会議体の、準備中の会議を選んでください。"))
    kinds = AgendaItem.Kind
    item = agenda.add_item(
        actor=actor,
        key=uuid.uuid4(),
        sitting=sitting,
        body=carried.body,
        case=carried.case,
        words=ItemWords(
            kind=kinds.DELIBERATION,
            occasion=carried.occasion,
            title=carried.title,
            purpose=carried.purpose,
            minutes=CARRIED_MINUTES,
        ),
        regime=carried.source.regime if carried.source and carried.case else None,
    )
    if carried.case is not None and carried.source is not None:
        item.about.set(carried.source.about.all())
    carried.item = item
    carried.save(update_fields=["item"])
    _record("take_up", actor, carried)
    return item


@transaction.atomic
def hand_down(*, actor: Actor, carried: CarryUp, answer: str) -> CarryUp:
    """Give the child body its answer: the result, or why it was not taken up.

    Raises RefusedError while the item on the parent's agenda has no outcome.
    """
    carried = _locked(actor, carried)
    _require_open(carried)
    if carried.state == CarryUp.State.TAKEN and not hasattr(carried.item, "outcome"):
        raise RefusedError(_("議題の結果を登録してから、返してください。"))
    if not answer.strip():
        raise InvalidError(_("返す内容を書いてください。"))
    carried.answer = answer
    carried.handed_down_by, carried.handed_down_at = actor.person, clock.now()
    carried.save(update_fields=["answer", "handed_down_by", "handed_down_at"])
    _record("hand_down", actor, carried)
    return carried


def _locked(actor: Actor, carried: CarryUp) -> CarryUp:
    """The row, for a custodian of the parent who is selected for its case."""
    rows = CarryUp.objects.select_for_update(of=("self",)).select_related(
        "body", "case__body", "source", "item__sitting", "item__outcome"
    )
    found = rows.filter(pk=carried.pk).first()
    if found is None:
        raise HiddenError
    access = access_for(
        actor,
        cases=[found.case_id] if found.case_id else (),
        items=[found.item_id] if found.item_id else (),
    )
    access.require(Action.CONVENE, carry_facts(found))
    return found


def _require_open(carried: CarryUp) -> None:
    if carried.state == CarryUp.State.HANDED_DOWN:
        raise RefusedError(_("この件は、すでに結果を返しています。"))


@transaction.atomic
def record_under(*, actor: Actor, sitting: Sitting, body: Body) -> JointSitting:
    """Record a sitting under a second body too, with that body's next number.

    For who convenes both. A repeat is answered; the sitting's papers, items and
    rosters stay what they are.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    sitting = Sitting.objects.select_related("body").get(pk=sitting.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_facts(sitting, None))
    access.require(Action.CONVENE, body_facts(body))
    known = sitting.joint.filter(body=body).first()
    if known is not None:
        return known
    _check_joint(sitting, body)
    joint = JointSitting.objects.create(
        sitting=sitting,
        body=body,
        number=numbering.next_number(body),
        recorded_by=actor.person,
    )
    audit.record(
        "meetings.sitting.joint",
        actor=actor.id,
        subject=f"sitting:{sitting.id}",
        detail={"body": str(body.id), "number": joint.number},
    )
    return joint


def _check_joint(sitting: Sitting, body: Body) -> None:
    if body.id == sitting.body_id:
        raise InvalidError(_("もう一方の会議体を選んでください。"))
    if sitting.state == Sitting.State.CANCELLED:
        raise RefusedError(_("中止した会議は、合同開催にできません。"))
    if len({sitting.body.unit_id, body.unit_id} - {None}) > 1:
        raise InvalidError(_("ほかの圏域の会議体とは、合同開催にできません。"))
    if not body.exists_on(clock.day_of(sitting.starts_at)):
        raise InvalidError(_("その日には、この会議体は設置されていません。"))


def _record(what: str, actor: Actor, carried: CarryUp) -> None:
    audit.record(
        f"meetings.layers.{what}",
        actor=actor.id,
        subject=f"carry_up:{carried.id}",
        case=carried.case_id,
        item=carried.item_id,
        detail={"body": str(carried.body_id), "child": str(carried.child_id)},
    )
