"""What a person may see of papers and requests, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from documents.intake import residue
from documents.mixups.wording import places_to_correct, waits_long
from documents.models import CooperationRequest, Paper, PaperVersion, Release
from documents.policies import place_facts, request_facts, version_facts
from documents.renditions.sources import pdf_source
from members.access import Access, Actor, about, access_for, access_for_all
from members.facts import Action, ObjectFacts, State, Way
from portal.core.errors import HiddenError

_WHOLE = (
    *("paper__body", "paper__case", "stored", "uploaded_by__organization"),
    "rendition__stored",
)


@dataclass(frozen=True, slots=True)
class PaperAbilities:
    """What the row of a paper offers. A copy is stamped with its reader's name."""

    open: bool = False
    download_original: bool = False
    download_copy: bool = False
    replace: bool = False
    release: bool = False
    recall: bool = False


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper in the list of its item.

    ``locked`` rows show nothing of the paper until a pledge or a fresh factor;
    ``superseded`` tells a reader that the version they had was replaced (差替え).
    ``renewed`` that it took the place of one that they had. ``editable`` papers were
    given to nobody yet; ``keeps``: the reader keeps their history; ``own``:
    filed the version. ``recipients`` are filled for the custodian only.
    """

    item_id: UUID
    can: PaperAbilities
    paper: Paper | None = None
    version: PaperVersion | None = None
    locked: bool = False
    superseded: bool = False
    renewed: bool = False
    editable: bool = False
    keeps: bool = False
    own: bool = False
    recipients: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Shown at the meeting only; its agency keeps it (提示のみ)."""
        return self.paper is not None and self.paper.kept_by_id is not None

    @property
    def residue(self) -> list[str]:
        """What the file still carries, for its uploader and the custodians."""
        if self.version is None or not (self.keeps or self.own):
            return []
        return residue.words_of(self.version.findings)

    @property
    def held(self) -> bool:
        """Waiting for the secretariat's look."""
        return self.version is not None and self.version.state == State.HELD

    @property
    def mixed_up(self) -> bool:
        """The guard found another household: a custodian is to look (R29)."""
        holds = self.version.holds if self.version is not None else ()
        return self.held and self.can.release and PaperVersion.Hold.MIXUP in holds

    @property
    def guarded(self) -> str:
        """How far the guard is with what is not given out yet, for its custodians."""
        version = self.version
        if version is None or not self.can.release or not (self.held or self.draft):
            return ""
        stuck = version.guard == PaperVersion.Guard.WAITING and waits_long(version)
        return "stuck" if stuck else version.guard

    @property
    def to_correct(self) -> list[str]:
        """The places that a custodian asked the uploader to look at."""
        return places_to_correct(self.version) if self.version and self.held else []

    @property
    def draft(self) -> bool:
        """Filed, shown to nobody yet."""
        return self.version is not None and self.version.state == State.DRAFT


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """One version with the access that was asked about it and the facts it gave."""

    version: PaperVersion
    access: Access
    thing: ObjectFacts

    @property
    def can(self) -> PaperAbilities:
        """What this version offers to the person."""
        return abilities(self.access, self.version, self.thing)


def version_for(actor: Actor, version_id: UUID) -> OpenVersion:
    """One version with fresh facts about the actor; undecided yet.

    Raises HiddenError for an unknown one.
    """
    (found,) = versions_for(actor, [version_id])
    return found


def versions_for(actor: Actor, version_ids: Collection[UUID]) -> list[OpenVersion]:
    """Several versions, by their ids, in as many queries as one; undecided yet.

    Raises HiddenError where one is unknown.
    """
    return versions_for_all([actor], version_ids)[actor.id]


def versions_for_all(
    actors: Sequence[Actor], version_ids: Collection[UUID]
) -> dict[UUID, list[OpenVersion]]:
    """The same versions for several people, in as many queries as for one."""
    versions = _versions(version_ids)
    gathered = access_for_all(actors, **_places(versions))
    return _opened(versions, gathered)


def versions_known(known: Access, version_ids: Collection[UUID]) -> list[OpenVersion]:
    """Several versions for somebody of whom most is gathered already."""
    versions = _versions(version_ids)
    access = about(known, **_places(versions))
    return _opened(versions, {known.actor.id: access})[known.actor.id]


def _versions(version_ids: Collection[UUID]) -> list[PaperVersion]:
    versions = list(
        PaperVersion.objects.filter(id__in=version_ids)
        .select_related(*_WHOLE)
        .prefetch_related("paper__about", "paper__readers")
        .order_by("id")
    )
    if len(versions) < len(set(version_ids)):
        raise HiddenError
    return versions


def _places(versions: Iterable[PaperVersion]) -> dict[str, set[UUID]]:
    """The cases and items that the decision on the versions asks about."""
    papers = [version.paper for version in versions]
    return {
        "cases": {paper.case_id for paper in papers if paper.case_id},
        "items": {paper.item_id for paper in papers},
    }


def _opened(
    versions: Sequence[PaperVersion], gathered: Mapping[UUID, Access]
) -> dict[UUID, list[OpenVersion]]:
    releases = list(Release.objects.filter(version__in=versions, person__in=gathered))
    return {
        person: [
            OpenVersion(v, access, version_facts(v, releases, person, access.t))
            for v in versions
        ]
        for person, access in gathered.items()
    }


def abilities(
    access: Access, version: PaperVersion, thing: ObjectFacts
) -> PaperAbilities:
    """What may be done with the version now, or after a fresh factor."""
    original = access.offers(Action.DOWNLOAD, thing)
    return PaperAbilities(
        open=access.offers(Action.READ, thing),
        download_original=original,
        download_copy=not original and may_copy(access, version, thing),
        replace=access.offers(Action.RECALL, thing),
        release=access.offers(Action.RELEASE, thing),
        recall=access.offers(Action.RECALL, thing),
    )


def may_copy(access: Access, version: PaperVersion, thing: ObjectFacts) -> bool:
    """Whether a stamped copy may leave: the mark takes the place of the grant (R32)."""
    return pdf_source(version) is not None and access.offers(
        Action.DOWNLOAD, copy_facts(thing)
    )


def copyable(found: OpenVersion) -> bool:
    """Whether a stamped copy may be had, if it can be made; also after a proof."""
    access, thing = found.access, found.thing
    return access.offers(Action.READ, thing) and access.offers(
        Action.DOWNLOAD, copy_facts(thing)
    )


def has_copy(found: OpenVersion) -> bool:
    """Whether a stamped copy may be had now, if it can be made."""
    access, thing = found.access, found.thing
    return access.allows(Action.READ, thing) and access.allows(
        Action.DOWNLOAD, copy_facts(thing)
    )


def copy_facts(thing: ObjectFacts) -> ObjectFacts:
    """The facts under which a stamped copy of ``thing`` is decided.

    As a granted original is, except for what is to be read on the screen alone.
    """
    return thing if thing.way is Way.VIEW else replace(thing, way=Way.ORIGINAL)


def paper_rows(access: Access, item_ids: Collection[UUID]) -> list[PaperRow]:
    """The papers of the items as the person may see them, in their order."""
    papers = (
        Paper.objects.filter(item_id__in=item_ids)
        .select_related("body", "kept_by", "source__paper")
        .prefetch_related(
            "about",
            "readers",
            "showings",
            Prefetch(
                "versions",
                PaperVersion.objects.select_related(*_WHOLE[2:], "scan_wait")
                .prefetch_related("looks", "mixups")
                .order_by("-number"),
            ),
        )
    )
    releases = defaultdict(list)
    for release in Release.objects.filter(
        version__paper__item_id__in=item_ids
    ).select_related("person__organization"):
        releases[release.version_id].append(release)
    rows = (_row(access, paper, releases) for paper in papers)
    return [row for row in rows if row is not None]


def _row(
    access: Access, paper: Paper, releases: dict[UUID, list[Release]]
) -> PaperRow | None:
    place = place_facts(paper, access.actor.id)
    keeps = access.offers(Action.CONVENE, place)
    if paper.kept_by_id is not None:
        return _kept_row(access, paper, place, keeps=keeps)
    versions = list(paper.versions.all())
    for place_in_list, version in enumerate(versions):
        version.paper = paper  # the one with its prefetched relations
        mine = releases[version.id]
        thing = version_facts(version, mine, access.actor.id, access.t)
        row = _row_of(access, version, thing, mine)
        if row is not None:
            given = [r for v in versions for r in releases[v.id] if not r.undone]
            older = {v.id for v in versions[place_in_list + 1 :]}
            return replace(
                row,
                keeps=keeps,
                own=thing.author,
                editable=row.can.replace and not given and not _shown(paper),
                renewed=_had(access, given, older),
            )
    return None


def _had(access: Access, releases: Iterable[Release], versions: set[UUID]) -> bool:
    """Whether one of the versions was once given to the person."""
    mine = (r for r in releases if r.person_id == access.actor.id)
    return any(release.version_id in versions for release in mine)


def _kept_row(
    access: Access, paper: Paper, place: ObjectFacts, *, keeps: bool
) -> PaperRow | None:
    """A paper that its agency keeps is named to everybody on the item."""
    if not access.allows(Action.READ, place):
        return None
    editable = keeps and not _shown(paper)
    return PaperRow(
        paper.item_id, PaperAbilities(), paper, keeps=keeps, editable=editable
    )


def _shown(paper: Paper) -> bool:
    return bool(paper.showings.all())


def _row_of(
    access: Access,
    version: PaperVersion,
    thing: ObjectFacts,
    releases: Iterable[Release],
) -> PaperRow | None:
    paper = version.paper
    if thing.state is State.REPLACED:
        if access.allows(Action.READ, replace(thing, state=State.RELEASED)) and any(
            span.holds(access.t) for span in thing.released
        ):
            return PaperRow(
                paper.item_id, PaperAbilities(), paper, version, superseded=True
            )
        return None
    can = abilities(access, version, thing)
    if can.open and not access.allows(Action.READ, thing):
        return PaperRow(paper.item_id, can, version=version, locked=True)
    if can.open:
        names = _live_names(releases, access.t) if can.release else ()
        return PaperRow(paper.item_id, can, paper, version, recipients=names)
    if thing.state in {State.HELD, State.UNSCANNED} and _may_know_of(access, thing):
        return PaperRow(paper.item_id, can, paper, version)
    return None


def _may_know_of(access: Access, thing: ObjectFacts) -> bool:
    """The uploader is told that the paper is held, while still on the item (R29).

    Of one that is not scanned also the custodians, whom nothing else tells.
    """
    if thing.author and access.allows(Action.READ, replace(thing, state=State.DRAFT)):
        return True
    held = replace(thing, state=State.HELD)
    return thing.state is State.UNSCANNED and access.offers(Action.READ, held)


def _live_names(releases: Iterable[Release], t: datetime) -> tuple[str, ...]:
    return tuple(sorted(str(r.person) for r in releases if r.span.holds(t)))


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the reader of a replaced version is told: that, and the way to the new one.

    ``new`` is None until it is released to them.
    """

    old: PaperVersion
    new: PaperVersion | None


def replaced_for(actor: Actor, version_id: UUID) -> Replaced:
    """The replaced version, for whom it would still be open; else HiddenError (R29)."""
    found = version_for(actor, version_id)
    if found.thing.state is not State.REPLACED:
        raise HiddenError
    found.access.require(Action.READ, replace(found.thing, state=State.RELEASED))
    later = PaperVersion.objects.filter(
        paper=found.version.paper, number__gt=found.version.number
    )
    ids = later.order_by("-number").values_list("id", flat=True)
    newer = {v.version.id: v for v in versions_for(actor, list(ids))}
    new = next((newer[i].version for i in ids if newer[i].can.open), None)
    return Replaced(found.version, new)


def open_request(actor: Actor, request_id: UUID) -> CooperationRequest:
    """The request, for the respondent while it is open, and for its custodians (R15).

    Raises HiddenError for anybody else, and for an unknown one.
    """
    request = (
        CooperationRequest.objects.filter(id=request_id)
        .select_related("body", "case", "person__organization")
        .first()
    )
    if request is None:
        raise HiddenError
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.READ, request_facts(request, actor.id))
    return request


def reply_files(request: CooperationRequest) -> list[PaperVersion]:
    """The files of a reply, in the order of their coming."""
    return list(
        PaperVersion.objects.filter(
            paper__item_id=request.id,
            state__in=(State.DRAFT, State.HELD, State.FINAL),
        )
        .select_related("paper", "stored", "uploaded_by")
        .order_by("uploaded_at")
    )
