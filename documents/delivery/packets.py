"""わたしの資料一式: what goes into a person's packet, its cover, its pages bound.

Only the gateway calls what makes bytes here, after decision and before audit; what
comes out has not been allowed to leave yet.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _

from documents import selectors
from documents.delivery import content
from documents.models import Paper, PaperVersion, Rendition
from documents.output.binding import Chapter, Gathering, Part, Volume, gathering
from documents.output.covers import Content, Cover, cover_pdf
from documents.output.spool import spool
from documents.output.watermark import WatermarkText
from documents.renditions.sources import pdf_source, rendition_of
from documents.selectors import OpenVersion
from members.access import Access, Actor
from members.models import Person
from portal.core import clock, jp
from portal.core.errors import InvalidError, RefusedError

# What one press can bind.
MAX_BYTES = 800 * 1024 * 1024
MAX_PAGES = 20_000

NOT_A_PDF = "PDFにできない形式のため、画面でご覧ください。"
COMING = "PDFに変換しています。しばらくして作り直すと入ります。"
BROKEN = "PDFに変換できないため、画面でご覧ください。"
TOO_MUCH = "全体の分量が多いため、画面でご覧ください。"
NO_END = "所属の文書管理の定めによる"


@dataclass(frozen=True, slots=True)
class Section:
    """An agenda item as its reader sees it; ``label`` is neutral, ``words`` are not."""

    item_id: UUID
    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One person's packet, as the app that knows the occasion describes it.

    ``agenda`` draws it, listing the papers with those ids alone; ``note`` puts it on
    record; ``still_open`` asks from fresh facts about the reader whether it may be had.
    """

    access: Access
    serial: str
    day: date
    when: str
    place: str
    agenda: Callable[[Collection[UUID]], bytes]
    sections: tuple[Section, ...]
    still_open: Callable[[Actor], bool]
    note: Callable[[], None]

    @property
    def actor(self) -> Actor:
        """Whose packet it is."""
        return self.access.actor

    @property
    def reader(self) -> Person:
        """Whose name it bears."""
        return self.access.actor.person


def papers_of(plan: Plan) -> list[OpenVersion]:
    """What the reader may have as a stamped copy now, or after a fresh factor.

    In the order of the agenda. Whatever else lies there is left out without a trace.
    """
    items = [section.item_id for section in plan.sections]
    rows = selectors.paper_rows(plan.access, items)
    shown = [row.version.id for row in rows if row.version and row.can.open]
    found = {
        open_.version.id: open_ for open_ in selectors.versions_for(plan.actor, shown)
    }
    ordered = sorted(
        (found[version] for version in shown),
        key=lambda open_: items.index(open_.version.paper.item_id),
    )
    return [
        open_ for open_ in ordered if binds(open_.version) and selectors.copyable(open_)
    ]


def binds(version: PaperVersion) -> bool:
    """Whether the paper may lie in a packet at all.

    The key of names (氏名対照表) may not: beside the papers it undoes their pseudonyms.
    """
    return version.paper.kind != Paper.Kind.IDENTITY_KEY


@dataclass(frozen=True, slots=True)
class Packet:
    """A plan with the papers that were decided to go in, and the copy's number."""

    plan: Plan
    papers: list[OpenVersion]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The PDF of some packets, and which versions each of them holds in fact."""

    file: BinaryIO
    held: list[list[OpenVersion]]


@contextmanager
def bound(packets: Sequence[Packet]) -> Iterator[Bound]:
    """The packets as one PDF, at its beginning.

    A paper that cannot be drawn is named on the cover instead.
    """
    with gathering() as parts, spool(MAX_BYTES) as out:
        desk = _Desk(parts)
        volumes = [desk.volume(packet) for packet in packets]
        if sum(volume.pages for volume in volumes) > MAX_PAGES:
            raise RefusedError(
                _("一度に作れる分量を超えています。人を分けて印刷してください。")
            )
        parts.bind(volumes, out)
        out.seek(0)
        yield Bound(out, [desk.held(packet) for packet in packets])


class _Desk:
    """Where papers are laid ready; each once, however many packets hold it."""

    def __init__(self, parts: Gathering) -> None:
        self.parts = parts
        self.ready: dict[UUID, Part] = {}
        self.missing: dict[UUID, str] = {}
        self.size = 0

    def held(self, packet: Packet) -> list[OpenVersion]:
        """The papers that are in."""
        return [p for p in packet.papers if p.version.id in self.ready]

    def volume(self, packet: Packet) -> Volume:
        """The packet with its cover, ready to be bound."""
        for paper in packet.papers:
            self._lay(paper.version)
        plan = packet.plan
        listed = {paper.version.paper_id for paper in packet.papers}
        agenda = self.parts.add_own(plan.agenda(listed))
        front = self._cover(packet, Part(0, 0, 1), agenda)
        front = self._cover(packet, front, agenda)  # now that its length is known
        return Volume(
            title=_bookmark(packet),
            mark=WatermarkText(
                name=plan.reader.name,
                organization=plan.reader.organization.name,
                at=plan.access.t.replace(second=0, microsecond=0),
                meeting=plan.serial,
            ),
            chapters=(
                Chapter(title="表紙", part=front),
                Chapter(title="次第", part=agenda),
                *self._sections(packet),
            ),
            number=packet.number,
        )

    def _lay(self, version: PaperVersion) -> None:
        if version.id in self.ready or version.id in self.missing:
            return
        source = pdf_source(version)
        if source is None:
            self.missing[version.id] = _reason(version)
        elif self.size + source.stored.size > MAX_BYTES:
            self.missing[version.id] = TOO_MUCH
        else:
            self._draw(version)

    def _draw(self, version: PaperVersion) -> None:
        try:
            with content.pdf_of(version) as pdf:
                self.ready[version.id] = part = self.parts.add(pdf)
        except InvalidError:
            self.missing[version.id] = BROKEN
        else:
            self.size += part.size

    def _sections(self, packet: Packet) -> Iterator[Chapter]:
        for section in packet.plan.sections:
            under = tuple(
                Chapter(title=_name(paper.version), part=self.ready[paper.version.id])
                for paper in self.held(packet)
                if paper.version.paper.item_id == section.item_id
            )
            if under:
                yield Chapter(title=f"{section.label} {section.words}", under=under)

    def _cover(self, packet: Packet, front: Part, agenda: Part) -> Part:
        plan, labels = packet.plan, {s.item_id: s.label for s in packet.plan.sections}
        contents, page = [], front.pages + agenda.pages + 1
        for paper in self.held(packet):
            version = paper.version
            label = labels[version.paper.item_id]
            contents.append(Content(label, version.paper.number or "会議録", page))
            page += self.ready[version.id].pages
        cover = Cover(
            serial=plan.serial,
            when=plan.when,
            place=plan.place,
            reader=f"{plan.reader.organization.name} {plan.reader.name}",
            keep_until=_keep_until(packet, self.held(packet)),
            made_at=plan.access.t,
            pages=page - 1,
            contents=tuple(contents),
            missing=tuple(self._reasons(packet, labels)),
            copy_number=packet.number,
        )
        return self.parts.add_own(cover_pdf(cover))

    def _reasons(
        self, packet: Packet, labels: dict[UUID, str]
    ) -> Iterator[tuple[str, str, str]]:
        for paper in packet.papers:
            reason = self.missing.get(paper.version.id)
            if reason is not None:
                row = paper.version.paper
                yield labels[row.item_id], row.number, reason


def _reason(version: PaperVersion) -> str:
    made = rendition_of(version)
    if made is None:
        return NOT_A_PDF
    return COMING if made.state == Rendition.State.PENDING else BROKEN


def _name(version: PaperVersion) -> str:
    return f"{version.paper.number} {version.paper.title}".strip()


def _bookmark(packet: Packet) -> str:
    reader = packet.plan.reader
    words = f"{reader.name}({reader.organization.name})"
    return f"配布番号 {packet.number} {words}" if packet.number else words


def _keep_until(packet: Packet, papers: Sequence[OpenVersion]) -> str:
    """The last day of what closes first."""
    t = packet.plan.access.t
    ends = [end for paper in papers if (end := _end_of(paper, t)) is not None]
    if not ends:
        return NO_END
    return f"{jp.era_words(clock.last_day(min(ends)))}まで"


def _end_of(paper: OpenVersion, t: datetime) -> datetime | None:
    live = [span.end for span in paper.thing.released if span.holds(t)]
    ends = [end for end in live if end is not None]
    return max(ends) if ends and len(ends) == len(live) else None
