"""Who has had it (P10): for papers and a span of time, everybody and by which way.

What was opened and downloaded stands in the audit trail; what was shown, printed or
told of by mail has rows of its own. A fixed number of queries, each by an index.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from documents.models import (
    Paper,
    PaperVersion,
    PrintedCopy,
    Release,
    RoundNotice,
    Showing,
)
from members.facts import Role
from members.models import ApiToken, Membership, Person, SignIn
from portal.core import clock
from portal.core.models import AuditEvent


class Way(TextChoices):
    """How somebody had a paper."""

    OPENED = "opened", _("画面で開いた")
    DOWNLOADED = "downloaded", _("ダウンロードした")
    PRINTED = "printed", _("印刷して渡した")
    SHOWN = "shown", _("会議で提示した")
    MAILED = "mailed", _("メールで知らせた")


class Entry(TextChoices):
    """By what somebody came in; empty for what happened outside the portal."""

    SIGN_IN = "sign_in", _("本人のサインイン")
    LINK = "link", _("案内のリンク")
    KEY = "key", _("他のシステムの連携キー")
    NONE = "", _("—")


# The events that serve something of a version, of which the trail holds one each (P6).
READS = {
    "documents.version.read": Way.OPENED,
    "documents.page.read": Way.OPENED,
    "documents.version.found": Way.OPENED,
    "documents.original.download": Way.DOWNLOADED,
    "documents.copy.download": Way.DOWNLOADED,
}
KEEPERS = (Role.CHAIR, Role.SECRETARIAT)


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when, both open if not said; the end is not in it (R2)."""

    start: datetime | None = None
    end: datetime | None = None

    def on(self, column: str) -> Q:
        """The rows whose moment lies in the period."""
        found = Q()
        if self.start:
            found &= Q(**{f"{column}__gte": self.start})
        if self.end:
            found &= Q(**{f"{column}__lt": self.end})
        return found

    def touching(self) -> Q:
        """The dated rows that held at some time of the period."""
        found = Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))  # else it never did
        if self.start:
            found &= Q(ends_at=None) | Q(ends_at__gt=self.start)
        return found & Q(starts_at__lt=self.end or clock.now())


@dataclass(slots=True)
class Having:
    """One person had one paper by one way: when first, when last, how often."""

    person: Person
    paper: Paper
    way: Way
    entry: Entry
    first_at: datetime
    last_at: datetime
    count: int = 0
    versions: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Could:
    """Somebody to whom a paper stood open and who never had it."""

    person: Person
    paper: Paper
    keeper: bool


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The answer: who had what, and who could have had it."""

    papers: list[Paper]
    had: list[Having]
    could: list[Could]

    @property
    def people(self) -> int:
        """How many people had something of it; being told by mail is not having."""
        had = {h.person.id for h in self.had if h.way != Way.MAILED}
        return len(had)


@dataclass(slots=True)
class _Gathered:
    """One way by which one person had one paper, while it is added up."""

    first_at: datetime
    last_at: datetime
    count: int = 0
    versions: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def add(self, first: datetime, last: datetime, count: int = 1) -> None:
        self.first_at = min(self.first_at, first)
        self.last_at = max(self.last_at, last)
        self.count += count


Key = tuple[UUID, UUID, Way, Entry]  # person, paper, way, entry


def who_had(papers: Collection[Paper], period: Period) -> Disclosure:
    """Everybody who had one of the papers in the period."""
    return _answer(papers, period, None)


def what_had(person: Person, papers: Collection[Paper], period: Period) -> Disclosure:
    """The same about one person."""
    return _answer(papers, period, person)


def papers_read_by(person: Person) -> set[UUID]:
    """The papers of which anything was ever meant for or opened by the person."""
    ids = {UUID(s.partition(":")[2]) for s in _reads(Q(actor=str(person.id)))}
    opened = PaperVersion.objects.filter(id__in=ids).values_list("paper", flat=True)
    released = Release.objects.filter(person=person)
    shown = Showing.objects.filter(people=person)
    return {
        *opened,
        *released.values_list("version__paper", flat=True),
        *shown.values_list("paper", flat=True),
    }


def papers_had(period: Period) -> set[UUID]:
    """The papers of which somebody had something in the period."""
    ids = {UUID(s.partition(":")[2]) for s in _reads(period.on("at"))}
    read = PaperVersion.objects.filter(id__in=ids).values_list("paper", flat=True)
    shown = Showing.objects.filter(period.on("at")).values_list("paper", flat=True)
    printed = PrintedCopy.objects.filter(period.on("printed_at"))
    copied = printed.filter(versions__isnull=False)
    return {*read, *shown, *copied.values_list("versions__paper", flat=True)}


def _reads(which: Q) -> QuerySet[AuditEvent, str]:
    events = AuditEvent.objects.filter(which, action__in=READS).order_by()
    return events.values_list("subject", flat=True).distinct()


def _answer(
    papers: Collection[Paper], period: Period, person: Person | None
) -> Disclosure:
    found: dict[Key, _Gathered] = {}
    versions = {
        v.id: v
        for v in PaperVersion.objects.filter(paper__in=papers).only("paper", "number")
    }
    _add_reads(found, versions, period, person)
    _add_showings(found, papers, period, person)
    _add_copies(found, versions, period, person)
    _add_notices(found, versions, period, person)
    return _named(papers, found, _entitled(papers, period, person))


def _add(
    found: dict[Key, _Gathered], key: Key, span: tuple[datetime, datetime], count: int
) -> _Gathered:
    entry = found.setdefault(key, _Gathered(*span))
    entry.add(*span, count)
    return entry


def _add_reads(
    found: dict[Key, _Gathered],
    versions: dict[UUID, PaperVersion],
    period: Period,
    person: Person | None,
) -> None:
    events = AuditEvent.objects.filter(
        period.on("at"),
        subject__in=[f"version:{version}" for version in versions],
        action__in=READS,
    )
    if person is not None:
        events = events.filter(actor=str(person.id))
    rows = list(
        events.order_by()
        .values_list("actor", "subject", "action", "sign_in", "address")
        .annotate(first=Min("at"), last=Max("at"), count=Count("seq"))
    )
    entries = _entries({row[3] for row in rows})
    for actor, subject, action, sign_in, address, first, last, count in rows:
        version = versions[UUID(subject.partition(":")[2])]
        entry = entries.get(sign_in, Entry.SIGN_IN)
        key = (UUID(actor), version.paper_id, READS[action], entry)
        gathered = _add(found, key, (first, last), count)
        gathered.versions.add(version.number)
        gathered.addresses |= {address} - {""}


def _entries(sign_ins: set[str]) -> dict[str, Entry]:
    """Those of the sign-ins that a link had opened, or that another system was."""
    ids = sign_ins - {""}
    opened = SignIn.objects.filter(id__in=ids, link_id__isnull=False)
    keys = ApiToken.objects.filter(id__in=ids)
    links = dict.fromkeys(map(str, opened.values_list("id", flat=True)), Entry.LINK)
    return links | dict.fromkeys(map(str, keys.values_list("id", flat=True)), Entry.KEY)


def _add_showings(
    found: dict[Key, _Gathered],
    papers: Collection[Paper],
    period: Period,
    person: Person | None,
) -> None:
    rows = Showing.objects.filter(period.on("at"), paper__in=papers)
    if person is not None:
        rows = rows.filter(people=person)
    for paper, who, number, at in rows.order_by().values_list(
        "paper", "people", "version__number", "at"
    ):
        if who is not None:
            key = (who, paper, Way.SHOWN, Entry.NONE)
            _add(found, key, (at, at), 1).versions |= {number} - {None}


def _add_copies(
    found: dict[Key, _Gathered],
    versions: dict[UUID, PaperVersion],
    period: Period,
    person: Person | None,
) -> None:
    rows = PrintedCopy.objects.filter(
        period.on("printed_at"), versions__in=versions
    ).exclude(note=PrintedCopy.Note.SPOILED)
    if person is not None:
        rows = rows.filter(person=person)
    for who, id_, at in rows.order_by().values_list("person", "versions", "printed_at"):
        if at is not None:
            version = versions[id_]
            key = (who, version.paper_id, Way.PRINTED, Entry.NONE)
            _add(found, key, (at, at), 1).versions.add(version.number)


def _add_notices(
    found: dict[Key, _Gathered],
    versions: dict[UUID, PaperVersion],
    period: Period,
    person: Person | None,
) -> None:
    rows = Release.objects.filter(version__in=versions, round__isnull=False)
    if person is not None:
        rows = rows.filter(person=person)
    handed = defaultdict(set)
    for who, round_, id_ in rows.order_by().values_list("person", "round", "version"):
        handed[who, round_].add(id_)
    told = RoundNotice.objects.filter(
        period.on("told_at"), round__in={round_ for _who, round_ in handed}
    )
    for who, round_, at in told.values_list("person", "round", "told_at"):
        for id_ in handed.get((who, round_), ()):
            version = versions[id_]
            key = (who, version.paper_id, Way.MAILED, Entry.NONE)
            _add(found, key, (at, at), 1).versions.add(version.number)


def _entitled(
    papers: Collection[Paper], period: Period, person: Person | None
) -> dict[tuple[UUID, UUID], bool]:
    """Person and paper where it stood open; True for those who keep the case."""
    released = Release.objects.filter(period.touching(), version__paper__in=papers)
    keeping = Membership.objects.filter(
        period.touching(), role__in=KEEPERS, case__in={p.case_id for p in papers}
    )
    if person is not None:
        released = released.filter(person=person)
        keeping = keeping.filter(person=person)
    pairs = released.order_by().values_list("person", "version__paper")
    entitled = dict.fromkeys(pairs, False)
    kept = defaultdict(list)
    for paper in papers:
        kept[paper.case_id].append(paper.id)
    for who, case in keeping.order_by().values_list("person", "case"):
        entitled |= {(who, paper): True for paper in kept[case]}
    return entitled


def _named(
    papers: Collection[Paper],
    found: dict[Key, _Gathered],
    entitled: dict[tuple[UUID, UUID], bool],
) -> Disclosure:
    by_id = {paper.id: paper for paper in papers}
    had = {(who, paper) for who, paper, way, _entry in found if way != Way.MAILED}
    missing = {pair: keeper for pair, keeper in entitled.items() if pair not in had}
    ids = {key[0] for key in found} | {who for who, _paper in missing}
    people = Person.objects.select_related("organization").in_bulk(ids)
    lines = [
        Having(
            people[who],
            by_id[paper],
            way,
            entry,
            gathered.first_at,
            gathered.last_at,
            gathered.count,
            gathered.versions,
            gathered.addresses,
        )
        for (who, paper, way, entry), gathered in found.items()
    ]
    could = [Could(people[w], by_id[p], keeper) for (w, p), keeper in missing.items()]
    lines.sort(key=lambda h: (_place(h.person), _order(h.paper), h.first_at))
    could.sort(key=lambda c: (_place(c.person), _order(c.paper)))
    return Disclosure(sorted(papers, key=_order), lines, could)


def _place(person: Person) -> tuple[bool, str, str, str]:
    office = person.organization
    return (office.internal, office.kana, person.kana, str(person.id))


def _order(paper: Paper) -> tuple[datetime, int, str]:
    return (paper.created_at, paper.order, str(paper.id))


def opened_by(
    versions: Iterable[UUID], people: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """Who has opened what since it was filed: pairs of version and person."""
    subjects = {f"version:{version}": version for version in versions}
    known = {str(person): person for person in people}
    rows = AuditEvent.objects.filter(
        subject__in=subjects, actor__in=known, action__in=READS
    )
    return {
        (subjects[subject], known[actor])
        for subject, actor in rows.values_list("subject", "actor").distinct()
    }
