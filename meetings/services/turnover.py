"""4月1日: the holders of posts replaced, and the sittings to come asked anew."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from meetings import rosters
from meetings.models import AgendaItem, Sitting
from meetings.policies import sitting_facts
from meetings.services import invitations
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Body, ExOfficio, Turnover
from members.policies import body_facts
from members.services import posts
from members.services.posts import Successor
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

_TO_COME = (Sitting.State.DRAFT, Sitting.State.SUBMITTED, Sitting.State.CONVENED)


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    key: UUID,
    day: date,
    successors: Sequence[Successor],
    decided_by: str,
    decided_on: date,
) -> Turnover:
    """Replace the holders of posts, and let the new ones sit in what is to come.

    Commissions, offices, selections and seats change at the midnight that begins
    ``day``; notices go out from then on. Raises as ``posts.hand_over`` does.
    """
    turnover = posts.hand_over(
        actor=actor,
        key=key,
        day=day,
        successors=successors,
        decided_by=decided_by,
        decided_on=decided_on,
    )
    items = AgendaItem.objects.filter(sitting__in=_sittings(turnover))
    posts.pass_seats(
        actor=actor, turnover=turnover, items=list(items.values_list("id", flat=True))
    )
    return turnover


def _sittings(turnover: Turnover) -> list[Sitting]:
    """The sittings on or after the day with items of the posts' bodies."""
    places = ExOfficio.objects.filter(post__successions__turnover=turnover)
    found = Sitting.objects.filter(
        items__body__in=places.values("body"),
        starts_at__gte=clock.day_start(turnover.day),
        state__in=_TO_COME,
    )
    return list(found.select_related("body").distinct().order_by("starts_at", "pk"))


def settle_due() -> int:
    """Ask the new holders once their day has come; how many turnovers were settled.

    A sweep: it acts for whoever entered the turnover, and leaves what that person
    may no longer do to their successors (R37).
    """
    due = Turnover.objects.filter(settled_at=None, day__lte=clock.today())
    settled = 0
    for turnover in due.select_related("entered_by__organization"):
        access = rosters.standing([turnover.entered_by], items=())
        settled += _settle(access[turnover.entered_by_id], turnover)
    return settled


@transaction.atomic
def settle(*, actor: Actor, turnover: Turnover) -> None:
    """Send the notices of a turnover whose day has come; a repeat is harmless.

    Raises HiddenError for whoever convenes none of the bodies concerned.
    """
    access = access_for(actor, cases=(), items=())
    bodies = Body.objects.filter(ex_officio__post__successions__turnover=turnover)
    if not any(access.allows(Action.CONVENE, body_facts(body)) for body in bodies):
        raise HiddenError
    if turnover.day > clock.today():
        raise RefusedError("異動日になってから送れます。")
    if not _settle(access, turnover):
        raise RefusedError("担当していない会議があるため、すべては送れませんでした。")


@transaction.atomic
def _settle(access: Access, turnover: Turnover) -> bool:
    """Settle what the person may convene; whether that was everything."""
    turnover = Turnover.objects.select_for_update().get(pk=turnover.pk)
    if turnover.settled_at is not None:
        return True
    complete = True
    for sitting in _sittings(turnover):
        if access.allows(Action.CONVENE, sitting_facts(sitting, None)):
            invitations.settle(access.actor, sitting)
        else:
            complete = False
    if complete:
        turnover.settled_at = clock.now()
        turnover.save(update_fields=["settled_at"])
        audit.record(
            "meetings.turnover.settle",
            actor=access.actor.id,
            subject=f"turnover:{turnover.id}",
        )
    return complete
