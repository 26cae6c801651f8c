"""公開: an item opened by a recorded decision, where closed is only the rule."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import AgendaItem
from meetings.policies import item_facts
from members.access import Actor, access_for
from members.facts import Action
from members.models import Charter
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError


@dataclass(frozen=True, slots=True)
class Opening:
    """Who decided it, when and why."""

    decided_by: str
    decided_on: date
    reason: str


def may_be_opened(item: AgendaItem) -> bool:
    """Whether the charter leaves this item to a decision; a case never is open."""
    rules = item.sitting.body.rules_at(item.sitting.starts_at)
    return item.case_id is None and rules.closed == Charter.Closed.AS_RULE


@transaction.atomic
def open_to_public(*, actor: Actor, item: AgendaItem, opening: Opening) -> AgendaItem:
    """Record that the item is open to the public; it stands on agenda and record.

    It changes nobody's access to the portal. Raises RefusedError for an item about
    a case, and where the charter keeps everything closed.
    """
    rows = AgendaItem.objects.select_for_update(of=("self",))
    found = rows.select_related("sitting__body").filter(pk=item.pk).first()
    if found is None:
        raise HiddenError
    cases = [found.case_id] if found.case_id else ()
    access = access_for(actor, cases=cases, items=[found.id])
    access.require(Action.CONVENE, item_facts(found, actor.id))
    if found.case_id is not None:
        raise RefusedError(_("事例を扱う議題は、公開できません。"))
    if not may_be_opened(found):
        raise RefusedError(_("この会議体の規則では、議題を公開できません。"))
    if not opening.decided_by.strip() or not opening.reason.strip():
        raise InvalidError(_("決めた人と理由を入力してください。"))
    if opening.decided_on > clock.today():
        raise InvalidError(_("決めた日は、今日までの日付にしてください。"))
    found.public_by, found.public_on = opening.decided_by, opening.decided_on
    found.public_reason = opening.reason
    found.save(update_fields=["public_by", "public_on", "public_reason"])
    audit.record(
        "meetings.item.open_to_public",
        actor=actor.id,
        subject=f"item:{found.id}",
        item=found.id,
        detail={"decided_by": opening.decided_by},
    )
    return found
