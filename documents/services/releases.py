"""Releases: versions handed to named people until a time, and recalled (R21, R30)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents import selectors
from documents.models import Paper, PaperVersion, Release
from documents.policies import version_facts
from documents.services.trail import record_act
from members.access import Access, Actor, access_for, access_for_all
from members.decide import decide
from members.facts import Action, Answer, ObjectFacts, Session, Span, State
from members.filters import ending_after, holding_at
from members.models import Person
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError


@transaction.atomic
def release_versions(
    *,
    actor: Actor,
    versions: Sequence[PaperVersion],
    people: Sequence[Person],
    until: datetime,
    download: bool = False,
) -> list[Release]:
    """Hand each version to each of the people until a time.

    ``download`` grants the original to people to whom it is not open anyway. An
    earlier release of the same version to the same person ends with the new one.
    Raises RefusedError, by name, for people who could not open the version all the
    same (not selected, no consent, recused), and for papers whose origin or tax
    information forbids it (R21).
    """
    rows: list[Release] = []
    for version in _locked(versions):
        found = selectors.version_for(actor, version.id)
        _require_release(found.access, found.thing)
        _refuse_held(found.version)
        if until <= found.access.t:
            raise InvalidError(_("公開の終わりは、今より後の日時にしてください。"))
        _require_readers(found.version, people, until, found.access.t)
        rows += _grant(found.access, found.version, people, (until, download))
        if found.version.state in {State.DRAFT, State.HELD}:
            PaperVersion.objects.filter(id=version.id).update(
                state=State.RELEASED, holds=[]
            )
        for person in people:
            record_act(
                "documents.version.release",
                actor,
                found.version,
                to=str(person.id),
                until=until.isoformat(),
                download=download,
            )
    return rows


def _locked(versions: Iterable[PaperVersion]) -> list[PaperVersion]:
    ids = [version.id for version in versions]
    return list(
        PaperVersion.objects.select_for_update().filter(id__in=ids).order_by("id")
    )


def _require_release(access: Access, thing: ObjectFacts) -> None:
    """RELEASE, with R21's reason for those who could release it otherwise."""
    allowed_otherwise = replace(thing, origin=None, tax_information=False)
    access.require(Action.RELEASE, allowed_otherwise)
    if access.allows(Action.RELEASE, thing):
        return
    if thing.tax_information:
        raise RefusedError(
            _(
                "税情報を含む資料は、本人同意のもとで扱う議題でだけ公開できます"
                "(地方税法第22条)。税情報を除いた資料を登録してください。"
            )
        )
    raise RefusedError(
        _(
            "別の会議で受け取った資料は、そのままではこの議題で公開できません。"
            "引き継ぎの手続きをしてから公開してください。"
        )
    )


def _refuse_held(version: PaperVersion) -> None:
    """A release is the look at what outside members file; no other reason ends so."""
    if set(version.holds) - {PaperVersion.Hold.MEMBER}:
        raise RefusedError(
            _(
                "この資料は、内容の確認のため保留されています。"
                "確認を終えてから公開してください。"
            )
        )


def _require_readers(
    version: PaperVersion, people: Sequence[Person], until: datetime, t: datetime
) -> None:
    """Every recipient could open the version once it is released (P9)."""
    release = [
        Release(version=version, person=p, starts_at=t, ends_at=until) for p in people
    ]
    case = version.paper.case_id
    gathered = access_for_all(
        [Actor(p) for p in people],
        cases=[case] if case else (),
        items=[version.paper.item_id],
    )
    strong = Session(span=Span(t), seen_at=t, strength=2, strong_at=t)
    refused = []
    for person in people:
        thing = version_facts(version, release, person.id, t)
        answer = decide(
            gathered[person.id].facts,
            strong,
            Action.READ,
            replace(thing, state=State.RELEASED),
            t,
        )
        if answer is Answer.HIDDEN:
            refused.append(person.name)
    if refused:
        raise RefusedError(
            _(
                "次の人には公開できません: %(names)s。この議題の出席者に選ばれて"
                "いるか、委嘱・本人同意・参加制限の状況を確かめてください。"
            )
            % {"names": "、".join(refused)}
        )


def _grant(
    access: Access,
    version: PaperVersion,
    people: Sequence[Person],
    terms: tuple[datetime, bool],
) -> list[Release]:
    until, download = terms
    t = access.t
    live = Release.objects.filter(version=version, person__in=people)
    live.filter(ending_after(t)).update(ends_at=t)
    return Release.objects.bulk_create(
        Release(
            version=version,
            person=person,
            download=download,
            released_by=access.actor.person,
            starts_at=t,
            ends_at=until,
        )
        for person in people
    )


@transaction.atomic
def pass_on(
    *, actor: Actor, item_id: UUID, people: tuple[Person, Person], until: datetime
) -> int:
    """Hand what one person holds of an item to their deputy, until a time (R25).

    ``people`` are the principal and the deputy; never the original. The caller has
    seated the deputy. Returns how many versions were handed on.
    """
    principal, deputy = people
    now = clock.now()
    held = Release.objects.filter(
        holding_at(now), version__paper__item_id=item_id, person=principal
    )
    known = Release.objects.filter(ending_after(now), person=deputy).values("version")
    versions = list(held.exclude(version__in=known).select_related("version__paper"))
    Release.objects.bulk_create(
        Release(
            version=release.version,
            person=deputy,
            released_by=actor.person,
            starts_at=now,
            ends_at=min(until, release.ends_at) if release.ends_at else until,
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
    count = live.update(ends_at=now)
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
    ended = live.exclude(version__paper__kind=Paper.Kind.MINUTES).update(ends_at=now)
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
    _locked([version])
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
    access = access_for(actor, cases=())
    rows = _grant(access, version, people, (until, False))
    for person in people:
        record_act("documents.record.release", actor, version, to=str(person.id))
    return rows
