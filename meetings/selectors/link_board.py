"""リンクと閲覧: how far each invited person has come with the sitting's papers (R31).

Told, opened, proved, acknowledged, read, saved, declared. What only a scanner of mail
may have done stands apart and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max, Min, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from documents.evidence.disclosure import READS, Way
from documents.models import PaperVersion, Release, Retrieval
from meetings.models import Minutes
from meetings.policies import item_facts
from meetings.selectors.board import BoardLine, board_of
from meetings.selectors.sittings import Opened
from members.facts import Action, State
from members.filters import holding_at
from members.models import Acknowledgement, Person
from portal.core import clock
from portal.core.models import AuditEvent

_OPEN = {State.RELEASED, State.FINAL}


class Show(TextChoices):
    """Whom the board shows."""

    ALL = "", _("全員")
    UNOPENED = "unopened", _("未開封")
    UNPLEDGED = "unpledged", _("誓約がまだ")
    UNREAD = "unread", _("未閲覧の資料あり")
    LOCKED = "locked", _("ロック中")
    LOST = "lost", _("届いていない")


@dataclass(slots=True)
class PaperSeen:
    """One version that was released to a person, and what became of it there."""

    version: PaperVersion
    live: bool
    opened_at: datetime | None = None
    downloaded_at: datetime | None = None
    declared: Retrieval | None = None


@dataclass(slots=True)
class LinkLine:
    """One person with everything that is known of their way."""

    told: BoardLine
    papers: list[PaperSeen] = field(default_factory=list)
    pledged_at: datetime | None = None

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.told.invitation.person

    @property
    def read(self) -> int:
        """How many papers were opened or taken."""
        return sum(bool(p.opened_at or p.downloaded_at) for p in self.papers)

    @property
    def saved(self) -> int:
        """How many papers were downloaded."""
        return sum(bool(paper.downloaded_at) for paper in self.papers)

    @property
    def declared(self) -> int:
        """Of how many it was declared what became of them."""
        return sum(paper.declared is not None for paper in self.papers)

    @property
    def declarable(self) -> int:
        """How many no longer open, so that a declaration is due."""
        return sum(not paper.live for paper in self.papers)

    @property
    def read_at(self) -> datetime | None:
        """When something was last opened first."""
        return max((p.opened_at for p in self.papers if p.opened_at), default=None)

    @property
    def opened(self) -> bool:
        """Whether the person came in: through the link, or by the own sign-in."""
        if self.person.login:
            return bool(self.read or self.pledged_at)
        return self.told.link is not None and self.told.link.link.opened_at is not None

    @property
    def renewed(self) -> bool:
        """Whether the person's present link was asked for by themselves."""
        return self.told.link is not None and self.told.link.link.renews_id is not None

    def shown(self, show: str) -> bool:
        """Whether the filter lets the line through."""
        asked = {
            Show.UNOPENED: not self.opened,
            Show.UNPLEDGED: self.told.pledge_due,
            Show.UNREAD: self.read < len(self.papers),
            Show.LOCKED: self.told.locked,
            Show.LOST: self.told.undelivered,
        }
        return asked.get(Show(show), True)


@dataclass(frozen=True, slots=True)
class LinkBoard:
    """All invited people of a sitting, and those that the filter shows."""

    lines: list[LinkLine]
    show: str

    @property
    def shown(self) -> list[LinkLine]:
        """The lines that the filter lets through."""
        return [line for line in self.lines if line.shown(self.show)]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Each filter by its code and words, and how many it would show."""
        return [
            (s.value, str(s.label), sum(line.shown(s) for line in self.lines))
            for s in Show
        ]

    @property
    def live_links(self) -> int:
        """How many links could be stopped."""
        return sum(line.told.live_link for line in self.lines)


def link_board(opened: Opened, show: str) -> LinkBoard:
    """The board, in a fixed number of queries; nothing hidden from the reader."""
    told = board_of(opened).lines
    lines = [LinkLine(line) for line in told]
    people = [line.person.id for line in lines]
    seen = _seen(opened, people)
    pledged = _pledged(people)
    for line in lines:
        line.papers = seen[line.person.id]
        line.pledged_at = pledged.get(line.person.id)
    return LinkBoard(lines, show if show in Show.values else Show.ALL)


def line_of(opened: Opened, person: Person) -> LinkLine:
    """One person's line of the board."""
    return next(
        line for line in link_board(opened, Show.ALL).lines if line.person == person
    )


def confirm_by(opened: Opened, person: Person) -> date | None:
    """The last due day of the drafts that go round among those who were there."""
    rounds = Minutes.objects.filter(
        state=Minutes.State.ROUND,
        item__in=_in_sight(opened),
        item__presences__person=person,
    )
    day: date | None = rounds.aggregate(day=Max("due_on"))["day"]
    return day


def _pledged(people: Collection[UUID]) -> dict[UUID, datetime]:
    """When each person last acknowledged a pledge that is in force."""
    rows = Acknowledgement.objects.filter(
        holding_at(clock.now(), "pledge__"), person__in=people
    )
    return dict(rows.order_by().values_list("person").annotate(at=Max("at")))


def _seen(opened: Opened, people: Collection[UUID]) -> dict[UUID, list[PaperSeen]]:
    """What was released to each of the people, and what they did with it."""
    now = clock.now()
    found: dict[tuple[UUID, UUID], PaperSeen] = {}
    releases = (
        Release.objects.filter(
            Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            version__paper__item_id__in=_in_sight(opened),
            person__in=people,
            starts_at__lte=now,
        )
        .select_related("version__paper")
        .prefetch_related("version__paper__readers")
        .order_by("version__paper__order", "version__paper__number", "version__number")
    )
    for release in _to_be_known(releases, opened.access.actor.id):
        key = (release.person_id, release.version_id)
        seen = found.setdefault(key, PaperSeen(release.version, live=False))
        open_now = release.span.holds(now) and release.version.state in _OPEN
        seen.live = seen.live or open_now
    _add_reads(found)
    _add_declared(found)
    grouped: dict[UUID, list[PaperSeen]] = defaultdict(list)
    for (person, _version), seen in found.items():
        grouped[person].append(seen)
    return grouped


def _in_sight(opened: Opened) -> list[UUID]:
    reader = opened.access.actor.id
    return [
        item.id
        for item in opened.items
        if opened.access.allows(Action.CONVENE, item_facts(item, reader))
    ]


def _to_be_known(releases: Iterable[Release], reader: UUID) -> list[Release]:
    """Without papers of a list on which the reader does not stand (R28)."""
    return [
        release
        for release in releases
        if not release.version.paper.restricted
        or reader in {person.id for person in release.version.paper.readers.all()}
    ]


def _add_reads(found: dict[tuple[UUID, UUID], PaperSeen]) -> None:
    events = AuditEvent.objects.filter(
        subject__in={f"version:{version}" for _person, version in found},
        actor__in={str(person) for person, _version in found},
        action__in=READS,
    )
    rows = events.order_by().values_list("actor", "subject", "action")
    for actor, subject, action, first in rows.annotate(first=Min("at")):
        seen = found.get((UUID(actor), UUID(subject.partition(":")[2])))
        if seen is None:
            continue
        if READS[action] == Way.OPENED:
            seen.opened_at = min(seen.opened_at or first, first)
        else:
            seen.downloaded_at = min(seen.downloaded_at or first, first)


def _add_declared(found: dict[tuple[UUID, UUID], PaperSeen]) -> None:
    rows = Retrieval.objects.filter(
        version__in={version for _person, version in found},
        person__in={person for person, _version in found},
    )
    for row in rows:
        seen = found.get((row.person_id, row.version_id))
        if seen is not None:
            seen.declared = row
