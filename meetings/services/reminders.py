"""Reminders in neutral words: of the pledge, and of papers nobody opened (R11, R39)."""

from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models import ReleaseRound
from meetings import rosters
from meetings.models import Sitting
from meetings.selectors.agenda import visible_items
from meetings.selectors.sittings import Opened
from meetings.services.papers import remind_unopened
from meetings.services.sittings import lock_sitting
from members.access import Actor
from members.facts import Action
from members.models import Person
from portal.core import audit, outbox
from portal.core.errors import RefusedError
from portal.core.wording import letter

State = Sitting.State


@transaction.atomic
def remind_of_pledges(*, actor: Actor, sitting: Sitting) -> Sequence[Person]:
    """Ask everybody on the agenda's items who signs in by name and has not pledged.

    Who comes by a link is asked when it is opened. Raises RefusedError when nobody
    is left to ask.
    """
    sitting, _access = lock_sitting(actor, sitting, State.DRAFT, State.SUBMITTED)
    people = _unpledged(actor, sitting)
    if not people:
        raise RefusedError(_("メールでお願いする人はいません。"))
    for person in people:
        outbox.queue(
            person=person.id,
            address=person.email,
            subject=_("かさね 誓約のお願い"),
            body=letter(person.name, [_ask()]),
        )
        audit.record(
            "meetings.pledge.remind", actor=actor.id, subject=f"person:{person.id}"
        )
    return people


@transaction.atomic
def remind_of_papers(*, actor: Actor, opened: Opened) -> int:
    """Tell those once more who opened nothing of what was released; how many.

    Each release round by itself, of the items that the actor convenes. Raises
    RefusedError when nobody is left to remind.
    """
    opened.require_custodian()
    items = [item.id for item in opened.visible(Action.CONVENE)]
    count = 0
    for made in ReleaseRound.objects.filter(item_id__in=items, told_at__isnull=False):
        with suppress(RefusedError):
            count += remind_unopened(actor=actor, made=made)
    if not count:
        raise RefusedError(
            _(
                "いま、もう一度知らせる方はいません"
                "(知らせてから10分たっていない方には送りません)。"
            )
        )
    return count


def _unpledged(actor: Actor, sitting: Sitting) -> list[Person]:
    items = visible_items(actor, sitting)
    seats = rosters.seats_of([item.id for item in items])
    people = {seat.person for roster in seats.values() for seat in roster}
    standing = rosters.standing(people, items=items)
    missing = {
        seat.person
        for item in items
        for seat in seats.get(item.id, [])
        if not rosters.pledged(standing[seat.person_id], item.regime)
    }
    return sorted(
        (person for person in missing if person.login and person.email),
        key=lambda person: person.kana,
    )


def _ask() -> str:
    page = f"{settings.BASE_URL}{reverse('members:pledge')}"
    return _("守秘義務の誓約がまだのようです。次のページでお願いします。") + f"\n{page}"
