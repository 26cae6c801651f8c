"""The posts that somebody may fill, who holds them, and what has been entered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    ExOfficio,
    Person,
    Post,
    Succession,
    Tenure,
    Turnover,
)
from members.policies import rules_facts
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class PostInHand:
    """A post with its places, its holder now, and who may hold it next."""

    post: Post
    places: list[ExOfficio]
    holder: Person | None
    planned: Tenure | None
    people: list[Person]


def posts_in_hand(actor: Actor) -> list[PostInHand]:
    """The posts of the bodies in which the actor appoints; HiddenError without any."""
    now = clock.now()
    bodies = appointing(actor)
    if not bodies:
        raise HiddenError
    ids = [body.id for body in bodies]
    places = ExOfficio.objects.filter(ending_after(now))
    others = places.exclude(body__in=ids).values("post")  # other bodies' posts too
    rows = (
        places.filter(body__in=ids)
        .exclude(post__in=others)
        .select_related("body__unit", "post__organization")
        .order_by("post__organization__kana", "post__name", "body__name")
    )
    grouped: dict[Post, list[ExOfficio]] = {}
    for place in rows:
        grouped.setdefault(place.post, []).append(place)
    tenures = Tenure.objects.filter(post__in=grouped).select_related("person")
    holders = {t.post_id: t.person for t in tenures.filter(holding_at(now))}
    planned = {t.post_id: t for t in tenures.filter(starts_at__gt=now)}
    colleagues = _colleagues([post.organization_id for post in grouped])
    return [
        PostInHand(
            post=post,
            places=found,
            holder=holders.get(post.id),
            planned=planned.get(post.id),
            people=colleagues.get(post.organization_id, []),
        )
        for post, found in grouped.items()
    ]


def appointing(actor: Actor) -> list[Body]:
    """The bodies whose people the actor appoints, now or after a fresh factor."""
    access = access_for(actor, cases=(), items=())
    offices = {grant.body for grant in access.facts.person.roles if grant.body}
    bodies = Body.objects.filter(id__in=offices).select_related("unit")
    return [b for b in bodies if access.offers(Action.APPOINT, rules_facts(b))]


def _colleagues(organizations: Collection[UUID]) -> dict[UUID, list[Person]]:
    rows = Person.objects.filter(
        holding_at(clock.now()), organization__in=organizations
    )
    found: dict[UUID, list[Person]] = {}
    for person in rows.select_related("organization").order_by("kana", "name"):
        found.setdefault(person.organization_id, []).append(person)
    return found


def turnovers(actor: Actor) -> list[Turnover]:
    """What has been entered for posts of the actor's bodies, the newest first.

    The same act may fill posts of other bodies: those are not shown (R17).
    """
    places = ExOfficio.objects.filter(body__in=appointing(actor))
    own = Succession.objects.filter(post__in=places.values("post"))
    rows = Turnover.objects.filter(id__in=own.values("turnover"))
    shown = own.select_related("post__organization", "predecessor", "successor")
    return list(
        rows.select_related("entered_by").prefetch_related(
            Prefetch("successions", shown)
        )[:20]
    )


def next_turnover_day(today: date) -> date:
    """The next 1 April, on which offices change hands."""
    april = date(today.year, 4, 1)
    return april if today <= april else date(today.year + 1, 4, 1)
