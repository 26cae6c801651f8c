"""Rounds of release: the whole table in one act, undone in one act (R30, R31, P7).

A round begins after a while in which it can be undone; where the municipality says so,
one with people from outside waits for a second custodian first. Nothing runs at the
moment it begins: its releases begin, that is all.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from documents import selectors
from documents.models import PaperVersion, Planned, Release, ReleaseRound
from documents.releasing.releasable import check_cells, require_release
from documents.selectors import OpenVersion
from documents.services.papers import reference_of
from members.access import Access, Actor, access_for
from members.facts import Action, State
from members.filters import ending_after
from members.models import Person
from portal.core import audit, clock, context
from portal.core.errors import InvalidError, RefusedError

_NAMESPACE = UUID("c4a0c1de-6a55-4c0f-9a0e-2f8b0f6f6e57")
_GIVEN = {State.DRAFT, State.HELD, State.RELEASED}
_LASTS = Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))
Standing = ReleaseRound.Standing


@transaction.atomic
def make_round(*, actor: Actor, key: UUID, cells: Sequence[Planned]) -> ReleaseRound:
    """Hand out the cells, which are of one item, in one act; ``key``: it happens once.

    Raises RefusedError, by name, for people who could not open a version all the same
    (not selected, no consent, recused), for papers whose origin or tax information
    forbids it (R21), for versions that are held, and for pairs that are under way.
    """
    round_id = uuid5(_NAMESPACE, f"{actor.id} {key}")
    found = _locked(actor, {cell.version for cell in cells})
    for each in found:
        require_release(each.access, each.thing)
    done = ReleaseRound.objects.filter(id=round_id).first()
    if done is not None:
        return done
    people = _people(cells)
    check_cells(found, cells, people)
    _refuse_under_way(cells)
    paper = found[0].version.paper
    made = ReleaseRound.objects.create(
        id=round_id,
        body=paper.body,
        case=paper.case,
        item_id=paper.item_id,
        made_by=actor.person,
        made_at=found[0].access.t,
        plan=[cell.as_json() for cell in cells],
    )
    _record("make", actor, made, cells=len(cells))
    if not _needs_second(people.values()):
        _carry_out(actor, made, found)
    return made


def _needs_second(people: Collection[Person]) -> bool:
    outside = any(not person.organization.internal for person in people)
    return outside and settings.RELEASE_SECOND_PERSON


def _locked(actor: Actor, versions: Collection[UUID]) -> list[OpenVersion]:
    """The versions under their locks, always in the same order."""
    if not versions:
        raise InvalidError(_("公開する資料と相手を、1つ以上選んでください。"))
    rows = PaperVersion.objects.select_for_update().filter(id__in=versions)
    list(rows.order_by("id").values_list("id"))
    return selectors.versions_for(actor, versions)


def _people(cells: Sequence[Planned]) -> dict[UUID, Person]:
    ids = {cell.person for cell in cells}
    return Person.objects.select_related("organization").in_bulk(ids)


def under_way(item_id: UUID, t: datetime) -> dict[tuple[UUID, UUID], ReleaseRound]:
    """The pairs of version and person in rounds of the item that have yet to begin."""
    rounds = ReleaseRound.objects.filter(
        Q(opens_at=None) | Q(opens_at__gt=t),
        item_id=item_id,
        undone_at=None,
        returned_at=None,
    ).select_related("made_by")
    return {
        (cell.version, cell.person): round_
        for round_ in rounds.order_by("made_at")
        for cell in round_.cells
    }


def _refuse_under_way(cells: Sequence[Planned]) -> None:
    version = PaperVersion.objects.select_related("paper").get(id=cells[0].version)
    waiting = under_way(version.paper.item_id, clock.now())
    if any((cell.version, cell.person) in waiting for cell in cells):
        raise RefusedError(
            _(
                "選んだ中に、まだ始まっていない公開に入っている資料と相手があります。"
                "その公開を取り消すか、始まるのを待ってから選んでください。"
            )
        )


def _carry_out(actor: Actor, made: ReleaseRound, found: Sequence[OpenVersion]) -> None:
    """Write the releases of the plan; they begin when nobody can undo them any more."""
    now = clock.now()
    made.opens_at = now + timedelta(minutes=settings.RELEASE_UNDO_MINUTES)
    made.before = {
        "holds": _let_out([each.version for each in found]),
        "ends": _end_earlier(made, now),
    }
    made.save()
    Release.objects.bulk_create(
        Release(
            version_id=cell.version,
            person_id=cell.person,
            way=cell.way,
            round=made,
            released_by=made.made_by,
            starts_at=made.opens_at,
            ends_at=cell.until,
        )
        for cell in made.cells
    )
    papers = {each.version.id: each.version.paper for each in found}
    audit.record_all(
        [
            audit.Act(
                "documents.version.release",
                actor.id,
                context.origin(),
                subject=f"version:{cell.version}",
                case=made.case_id,
                item=made.item_id,
                detail={
                    "paper": str(papers[cell.version].id),
                    "round": str(made.id),
                    "to": str(cell.person),
                    "way": cell.way.value,
                    "from": made.opens_at.isoformat(),
                    "until": cell.until.isoformat(),
                },
            )
            for cell in made.cells
        ]
    )


def _let_out(versions: Sequence[PaperVersion]) -> dict[str, list[str]]:
    """Call drafts and held versions released; what each was held for, by its id."""
    fresh = [v for v in versions if v.state in {State.DRAFT, State.HELD}]
    PaperVersion.objects.filter(id__in=[version.id for version in fresh]).update(
        state=State.RELEASED, holds=[]
    )
    return {str(version.id): version.holds for version in fresh}


def _end_earlier(made: ReleaseRound, t: datetime) -> dict[str, str | None]:
    """End earlier releases of the pairs where the new ones begin; their old ends."""
    pairs = {(cell.version, cell.person) for cell in made.cells}
    rows = Release.objects.filter(
        ending_after(made.opens_at or t),
        version__in={version for version, _person in pairs},
        person__in={person for _version, person in pairs},
    )
    ended = [row for row in rows if (row.version_id, row.person_id) in pairs]
    Release.objects.filter(id__in=[row.id for row in ended]).update(
        ends_at=made.opens_at
    )
    return {
        str(row.id): row.ends_at.isoformat() if row.ends_at else None for row in ended
    }


# The second person --------------------------------------------------------------------


@transaction.atomic
def approve_round(*, actor: Actor, made: ReleaseRound) -> ReleaseRound:
    """The second person's yes: the round is carried out (R30, P7).

    Raises RefusedError for who made it, and where it cannot be carried out any more.
    """
    made = _waiting(actor, made)
    found = _locked(actor, {cell.version for cell in made.cells})
    if any(each.version.state not in _GIVEN for each in found):
        raise RefusedError(
            _("差し替えや取下げのあった資料が入っています。差し戻してください。")
        )
    for each in found:
        require_release(each.access, each.thing)
    check_cells(found, made.cells, _people(made.cells))
    made.approved_by, made.approved_at = actor.person, clock.now()
    _carry_out(actor, made, found)
    _record("approve", actor, made)
    return made


@transaction.atomic
def return_round(*, actor: Actor, made: ReleaseRound, note: str) -> ReleaseRound:
    """The second person's no, with a word; nothing of it is released."""
    made = _waiting(actor, made)
    for each in selectors.versions_for(actor, {cell.version for cell in made.cells}):
        each.access.require(Action.RELEASE, each.thing)
    made.returned_by, made.returned_at = actor.person, clock.now()
    made.returned_note = note
    made.save(update_fields=["returned_by", "returned_at", "returned_note"])
    _record("return", actor, made)
    return made


def _waiting(actor: Actor, made: ReleaseRound) -> ReleaseRound:
    """The round under its lock, while it waits for somebody else than its maker."""
    made = _kept(actor, made)
    if made.made_by_id == actor.id:
        raise RefusedError(
            _("公開を決めた本人は承認できません。ほかの担当の方が確かめます。")
        )
    if made.standing_at(clock.now()) is not Standing.WAITING:
        raise RefusedError(_("この公開は、もう承認を待っていません。"))
    return made


def _kept(actor: Actor, made: ReleaseRound) -> ReleaseRound:
    """The round under its lock, once the actor convenes its item."""
    rows = ReleaseRound.objects.select_for_update(of=("self",))
    made = rows.select_related("made_by").get(id=made.id)
    require_keeper(actor, made)
    return made


def require_keeper(actor: Actor, made: ReleaseRound) -> Access:
    """Raise unless the actor convenes the item of the round."""
    version = (
        PaperVersion.objects.filter(id=made.cells[0].version)
        .select_related("paper__body", "paper__case")
        .prefetch_related("paper__about")
        .get()
    )
    item = reference_of(version.paper)
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    access.require(Action.CONVENE, item.facts)
    return access


# Undoing ------------------------------------------------------------------------------


@transaction.atomic
def undo_round(*, actor: Actor, made: ReleaseRound) -> ReleaseRound:
    """Undo everything of a round that has not begun; it happens once.

    What the round had changed is put back, except what somebody ended meanwhile.
    Raises RefusedError once it has begun: then papers are recalled one by one.
    """
    made = _kept(actor, made)
    now = clock.now()
    if made.undone_at is not None:
        return made
    if made.standing_at(now) is Standing.OPEN:
        raise RefusedError(
            _(
                "公開はもう始まっているため、取り消せません。"
                "資料を閉じるときは、資料ごとに取り下げてください。"
            )
        )
    if made.opens_at is not None:
        _put_back(made)
    made.undone_by, made.undone_at = actor.person, now
    made.save(update_fields=["undone_by", "undone_at"])
    _record("undo", actor, made)
    return made


def _put_back(made: ReleaseRound) -> None:
    made.releases.update(ends_at=F("starts_at"))
    for release_id, end in made.before["ends"].items():
        until = datetime.fromisoformat(end) if end else None
        row = Release.objects.filter(id=release_id, ends_at=made.opens_at)
        row.update(ends_at=until)
    versions = {cell.version for cell in made.cells}
    had = Release.objects.filter(_LASTS, version__in=versions).values("version")
    fresh = PaperVersion.objects.filter(id__in=versions, state=State.RELEASED).exclude(
        id__in=had
    )
    holds = _holds_before(made.item_id)
    for version in fresh:
        version.holds = holds.get(str(version.id), [])
        version.state = State.HELD if version.holds else State.DRAFT
    PaperVersion.objects.bulk_update(fresh, ["holds", "state"])


def _holds_before(item_id: UUID) -> dict[str, list[str]]:
    """What versions of the item were held for when a round last let them out."""
    found: dict[str, list[str]] = {}
    rounds = ReleaseRound.objects.filter(item_id=item_id, opens_at__isnull=False)
    for before in rounds.order_by("made_at").values_list("before", flat=True):
        found |= before["holds"]
    return found


def _record(what: str, actor: Actor, made: ReleaseRound, **detail: int) -> None:
    audit.record(
        f"documents.round.{what}",
        actor=actor.id,
        subject=f"round:{made.id}",
        case=made.case_id,
        item=made.item_id,
        detail=detail,
    )
