"""足りない資源: what the meetings find missing, and what has come of it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import AgendaItem, ResourceGap
from meetings.policies import gap_facts, item_facts
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError
from portal.core.repeats import made_before


@dataclass(frozen=True, slots=True)
class GapWords:
    """What is missing, and whether the words touch no case."""

    field: str
    words: str
    general: bool = True


@transaction.atomic
def raise_gap(
    *,
    actor: Actor,
    key: UUID,
    body: Body,
    words: GapWords,
    item: AgendaItem | None = None,
) -> ResourceGap:
    """Enter a gap, on an item or free; a repeat with ``key`` is answered."""
    if item is not None:
        cases = [item.case_id] if item.case_id else ()
        access = access_for(actor, cases=cases, items=[item.id])
        access.require(Action.CONVENE, item_facts(item, actor.id))
        body = item.body
    else:
        access = access_for(actor, cases=(), items=())
        access.require(Action.CONVENE, body_facts(body))
    known = made_before(ResourceGap, key, body=body, item=item)
    if known is not None:
        return known
    gap = ResourceGap.objects.create(
        id=key,
        body=body,
        item=item,
        # Free, or on an item without a case: there is no case to touch.
        general=words.general or item is None or item.case_id is None,
        field=words.field,
        words=words.words,
        raised_by=actor.person,
        raised_at=clock.now(),
    )
    _record("raise", actor, gap)
    return gap


@transaction.atomic
def follow_up(
    *, actor: Actor, gap: ResourceGap, state: ResourceGap.State, followed: str
) -> ResourceGap:
    """Say what has become of a gap. Raises InvalidError for an end without words."""
    rows = ResourceGap.objects.select_for_update(of=("self",))
    found = rows.select_related("body", "item__body").filter(pk=gap.pk).first()
    if found is None:
        raise HiddenError
    item = found.item
    access = access_for(
        actor,
        cases=[item.case_id] if item and item.case_id else (),
        items=[item.id] if item else (),
    )
    access.require(Action.CONVENE, gap_facts(found, actor.id))
    if state == ResourceGap.State.DONE and not followed.strip():
        raise InvalidError(_("対応済みにするときは、その後の動きを書いてください。"))
    found.state, found.followed = state, followed
    found.changed_by, found.changed_at = actor.person, clock.now()
    found.save()
    _record("follow_up", actor, found)
    return found


def _record(what: str, actor: Actor, gap: ResourceGap) -> None:
    item = None if gap.general else gap.item
    audit.record(
        f"meetings.gap.{what}",
        actor=actor.id,
        subject=f"gap:{gap.id}",
        case=item.case_id if item else None,
        item=item.id if item else None,
        detail={"state": str(gap.state)},
    )
