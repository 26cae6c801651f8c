"""What a meeting resolves on an item: into its minutes and its outcome, in one act."""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import outcomes
from meetings.live.protocol import Reason
from meetings.models import AgendaItem, Entry, Outcome
from meetings.outcomes import Resolution
from meetings.selectors.resolutions import standing
from meetings.services.minutes import Draft, put_entry, written_before
from meetings.services.outcomes import record_outcome
from members.access import Actor
from members.facts import Action, Answer
from portal.core.errors import HiddenError, RefusedError


@transaction.atomic
def resolve(
    *, actor: Actor, key: UUID, item: AgendaItem, resolution: Resolution
) -> Outcome | None:
    """Write what was resolved into the minutes and, for who convenes it, settle it.

    A scribe's words stand in the minutes; the case follows once a custodian settles
    it. Whoever convenes settles it also where the minutes take no more words. Sent
    twice with one ``key`` it happens once.
    """
    item = _locked(item)
    known = Outcome.objects.select_related("lead_agency").filter(item=item).first()
    access, thing = standing(actor, item)
    settles = access.answer(Action.CONVENE, thing) is not Answer.HIDDEN
    access.require(Action.CONVENE if settles else Action.WRITE_MINUTES, thing)
    if written_before(actor, key):
        return known
    # The words first: what the store knows of its writers then rests on nothing new.
    draft = _draft(item, resolution, known)
    reason = put_entry(actor=actor, key=key, item=item, draft=draft)
    if settles:
        return record_outcome(actor=actor, item=item, resolution=resolution)
    if reason is Reason.RECORD_CLOSED:
        raise RefusedError(_("会議録の確認が始まったため、書き込めません。"))
    return None


def _locked(item: AgendaItem) -> AgendaItem:
    rows = AgendaItem.objects.select_for_update(of=("self",)).filter(pk=item.pk)
    rows = rows.select_related("body", "case").prefetch_related("about")
    found = rows.first()
    if found is None:
        raise HiddenError
    return found


def _draft(item: AgendaItem, resolution: Resolution, known: Outcome | None) -> Draft:
    """The one entry of an item that says how it was resolved."""
    rule = item.body.rules.outcome
    words = outcomes.words_of(resolution, rule)
    before = outcomes.words_of(outcomes.resolution_of(known), rule) if known else ""
    fields = {
        "kind": Entry.Kind.DECISION,
        "text": words,
        "due_on": resolution.monitoring_on,
    }
    return Draft(uuid5(item.id, "resolution"), fields, before)
