"""4月1日: the holders of posts replaced, and the sittings to come asked anew."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from documents.services import releases
from meetings import rosters
from meetings.models import AgendaItem, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.services import invitations
from members.access import Access, Actor, access_for
from members.facts import Action, Role
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    ExOfficio,
    Membership,
    Person,
    Post,
    Seat,
    Succession,
    Turnover,
)
from members.policies import body_facts
from members.services import cases as cases_service
from members.services import posts
from members.services.posts import Successor
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

_TO_COME = (Sitting.State.DRAFT, Sitting.State.SUBMITTED, Sitting.State.CONVENED)
_MEMBERS = (Role.INTERNAL, Role.EXTERNAL)


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
        raise RefusedError(_("異動日になってから送れます。"))
    if not _settle(access, turnover):
        raise RefusedError(
            _("担当していない会議があるため、すべては送れませんでした。")
        )


@transaction.atomic
def _settle(access: Access, turnover: Turnover) -> bool:
    """Settle what the person may convene; whether that was everything."""
    turnover = Turnover.objects.select_for_update().get(pk=turnover.pk)
    if turnover.settled_at is not None:
        return True
    _open_the_past(access.actor, turnover)
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


def _open_the_past(actor: Actor, turnover: Turnover) -> None:
    """Let a successor see of past items what the predecessor was entitled to.

    Where the successor's selection for the case carries its back-history (R13): the
    place on each item, and what is released to the predecessor still. Of items that
    the actor does not convene nothing is passed on.
    """
    rows = turnover.successions.filter(
        predecessor__isnull=False, successor__isnull=False
    )
    for row in rows.select_related("post", "predecessor", "successor"):
        old, new = row.predecessor, row.successor
        if old is not None and new is not None:
            _pass_places(actor, row, (old, new))


def _pass_places(
    actor: Actor, succession: Succession, people: tuple[Person, Person]
) -> None:
    """Give the successor the predecessor's places on past items of the post's cases.

    It is done again until the turnover is settled: a place that the successor has, or
    had and lost since the day, stays as it is, and so does each paper (P8).
    """
    old, new = people
    # Until the day it was theirs; places given up before do not come back.
    began = clock.day_start(succession.turnover.day)
    mine = _convened(actor, _cases_passed(succession.post, people, began))
    seats = Seat.objects.filter(ending_after(began), item_id__in=mine)
    sits = set(seats.filter(person=new).values_list("item_id", flat=True))
    given = seats.filter(person=old, starts_at__lt=began, role__in=_MEMBERS)
    for seat in given:
        if seat.item_id not in sits:
            cases_service.give_seat(
                actor=actor,
                item_id=seat.item_id,
                person=new,
                role=Role(seat.role),
                until=seat.ends_at,
            )
        releases.pass_on(
            actor=actor, item_id=seat.item_id, people=people, until=None, since=began
        )


def _cases_passed(
    post: Post, people: tuple[Person, Person], began: datetime
) -> QuerySet[Membership]:
    """The successor's selections for cases for which the post was selected before."""
    old, new = people
    places = post.places.filter(holding_at(began))
    until = Q(ends_at=None) | Q(ends_at__gte=began)
    held = old.memberships.filter(until, starts_at__lt=began, role__in=_MEMBERS)
    return new.memberships.filter(
        holding_at(clock.now()),
        back_history=True,
        role__in=_MEMBERS,
        case__body__in=places.values("body"),
        case__in=held.values("case"),
    )


def _convened(actor: Actor, chosen: QuerySet[Membership]) -> set[UUID]:
    """The past items of the cases which the actor convenes."""
    items = list(
        AgendaItem.objects.filter(
            case__in=chosen.values("case"), sitting__state=Sitting.State.CLOSED
        ).prefetch_related("about")
    )
    access = rosters.standing([actor.person], items=items)[actor.id]
    return {
        item.id
        for item in items
        if access.allows(Action.CONVENE, item_facts(item, actor.id))
    }
