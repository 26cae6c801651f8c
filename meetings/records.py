"""The record of one item: loaded whole, put into the document model, digested."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from documents.models import Paper, PaperVersion, Release
from meetings.attendance import origin_words, received_for
from meetings.models import (
    OUTCOMES,
    TASKS,
    ActingHead,
    AgendaItem,
    Correction,
    Entry,
    Minutes,
    Presence,
    Sitting,
)
from meetings.policies import minutes_facts
from meetings.rendering import (
    AttendanceRow,
    MinutesDocument,
    MinutesEntry,
    MinutesItem,
    Pane,
    PaperRow,
    RoleRow,
    Signatory,
)
from meetings.selectors.exports import style_of
from members.access import Access, Actor, access_for
from members.facts import Action, ObjectFacts, Regime, Role, State
from members.grounds import words_of
from members.models import Charter, LegalGround, Person, Seat
from portal.core import clock, jp
from portal.core.errors import HiddenError

_LAW_WORDS = {
    Regime.SHIEN: "同意を前提としない",
    Regime.JUSO: "本人同意あり",
    Regime.NONE: "",
}

GIST = {Entry.Kind.OPINION}


def law_words(item: AgendaItem) -> str:
    """How an item stands to consent, and the ground that carries it."""
    words = _LAW_WORDS[item.regime]
    if not words or item.ground == LegalGround.Code.NONE:
        return words
    return f"{words}({item.get_ground_display()})"


def closed_words(rules: Charter, item: AgendaItem | None = None) -> str:
    """Whether the meeting, or this item of it, is closed, and by what decision."""
    if item is not None and item.public_on is not None:
        on = jp.era_words(item.public_on)
        return f"公開({on} {item.public_by}決定。理由:{item.public_reason})"
    return _CLOSED_WORDS[Charter.Closed(rules.closed)]


_CLOSED_WORDS = {
    Charter.Closed.SITTING: "会議は非公開",
    Charter.Closed.SITTING_AND_PAPERS: "会議、資料、会議録は非公開",
    Charter.Closed.AS_RULE: "原則非公開",
}


@dataclass(frozen=True, slots=True)
class Record:
    """The record with everything its page, its document and its decision need."""

    minutes: Minutes
    item: AgendaItem
    entries: tuple[Entry, ...]
    presences: tuple[Presence, ...]
    seats: tuple[Seat, ...]
    releases: tuple[Release, ...]

    def thing(self, person: UUID) -> ObjectFacts:
        """The record as ``person`` stands to it."""
        return minutes_facts(self.minutes, person, self.presences, self.releases)

    @property
    def presiding_id(self) -> UUID | None:
        """Who presided over the sitting: the first signatory."""
        return self.item.sitting.presiding_id

    @property
    def signatories(self) -> tuple[Seat, ...]:
        """The members named to confirm beside the one who presided."""
        return tuple(
            seat
            for seat in self.seats
            if seat.signatory
            and seat.span.holds(clock.now())
            and seat.person_id != self.presiding_id
        )

    @property
    def order(self) -> tuple[Person, ...]:
        """Who confirms, in the order of the body's rules."""
        members = [seat.person for seat in self.signatories]
        head = self.item.sitting.presiding
        heads = [head] if head else []
        last = self.confirming.signing_order == Charter.SigningOrder.HEAD_LAST
        return tuple(members + heads if last else heads + members)

    @property
    def missing(self) -> tuple[Person, ...]:
        """Whose confirmation of the present version is still needed."""
        done = {
            c.person_id
            for c in self.minutes.confirmations.all()
            if c.version == self.minutes.version
        }
        return tuple(person for person in self.order if person.id not in done)

    @property
    def awaited(self) -> tuple[Person, ...]:
        """Who may confirm now: everybody missing, or the next in the body's order."""
        if self.confirming.signing_order == Charter.SigningOrder.ANY:
            return self.missing
        return self.missing[:1]

    @property
    def rules(self) -> Charter:
        """The rules of the day, of the body that held the sitting."""
        sitting = self.item.sitting
        return sitting.body.rules_at(sitting.starts_at)

    @property
    def confirming(self) -> Charter:
        """The rules of the day by which the record is confirmed: of the item's body."""
        return self.item.body.rules_at(self.item.sitting.starts_at)

    @property
    def open_corrections(self) -> int:
        """How many requests for a correction nobody has answered."""
        rows = self.minutes.corrections.all()
        return sum(row.state == Correction.State.OPEN for row in rows)

    def file(self, paper: Paper | None) -> PaperVersion | None:
        """The one version of a filed record."""
        return paper.versions.get() if paper else None

    @property
    def words(self) -> list[dict[str, str]]:
        """What the record says, as a version keeps it and a confirmation confirms."""
        return [
            {
                "id": str(e.id),
                "kind": e.kind,
                "speaker": e.speaker,
                "source": e.source,
                "text": e.text,
                "due_on": str(e.due_on or ""),
            }
            for e in self.entries
        ]

    @property
    def digest(self) -> str:
        """SHA-256 of the words of this version: what a confirmation confirms."""
        rows = [list(row.values()) for row in self.words]
        text = json.dumps([self.minutes.version, rows], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load(item_id: UUID, *, lock: bool = False) -> Record:
    """The record of an item, in a fixed number of queries; HiddenError if none.

    With ``lock`` the record's row is held until the transaction ends.
    """
    for record in load_all([item_id], lock=lock):
        return record
    raise HiddenError


def load_all(item_ids: Collection[UUID], *, lock: bool = False) -> list[Record]:
    """The records that there are of the items, in their order; as ``load``."""
    rows = Minutes.objects.select_for_update(of=("self",)) if lock else Minutes.objects
    found = (
        rows.select_related(
            "item__sitting__body",
            "item__sitting__presiding__organization",
            "item__sitting__created_by",
            "circulated_by__organization",
            "item__body",
            "item__case",
            "pdf",
            "docx",
        )
        .prefetch_related(
            "item__about",
            "item__sitting__body__charters",
            "item__body__charters",
            "confirmations__person",
            "corrections__person",
            "versions",
            Prefetch("item__entries", Entry.objects.filter(deleted=False)),
            Prefetch(
                "item__presences",
                Presence.objects.select_related("person__organization").order_by(
                    "starts_at"
                ),
            ),
        )
        .filter(item_id__in=item_ids)
        .order_by("item__order")
    )
    kept = list(found)
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    for seat in (
        Seat.objects.filter(item_id__in=item_ids)
        .select_related("person__organization")
        .order_by("person__organization__kana", "person__kana")
    ):
        seats[seat.item_id].append(seat)
    releases: dict[UUID, list[Release]] = defaultdict(list)
    pdfs = {m.pdf_id for m in kept if m.pdf_id}
    for release in Release.objects.filter(version__paper__in=pdfs).select_related(
        "version"
    ):
        releases[release.version.paper_id].append(release)
    return [_record_of(m, seats[m.item_id], releases) for m in kept]


def _record_of(
    minutes: Minutes, seats: list[Seat], releases: Mapping[UUID, list[Release]]
) -> Record:
    presences = tuple(minutes.item.presences.all())
    return Record(
        minutes=minutes,
        item=minutes.item,
        entries=tuple(minutes.item.entries.all()),
        presences=presences,
        seats=_seated(seats, {presence.person_id for presence in presences}),
        releases=tuple(releases.get(minutes.pdf_id, ())) if minutes.pdf_id else (),
    )


def _seated(seats: Iterable[Seat], came: Collection[UUID]) -> tuple[Seat, ...]:
    """One seat per person: who sits on the item now, and who came and left it.

    Whoever was taken off before the meeting is no part of the record.
    """
    now = clock.now()
    found: dict[UUID, Seat] = {}
    for seat in seats:
        if seat.span.holds(now):
            found[seat.person_id] = seat
        elif seat.person_id in came:
            found.setdefault(seat.person_id, seat)
    return tuple(found.values())


def readable(actor: Actor, item_id: UUID) -> tuple[Record, Access]:
    """The record, if the actor may read it now; unknown and hidden are the same."""
    record = load(item_id)
    cases = [record.item.case_id] if record.item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    access.require(Action.READ, record.thing(actor.id))
    return record, access


def compiled(actor: Actor, items: Collection[AgendaItem]) -> list[Record]:
    """The records of a sitting's items that the actor may read now (R5)."""
    found = load_all([item.id for item in items])
    access = access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )
    return [r for r in found if access.allows(Action.READ, r.thing(actor.id))]


def document(record: Record, *, confirmed: bool) -> MinutesDocument:
    """The record as the document model of the .docx and the PDF/A."""
    item, sitting = record.item, record.item.sitting
    ground = words_of(item.ground, sitting.starts_at)
    presiding, rules = sitting.presiding, record.rules
    outcomes = [e for e in record.entries if e.kind in OUTCOMES]
    monitoring = [
        e.due_on for e in outcomes if e.kind == Entry.Kind.DECISION and e.due_on
    ]
    return MinutesDocument(
        municipality=settings.MUNICIPALITY,
        body=item.body.name,
        legal_basis=ground.article if ground else "",
        sitting=sitting.number,
        starts_at=item.opened_at or sitting.starts_at,
        ends_at=item.closed_at or sitting.ends_at,
        place=sitting.place,
        presiding=f"{presiding.post} {presiding.name}" if presiding else "",
        acting_reason=_acting_reason(sitting),
        head_title=rules.head_title,
        closed=closed_words(rules, item),
        item=MinutesItem(
            kind=item.get_kind_display(),
            subject=item.case.number if item.case else item.title,
            regime=law_words(item),
            occasion=item.get_occasion_display() if item.case else "",
        ),
        version=record.minutes.version,
        made_at=record.minutes.circulated_at or clock.now(),
        confirmed=confirmed,
        again=any(v.finalized_at for v in record.minutes.versions.all()),
        attendance=_attendance(record),
        papers=_papers(item),
        entries=tuple(
            MinutesEntry(
                pane=Pane.COURSE,
                kind=e.get_kind_display(),
                text=e.text,
                speaker=e.speaker,
                source=e.source,
                gist=e.kind in GIST,
            )
            for e in record.entries
            if e.kind not in OUTCOMES
        ),
        decisions=tuple(e.text for e in outcomes if e.kind == Entry.Kind.DECISION),
        roles=tuple(
            RoleRow(who=e.speaker, what=e.text, until=e.due_on)
            for e in outcomes
            if e.kind in TASKS
        ),
        next_monitoring=max(monitoring, default=None),
        signatories=_signatories(record),
        digest=record.digest,
        style=style_of(item.body),
    )


def _role_words(record: Record, seat: Seat) -> str:
    """In which part somebody was there, by the body's own words."""
    if seat.role != Role.CHAIR:
        return seat.get_role_display()
    rules, presides = record.rules, seat.person_id == record.presiding_id
    return rules.head_title if presides else rules.convener_title


def _attendance(record: Record) -> tuple[AttendanceRow, ...]:
    received, spans = received_for(record.item), dict[UUID, list[Presence]]()
    for presence in record.presences:
        spans.setdefault(presence.person_id, []).append(presence)
    return tuple(
        AttendanceRow(
            organization=seat.person.organization.name,
            post=seat.person.post,
            name=seat.person.name,
            role=_role_words(record, seat) + origin_words(record.presences, seat),
            came=mine[0].starts_at if (mine := spans.get(seat.person_id)) else None,
            left=mine[-1].ends_at if mine else None,
            received=seat.person_id in received,
        )
        for seat in record.seats
    )


def _papers(item: AgendaItem) -> tuple[PaperRow, ...]:
    """The papers of the item; a restricted one is named to its list only (R28)."""
    shown = Paper.objects.filter(item_id=item.id, restricted=False)
    out = shown.exclude(kind=Paper.Kind.MINUTES).filter(
        versions__state__in=[State.RELEASED, State.FINAL, State.ARCHIVED]
    )
    return tuple(PaperRow(number=p.number, title=p.title) for p in out.distinct())


def _acting_reason(sitting: Sitting) -> str:
    """Why somebody presided in the head's stead; empty where the head did (R26)."""
    rows = ActingHead.objects.filter(sitting=sitting, person=sitting.presiding_id)
    acting = rows.last()
    return f"{acting.get_why_display()} {acting.note}" if acting else ""


def _signatories(record: Record) -> tuple[Signatory, ...]:
    confirmed = {
        c.person_id: c.at
        for c in record.minutes.confirmations.all()
        if c.version == record.minutes.version
    }
    presiding = record.item.sitting.presiding
    title = record.rules.head_title
    rows = [] if presiding is None else [(title, presiding)]
    rows += [("構成員", seat.person) for seat in record.signatories]
    return tuple(
        Signatory(role=role, name=p.name, confirmed_at=confirmed.get(p.id))
        for role, p in rows
    )
