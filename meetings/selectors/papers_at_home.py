"""What waits of one's papers: to be read before they close, and to be declared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from documents.evidence import owing
from documents.evidence.disclosure import opened_by
from documents.evidence.owing import Due
from documents.models import PaperVersion, Release, RetrievalAsk
from documents.policies import version_facts
from meetings.selectors.sittings import ListedSitting
from members.access import Access, Actor
from members.facts import Action, State
from members.filters import holding_at
from members.models import Purpose
from portal.core import clock

SOON = 3  # days before the last one


@dataclass(frozen=True, slots=True)
class Standing:
    """How the open papers of a sitting stand: not yet opened ones, the first end."""

    unread: int
    last_day: date | None
    days_left: int | None

    @property
    def soon(self) -> bool:
        """Whether the first of them closes within a few days."""
        return self.days_left is not None and self.days_left <= SOON

    @property
    def waits(self) -> bool:
        """Whether something should be done about them."""
        return self.soon or self.unread > 0


@dataclass(frozen=True, slots=True)
class OpenPapers:
    """A sitting with papers that are open to the person now."""

    line: ListedSitting
    standing: Standing


@dataclass(frozen=True, slots=True)
class ToDeclare:
    """A sitting with papers that no longer open; ``ask`` is the request, if any."""

    line: ListedSitting | None
    ask: RetrievalAsk | None


@dataclass(frozen=True, slots=True)
class PapersAtHome:
    """What the home page says of papers."""

    to_read: list[OpenPapers]
    open: list[OpenPapers]
    to_declare: list[ToDeclare]

    @property
    def waits(self) -> bool:
        """Whether anything is asked of the person."""
        return bool(self.to_read or self.to_declare)


@dataclass(frozen=True, slots=True)
class Given:
    """What was given to a person, before anything of it is decided."""

    releases: list[Release]
    dues: list[Due]
    asks: dict[UUID, RetrievalAsk]

    @property
    def versions(self) -> list[PaperVersion]:
        """All versions in it."""
        open_now = [row.version for row in self.releases]
        return open_now + [due.version for due in self.dues]

    @property
    def sittings(self) -> set[UUID]:
        """The sittings that they lie under."""
        return {version.paper.sitting_id for version in self.versions}


def given_to(actor: Actor) -> Given:
    """What is open to the actor by release, and what they are still to declare."""
    asks = RetrievalAsk.objects.filter(person=actor.person)
    return Given(
        list(_live(actor)),
        owing.of_person(actor.person),
        {ask.sitting_id: ask for ask in asks},
    )


def _live(actor: Actor) -> Iterable[Release]:
    rows = Release.objects.filter(
        holding_at(clock.now()),
        person=actor.person,
        version__state__in=[State.RELEASED, State.FINAL],
        version__paper__purpose=Purpose.SITTING,
    )
    rows = rows.select_related("version__paper__body", "version__paper__case")
    return rows.prefetch_related("version__paper__about", "version__paper__readers")


def papers_at_home(
    access: Access, given: Given, lines: Sequence[ListedSitting]
) -> PapersAtHome:
    """What of ``given`` is the actor's to read or to declare, by its sitting."""
    by_id = {line.sitting.id: line for line in lines}
    standings = _standings(access, given.releases)
    found = [OpenPapers(by_id[s], standings[s]) for s in by_id if s in standings]
    owed = owing.sittings_owed(access, given.dues)
    return PapersAtHome(
        to_read=[row for row in found if row.standing.waits],
        open=[row for row in found if not row.standing.waits],
        to_declare=[
            ToDeclare(by_id.get(sitting), given.asks.get(sitting))
            for sitting in owed
            if sitting in by_id or sitting in given.asks
        ],
    )


def standing_of(access: Access, sitting_id: UUID) -> Standing | None:
    """How the person's papers of one sitting stand; None without an open one."""
    rows = _live(access.actor)
    here = [row for row in rows if row.version.paper.sitting_id == sitting_id]
    return _standings(access, here).get(sitting_id)


def _standings(access: Access, releases: Sequence[Release]) -> Mapping[UUID, Standing]:
    me = access.actor.id
    grouped: dict[UUID, list[Release]] = defaultdict(list)
    for row in releases:
        thing = version_facts(row.version, releases, me, access.t)
        if access.allows(Action.READ, thing):
            grouped[row.version.paper.sitting_id].append(row)
    versions = {row.version_id for rows in grouped.values() for row in rows}
    opened = {version for version, _person in opened_by(versions, [me])}
    return {
        sitting: _standing(rows, opened, access.t) for sitting, rows in grouped.items()
    }


def _standing(rows: Sequence[Release], opened: set[UUID], t: datetime) -> Standing:
    ends = [row.ends_at for row in rows if row.ends_at is not None]
    last = clock.last_day(min(ends)) if ends else None
    return Standing(
        unread=len({row.version_id for row in rows} - opened),
        last_day=last,
        days_left=(last - clock.day_of(t)).days if last else None,
    )
