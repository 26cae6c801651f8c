"""Releases: handed on, ended and recalled; rounds make them (``rounds``, R29)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from documents import selectors
from documents.models import Paper, PaperVersion, Release
from documents.services.trail import record_act
from members.access import Access, Actor, access_for
from members.facts import Action, State, Way
from members.filters import ending_after, holding_at
from members.models import Person
from portal.core import audit, clock


def _grant(
    access: Access, version: PaperVersion, people: Sequence[Person], until: datetime
) -> list[Release]:
    t = access.t
    live = Release.objects.filter(version=version, person__in=people)
    _end(live.filter(ending_after(t)), t)
    return Release.objects.bulk_create(
        Release(
            version=version,
            person=person,
            released_by=access.actor.person,
            starts_at=t,
            ends_at=until,
        )
        for person in people
    )


def _end(releases: QuerySet[Release], t: datetime) -> int:
    """End releases at ``t``; those that have yet to begin never do. How many."""
    coming = releases.filter(starts_at__gt=t).update(ends_at=F("starts_at"))
    return coming + releases.filter(starts_at__lte=t).update(ends_at=t)


@transaction.atomic
def pass_on(
    *,
    actor: Actor,
    item_id: UUID,
    people: tuple[Person, Person],
    until: datetime | None,
    since: datetime | None = None,
) -> int:
    """Hand what one person holds of an item to a deputy (R25) or a post's successor.

    ``people`` are who holds it and who gets it, until a time if one is given; never
    the original. ``since``: what the first got later is not handed on, nor what the
    second had then, or got, and lost since (P8). The caller has seated them. Returns
    how many versions it were.
    """
    principal, deputy = people
    now = clock.now()
    begun = since or now
    held = Release.objects.filter(
        holding_at(now),
        starts_at__lte=begun,
        version__paper__item_id=item_id,
        person=principal,
    )
    known = Release.objects.filter(ending_after(begun), person=deputy).values("version")
    versions = list(held.exclude(version__in=known).select_related("version__paper"))
    Release.objects.bulk_create(
        Release(
            version=release.version,
            person=deputy,
            way=Way.VIEW if release.way == Way.VIEW else Way.COPY,
            released_by=actor.person,
            starts_at=now,
            ends_at=min((end for end in (until, release.ends_at) if end), default=None),
        )
        for release in versions
    )
    for release in versions:
        record_act(
            "documents.version.release", actor, release.version, to=str(deputy.id)
        )
    return len(versions)


@transaction.atomic
def end_releases(*, actor: Actor, item_id: UUID, person: Person) -> int:
    """End what was released to somebody who left the item's roster (R29).

    The caller has taken the seat away. Returns how many releases were live.
    """
    now = clock.now()
    live = Release.objects.filter(
        ending_after(now),
        version__paper__item_id=item_id,
        person=person,
    )
    count = _end(live, now)
    if count:
        audit.record(
            "documents.releases.end",
            actor=actor.id,
            subject=f"person:{person.id}",
            item=item_id,
            detail={"releases": count},
        )
    return count


@transaction.atomic
def end_item(*, actor: Actor, item_id: UUID) -> int:
    """End everything released of an item that went on elsewhere, its record aside.

    The caller has decided on the item. Returns how many releases were live.
    """
    now = clock.now()
    live = Release.objects.filter(ending_after(now), version__paper__item_id=item_id)
    ended = _end(live.exclude(version__paper__kind=Paper.Kind.MINUTES), now)
    if ended:
        audit.record(
            "documents.releases.end",
            actor=actor.id,
            subject=f"item:{item_id}",
            item=item_id,
            detail={"releases": ended},
        )
    return ended


@transaction.atomic
def recall_version(*, actor: Actor, version: PaperVersion) -> PaperVersion:
    """Close a version to everybody at once, for good (P8)."""
    PaperVersion.objects.select_for_update().get(id=version.id)
    found = selectors.version_for(actor, version.id)
    found.access.require(Action.RECALL, found.thing)
    found.version.state = State.RECALLED
    found.version.save(update_fields=["state"])
    record_act("documents.version.recall", actor, found.version)
    return found.version


@transaction.atomic
def release_record(
    *,
    actor: Actor,
    version: PaperVersion,
    people: Sequence[Person],
    until: datetime,
) -> list[Release]:
    """Let the people read a final record until a time; its confirmation decided it."""
    access = access_for(actor, cases=(), items=())
    rows = _grant(access, version, people, until)
    for person in people:
        record_act("documents.record.release", actor, version, to=str(person.id))
    return rows
