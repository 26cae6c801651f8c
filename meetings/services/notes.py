"""自分用メモ: kept for their writer alone, until the record is confirmed."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Minutes, PrivateNote
from meetings.policies import item_facts
from members.access import Actor, access_for
from members.facts import Action
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

TEXT_LIMIT = 20_000  # code points


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept after a saving. ``behind``: it was not; another window was first."""

    text: str
    revision: int
    behind: bool


@transaction.atomic
def save_note(*, actor: Actor, item: AgendaItem, text: str, base: int) -> Kept:
    """Keep ``text`` as the actor's own note, unless it has changed since ``base``."""
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    require_follower(actor, item)
    if len(text) > TEXT_LIMIT:
        raise InvalidError(_("メモは2万字までです。短くしてください。"))
    if Minutes.objects.filter(item=item, state=Minutes.State.FINAL).exists():
        raise RefusedError(_("会議録が確定したため、メモは残せません。"))
    now = clock.now()
    note, _made = PrivateNote.objects.get_or_create(
        item=item, person=actor.person, defaults={"saved_at": now}
    )
    if note.text == text:
        return Kept(text, note.revision, behind=False)
    if note.revision != base:
        return Kept(note.text, note.revision, behind=True)
    note.text, note.saved_at = text, now
    note.revision += 1
    note.save()
    audit.record(
        "note.save",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
    )
    return Kept(text, note.revision, behind=False)


def require_follower(actor: Actor, item: AgendaItem) -> None:
    """404 for whoever may not follow the item now."""
    cases = () if item.case_id is None else (item.case_id,)
    presences = item.presences.filter(person=actor.person.pk)
    access_for(actor, cases=cases, items=(item.pk,)).require(
        Action.FOLLOW_MINUTES, item_facts(item, actor.person.pk, list(presences))
    )
