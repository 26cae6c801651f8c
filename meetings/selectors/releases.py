"""The table of a release, and the rounds made from it, as their custodians see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from documents import handling
from documents.evidence.disclosure import opened_by
from documents.intake import residue
from documents.models import PaperVersion, Release, ReleaseRound, RoundNotice
from documents.releasing import receivers
from documents.releasing.releasable import held_words
from documents.selectors import PaperRow, version_for, versions_for
from documents.services.rounds import require_keeper, under_way
from meetings import rosters
from meetings.models import AgendaItem
from meetings.policies import item_facts
from meetings.selectors.papers import ItemPapers, item_papers
from members.access import Access, Actor
from members.facts import Action, Role, Way
from members.models import Person, Seat
from portal.core import clock
from portal.core.errors import HiddenError

READ_ANYWAY = (Role.CHAIR, Role.SECRETARIAT, Role.GUEST)
Standing = ReleaseRound.Standing


def way_label(way: Way) -> str:
    """A way in a word or two."""
    return {
        Way.VIEW: _("画面だけ"),
        Way.COPY: _("名前入りPDF"),
        Way.ORIGINAL: _("原本"),
    }[way]


def way_words(way: Way, version: PaperVersion) -> str:
    """What somebody will be able to do with the version."""
    if not receivers.shown(version):
        if way is Way.ORIGINAL:
            return _("原本のファイルを保存できます(画面では読めない形式です)。")
        if receivers.being_shown_soon(version):
            return _("画面で読めるように変換しています。終わると開けます。")
        return _("画面で読めない形式のため、何も開けません。")
    return {
        Way.VIEW: _("画面で読めます。保存はできません。"),
        Way.COPY: _("画面で読めます。名前入りのPDFを保存できます。原本は渡しません。"),
        Way.ORIGINAL: _("画面で読めます。原本のファイルを保存できます。"),
    }[way]


@dataclass(frozen=True, slots=True)
class Column:
    """A paper of the table, with what speaks for a second thought about it.

    ``blocked`` says why it cannot be released now, ``held_for`` what it is held for.
    """

    version: PaperVersion
    held_for: Sequence[str]
    blocked: str
    last_day: date

    @property
    def key(self) -> str:
        """How the form names it."""
        return str(self.version.id)

    @property
    def residue(self) -> list[str]:
        """What the file still holds beside what is read in it."""
        return residue.words_of(self.version.findings)


@dataclass(frozen=True, slots=True)
class Cell:
    """One recipient and one paper: what could be given, what is given already."""

    column: Column
    person: Person
    ways: tuple[Way, ...]
    usual: Way | None
    given: Release | None
    coming: ReleaseRound | None
    barred: str

    @property
    def key(self) -> str:
        """How the form names it."""
        return f"{self.column.key}:{self.person.id}"

    @property
    def free(self) -> bool:
        """Whether it can be chosen at all."""
        return not self.barred and self.coming is None and not self.column.blocked

    @property
    def given_way(self) -> str:
        """How it was given."""
        if self.given is None or not self.given.way:
            return ""
        return way_label(Way(self.given.way))


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient: who they are, why they were chosen, and their cells."""

    person: Person
    role: str
    outside: bool
    reason: str
    pledged: bool
    cells: Sequence[Cell]


@dataclass(frozen=True)
class ReleaseTable:
    """People down, papers across."""

    columns: Sequence[Column]
    lines: Sequence[Line]

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell by its key."""
        return {cell.key: cell for line in self.lines for cell in line.cells}

    @cached_property
    def last_days(self) -> dict[str, date]:
        """The last day for each class that is there, the mildest first."""
        found = {c.version.paper.document_class: c.last_day for c in self.columns}
        return {name: found[name] for name in handling.TABLE if name in found}


def require_fresh_factor(found: ItemPapers) -> None:
    """Ask for the step-up before the choosing, not after it."""
    for row in found.releasable[:1]:
        if row.version:
            asked = version_for(found.access.actor, row.version.id)
            asked.access.require(Action.RELEASE, asked.thing)


def release_table(found: ItemPapers) -> ReleaseTable:
    """Who could get what, who has it already, and why somebody cannot."""
    columns = [_column(found, row) for row in found.releasable if row.version]
    versions = [column.version for column in columns]
    seats = _recipients(found.item)
    people = [seat.person for seat in seats]
    given = _given(versions, found.access.t)
    coming = under_way(found.item.id, found.access.t)
    barred = receivers.barred(versions, people)
    reasons = rosters.members_of(found.item.case_id)
    standing = rosters.standing(people, items=[found.item])
    files_inside = found.access.facts.municipality.internal_downloads
    lines = []
    for seat in seats:
        person, inside = seat.person, seat.role == Role.INTERNAL and files_inside
        cells = [
            Cell(
                column,
                person,
                ways=receivers.ways(column.version, inside=inside),
                usual=receivers.usual_way(column.version, inside=inside),
                given=given.get((column.version.id, person.id)),
                coming=coming.get((column.version.id, person.id)),
                barred=barred.get((column.version.id, person.id), ""),
            )
            for column in columns
        ]
        membership = reasons.get(person.id)
        lines.append(
            Line(
                person,
                role=seat.get_role_display(),
                outside=not person.organization.internal,
                reason=membership.reason if membership else "",
                pledged=rosters.pledged(standing[person.id], found.item.regime),
                cells=cells,
            )
        )
    return ReleaseTable(columns, lines)


def _recipients(item: AgendaItem) -> list[Seat]:
    """Who sits on the item and reads only what is released; people outside last."""
    seats = rosters.seats_of([item.id]).get(item.id, [])
    found = [seat for seat in seats if seat.role not in READ_ANYWAY]
    return sorted(found, key=lambda seat: not seat.person.organization.internal)


def _given(
    versions: Sequence[PaperVersion], t: datetime
) -> dict[tuple[UUID, UUID], Release]:
    rows = Release.objects.filter(version__in=versions, starts_at__lte=t)
    return {(row.version_id, row.person_id): row for row in rows if row.span.holds(t)}


def _column(found: ItemPapers, row: PaperRow) -> Column:
    version, paper = row.version, row.paper
    assert version is not None  # noqa: S101 – the caller looked
    assert paper is not None  # noqa: S101 – a releasable row is not locked
    last_day = paper_last_day(found.item, version)
    blocked = held_words(version)
    if not blocked and last_day < clock.today():
        blocked = _("閲覧できる期間を過ぎています。")
    return Column(
        version,
        held_for=[str(PaperVersion.Hold(hold).label) for hold in version.holds],
        blocked=blocked,
        last_day=last_day,
    )


def paper_last_day(item: AgendaItem, version: PaperVersion) -> date:
    """The last day on which the version may be open after the sitting (R31)."""
    held_on = clock.day_of(item.sitting.ends_at)
    return handling.last_day(version.paper, held_on, item.body.rules.link_days)


# Rounds -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundPaper:
    """One paper for one person in a round; ``version`` is None where it is hidden."""

    version: PaperVersion | None
    way: Way
    until: datetime
    opened: bool

    @property
    def label(self) -> str:
        """The way in a word or two."""
        return way_label(self.way)

    @property
    def words(self) -> str:
        """What the person can do with it."""
        return way_words(self.way, self.version) if self.version else ""

    @property
    def last_day(self) -> date:
        """The last day on which it is open."""
        return clock.last_day(self.until)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One recipient of a round."""

    person: Person
    outside: bool
    papers: Sequence[RoundPaper]
    notice: RoundNotice | None

    @property
    def opened(self) -> bool:
        """Whether any of it was opened."""
        return any(paper.opened for paper in self.papers)


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round as a custodian of its item sees it."""

    round: ReleaseRound
    found: ItemPapers
    lines: Sequence[RoundLine]
    t: datetime

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        return self.round.standing_at(self.t)

    @property
    def seconds_left(self) -> int:
        """For how long it can be undone."""
        return int(self.round.time_left(self.t).total_seconds())

    @property
    def mine(self) -> bool:
        """Whether the reader made it, and so cannot approve it (P7)."""
        return self.round.made_by_id == self.found.access.actor.id

    @property
    def outsiders(self) -> int:
        """How many of its people come from outside."""
        return sum(line.outside for line in self.lines)

    @property
    def unopened(self) -> list[RoundLine]:
        """Who was told and has opened nothing of it."""
        return [line for line in self.lines if line.notice and not line.opened]


def open_round(actor: Actor, round_id: UUID) -> OpenRound:
    """The round, for who convenes its item."""
    rows = ReleaseRound.objects.select_related(
        "made_by__organization", "approved_by", "returned_by", "undone_by"
    )
    made = rows.filter(id=round_id).first()
    if made is None:
        raise HiddenError
    require_keeper(actor, made)  # first: members of the item learn nothing of rounds
    found = item_papers(actor, made.item_id)
    return OpenRound(made, found, _round_lines(actor, made), found.access.t)


def require_second_look(actor: Actor, made: ReleaseRound) -> None:
    """Ask for the right to release, and the step-up, before the second look."""
    for each in versions_for(actor, {cell.version for cell in made.cells}):
        each.access.require(Action.RELEASE, each.thing)


def _round_lines(actor: Actor, made: ReleaseRound) -> list[RoundLine]:
    cells = made.cells
    versions = {
        each.version.id: each.version
        for each in versions_for(actor, {cell.version for cell in cells})
        # A chair reads no drafts, but has to know what there is to release (R29).
        if each.access.allows(Action.READ, each.thing)
        or each.access.allows(Action.RELEASE, each.thing)
    }
    ids = {cell.person for cell in cells}
    people = Person.objects.select_related("organization").in_bulk(ids)
    opened = opened_by(versions, ids)
    notices = {n.person_id: n for n in made.notices.select_related("mail")}
    papers: dict[UUID, list[RoundPaper]] = {}
    for cell in cells:
        seen = (cell.version, cell.person) in opened
        paper = RoundPaper(versions.get(cell.version), cell.way, cell.until, seen)
        papers.setdefault(cell.person, []).append(paper)
    return [
        RoundLine(
            people[person],
            outside=not people[person].organization.internal,
            papers=rows,
            notice=notices.get(person),
        )
        for person, rows in papers.items()
    ]


def rounds_of(found: ItemPapers) -> list[tuple[ReleaseRound, Standing]]:
    """The rounds of an item, the latest first, for who convenes it."""
    if not found.keeps:
        return []
    rows = ReleaseRound.objects.filter(item_id=found.item.id)
    return [
        (made, made.standing_at(found.access.t))
        for made in rows.select_related("made_by__organization")
    ]


def plan_of(found: ItemPapers, round_id: str) -> Mapping[str, Way]:
    """The cells of an earlier round of the item, to choose from once more."""
    rounds = {str(made.id): made for made, _standing in rounds_of(found)}
    made = rounds.get(round_id)
    return {f"{c.version}:{c.person}": c.way for c in made.cells} if made else {}


def waiting_rounds(actor: Actor) -> list[ReleaseRound]:
    """Rounds of the actor's bodies that wait: others' for a look, own ones returned."""
    bodies = rosters.offices_of(actor).values("body")
    rows = ReleaseRound.objects.filter(
        body__in=bodies, opens_at=None, undone_at=None
    ).select_related("made_by", "case", "body")
    return [
        made
        for made in rows.order_by("made_at")
        if (made.returned_at is None) != (made.made_by_id == actor.id)
    ]


def kept_rounds(
    access: Access, rounds: Sequence[ReleaseRound], items: Iterable[AgendaItem]
) -> list[tuple[ReleaseRound, AgendaItem]]:
    """Those of ``rounds`` whose item the actor convenes."""
    by_id = {
        item.id: item
        for item in items
        if access.allows(Action.CONVENE, item_facts(item, access.actor.id))
    }
    return [(r, by_id[r.item_id]) for r in rounds if r.item_id in by_id]
