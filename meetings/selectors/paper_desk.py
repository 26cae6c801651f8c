"""One paper on the custodian's desk, and what is to be declared of an item's papers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from documents.evidence import owing
from documents.evidence.owing import Due
from documents.models import CooperationRequest, Paper, PaperVersion, RetrievalAsk
from documents.selectors import PaperRow
from meetings.models import AgendaItem, Call, Presence, Sitting
from meetings.notices import serial_of
from meetings.selectors.papers import ItemPapers, item_papers
from members.access import Actor
from members.facts import Span
from members.models import Organization, Person, Purpose
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class DeskPaper:
    """A paper that the person sees in the list of its item."""

    found: ItemPapers
    row: PaperRow
    paper: Paper


def desk_paper(actor: Actor, paper_id: UUID) -> DeskPaper:
    """The paper in its list; HiddenError where the person does not see it there."""
    item_id = Paper.objects.filter(id=paper_id).values_list("item_id", flat=True)
    found = item_papers(actor, item_id.first() or paper_id)
    for row in found.rows:
        if row.paper is not None and row.paper.id == paper_id:
            return DeskPaper(found, row, row.paper)
    raise HiddenError


def editable_paper(actor: Actor, paper_id: UUID) -> DeskPaper:
    """The paper, if the person may mend its words as long as nobody was given it."""
    desk = desk_paper(actor, paper_id)
    filing = desk.row.can.replace and desk.found.may_file
    if not (filing or (desk.row.kept and desk.row.keeps)):
        raise HiddenError
    return desk


def showable_paper(actor: Actor, paper_id: UUID) -> DeskPaper:
    """The paper, if the person may note that it was shown."""
    desk = desk_paper(actor, paper_id)
    if not desk.found.may_show:
        raise HiddenError
    return desk


def shown_time(item: AgendaItem) -> time:
    """The time to begin with: now while the item is open, else its beginning."""
    under_way = item.state == AgendaItem.State.OPEN
    at = clock.now() if under_way else item.opened_at or item.sitting.starts_at
    return at.astimezone(clock.JST).time().replace(second=0, microsecond=0)


def keepers(item: AgendaItem, actor: Actor) -> list[Organization]:
    """The organizations that may keep a paper of the item: those seated, and one's own.

    Each once.
    """
    seated = Organization.objects.filter(
        Q(people__seats__item_id=item.id) | Q(id=actor.person.organization_id)
    )
    return list(seated.distinct())


# Showing ------------------------------------------------------------------------------


def stays(item: AgendaItem) -> list[Presence]:
    """Who was in the room for the item, from when until when."""
    rows = item.presences.select_related("person__organization")
    return list(rows.order_by("starts_at", "person__kana"))


def present_at(item: AgendaItem, at: datetime) -> list[Person]:
    """Who was in the room for the item within the minute that ``at`` begins."""
    ended_before = Q(ends_at__isnull=False, ends_at__lte=at)
    rows = item.presences.filter(starts_at__lt=at + timedelta(minutes=1))
    people = {p.person_id: p.person for p in rows.exclude(ended_before)}
    return list(people.values())


def own_stays(item: AgendaItem, actor: Actor) -> tuple[Span, ...]:
    """While the person was in the room for the item."""
    return tuple(p.span for p in item.presences.filter(person=actor.person))


# Where it came from -------------------------------------------------------------------


def received_at(paper: Paper) -> str:
    """The neutral serial of what the paper came in by."""
    if paper.purpose == Purpose.CALL:
        call = Call.objects.filter(id=paper.sitting_id).first()
        return call.serial if call else ""
    if paper.purpose == Purpose.REQUEST:
        request = CooperationRequest.objects.filter(id=paper.sitting_id).first()
        return request.serial if request else ""
    return serial_of_sitting(paper.sitting_id)


def serial_of_sitting(sitting_id: UUID) -> str:
    """The neutral serial of a sitting."""
    sitting = Sitting.objects.get(id=sitting_id)
    return serial_of(sitting.starts_at, sitting.number)


# Declarations -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DuePerson:
    """One reader of a version: what they declared, when they were last asked."""

    due: Due
    asked: RetrievalAsk | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class DueVersion:
    """A version that no longer opens for its readers; named as far as it still is."""

    version: PaperVersion
    title: str
    people: list[DuePerson]

    @property
    def declared(self) -> int:
        """How many have declared."""
        return sum(1 for line in self.people if line.due.declared)


@dataclass(frozen=True, slots=True)
class DueBoard:
    """What became of an item's papers, version by version."""

    found: ItemPapers
    versions: list[DueVersion]

    @property
    def silent(self) -> int:
        """How many words are missing and can still be asked for."""
        lines = [line for version in self.versions for line in version.people]
        return sum(1 for line in lines if line.reachable and not line.due.declared)


def due_board(actor: Actor, item_id: UUID) -> DueBoard:
    """The board of an item that the actor keeps; HiddenError for anybody else."""
    found = item_papers(actor, item_id)
    if not found.keeps:
        raise HiddenError
    dues = owing.dues_to_see(found.access, item_id)
    may = owing.reachable(dues) if dues else set()
    asks = {
        row.person_id: row
        for row in RetrievalAsk.objects.filter(sitting_id=found.item.sitting_id)
    }
    titles = {row.paper.id: row.paper.title for row in found.rows if row.paper}
    grouped: dict[UUID, list[Due]] = {}
    for due in dues:
        grouped.setdefault(due.version_id, []).append(due)
    return DueBoard(
        found,
        [
            DueVersion(
                lines[0].version,
                titles.get(lines[0].version.paper_id, ""),
                [_line(due, asks, may) for due in lines],
            )
            for lines in grouped.values()
        ],
    )


def _line(due: Due, asks: dict[UUID, RetrievalAsk], may: set[UUID]) -> DuePerson:
    return DuePerson(due, asks.get(due.person.id), due.person.id in may)
