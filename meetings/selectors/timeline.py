"""経過: one case as a line of time, of what the reader may see of it anyway."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from documents import selectors as documents
from documents.models import CooperationRequest, Paper
from documents.selectors import PaperRow
from meetings import records
from meetings.models import (
    OUTCOMES,
    AgendaItem,
    Entry,
    HandBack,
    MoveNotice,
    OldRecord,
    Outcome,
    Sitting,
)
from meetings.policies import item_facts
from meetings.records import Record
from meetings.selectors import old_records
from meetings.selectors.records import note_reads
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Case, Membership
from members.policies import case_facts
from portal.core import clock, jp

_UNSENT = {Sitting.State.DRAFT, Sitting.State.SUBMITTED}


class Sort(StrEnum):
    """What a moment is about."""

    CASE = "case"
    PEOPLE = "people"
    CONSENT = "consent"
    MEETING = "meeting"
    REQUEST = "request"
    MONITORING = "monitoring"

    @property
    def words(self) -> str:
        """The word on its chip."""
        return {
            Sort.CASE: _("事例"),
            Sort.PEOPLE: _("人"),
            Sort.CONSENT: _("同意"),
            Sort.MEETING: _("会議"),
            Sort.REQUEST: _("協力依頼"),
            Sort.MONITORING: _("モニタリング"),
        }[self]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one item of the case came to, as far as it opens to the reader."""

    item: AgendaItem
    outcome: Outcome | None
    has_record: bool
    entries: tuple[Entry, ...]
    papers: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of the line, with the meeting where it is one, here or before."""

    on: date
    sort: Sort
    words: str
    note: str = ""
    meeting: Meeting | None = None
    old: OldRecord | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year (年度) with its moments, the latest first."""

    number: int
    moments: list[Moment]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The case, what is to come (the nearest first) and the years behind it."""

    case: Case
    ahead: list[Moment]
    years: list[Year]
    custodian: bool

    @property
    def items(self) -> list[UUID]:
        """The items that it names."""
        past = (moment for year in self.years for moment in year.moments)
        return [m.meeting.item.id for m in (*self.ahead, *past) if m.meeting]


def timeline_of(actor: Actor, case_id: UUID) -> Timeline:
    """The line of a readable case, in a fixed number of queries.

    Each moment is shown to whom its own page would show it (R5, R18); the words of
    records go on record as read.
    """
    case, access = members.readable_case(actor, case_id)
    custodian = access.offers(Action.CONVENE, case_facts(case))
    moments = [
        *_of_case(case),
        *_of_people(case, custodian=custodian),
        *_of_consents(case, custodian=custodian),
    ]
    moments += _of_meetings(actor, case)
    moments += _of_old_records(access, case)
    if custodian:
        moments += [*_of_requests(case), *_of_hand_backs(case), *_of_moves(case)]
    today = clock.today()
    past = [moment for moment in moments if moment.on <= today]
    ahead = [moment for moment in moments if moment.on > today]
    return Timeline(
        case, sorted(ahead, key=lambda each: each.on), _years(past), custodian
    )


def _years(moments: Sequence[Moment]) -> list[Year]:
    latest = sorted(moments, key=lambda each: each.on, reverse=True)
    return [
        Year(number, list(found))
        for number, found in groupby(latest, key=lambda each: jp.fiscal_year(each.on))
    ]


def _of_case(case: Case) -> Iterator[Moment]:
    referrer = _("つなぎ元 %(agency)s") % {"agency": case.referrer}
    yield Moment(
        case.opened_on, Sort.CASE, _("受付"), referrer if case.referrer else ""
    )
    if case.closed_on:
        moved = case.status == Case.Status.MOVED
        yield Moment(case.closed_on, Sort.CASE, _("転出") if moved else _("終結"))


def _of_people(case: Case, *, custodian: bool) -> Iterator[Moment]:
    """Who was chosen and who left, day by day; the custodians alone see who is gone."""
    now = clock.now()
    came, left = defaultdict(list), defaultdict(list)
    for membership in case.memberships.all():
        ends_at = membership.ends_at
        gone = ends_at is not None and ends_at <= now
        if custodian or not gone:
            came[clock.day_of(membership.starts_at)].append(membership)
        if custodian and gone and ends_at is not None:
            left[clock.day_of(ends_at)].append(membership)
    for day, chosen in came.items():
        yield Moment(day, Sort.PEOPLE, _("選定"), _names(chosen))
    for day, chosen in left.items():
        yield Moment(day, Sort.PEOPLE, _("選定の終わり"), _names(chosen))


def _names(chosen: Sequence[Membership]) -> str:
    return "、".join(
        f"{each.person.name}({each.get_role_display()})" for each in chosen
    )


def _of_consents(case: Case, *, custodian: bool) -> Iterator[Moment]:
    """The days of each consent; its scope is for the custodians alone."""
    for member in case.household.all():
        for consent in member.consents.all():
            who = {"who": member.label}
            yield Moment(
                clock.day_of(consent.given_at),
                Sort.CONSENT,
                _("%(who)sの同意") % who,
                consent.scope if custodian else "",
            )
            if consent.withdrawn_at:
                words = _("%(who)sの同意の撤回") % who
                yield Moment(clock.day_of(consent.withdrawn_at), Sort.CONSENT, words)


def _of_meetings(actor: Actor, case: Case) -> Iterator[Moment]:
    items = list(_items_of(case))
    ids = [item.id for item in items]
    access = access_for(actor, cases=[case.id], items=ids)
    mine = [item for item in items if _opens(access, item)]
    open_ids = [item.id for item in mine]
    read = [
        record
        for record in records.load_all(open_ids)
        if access.allows(Action.READ, record.thing(actor.id))
    ]
    note_reads(actor, read)
    by_item = {record.item.id: record for record in read}
    papers = [row for row in documents.paper_rows(access, open_ids) if _named(row)]
    for item in mine:
        rows = tuple(row for row in papers if row.item_id == item.id)
        meeting = _meeting(access, item, by_item.get(item.id), rows)
        yield _held(item, meeting)
        if meeting.outcome:
            yield from _after(meeting.outcome)


def _of_old_records(access: Access, case: Case) -> Iterator[Moment]:
    read = old_records.readable_records(access, case)
    if read:
        old_records.note_reads(access.actor, read)
    for record in read:
        words = " ".join(each for each in (record.sitting, record.title) if each)
        yield Moment(record.held_on, Sort.MEETING, words, old=record)


def _items_of(case: Case) -> QuerySet[AgendaItem]:
    return (
        AgendaItem.objects.filter(case=case)
        .exclude(sitting__state=Sitting.State.CANCELLED)
        .select_related("sitting__body", "body", "outcome__lead_agency")
        .select_related("outcome__decision")
        .prefetch_related("about")
    )


def _opens(access: Access, item: AgendaItem) -> bool:
    """Whether the item stands on the reader's own page of its sitting."""
    thing = item_facts(item, access.actor.id)
    if item.sitting.state in _UNSENT:
        return access.allows(Action.CONVENE, thing)
    return access.allows(Action.READ, thing)


def _named(row: PaperRow) -> bool:
    """Whether the paper's name is the reader's to see; records stand apart."""
    paper = row.paper
    if paper is None or paper.kind == Paper.Kind.MINUTES or row.draft:
        return False
    return row.can.open or row.kept


def _meeting(
    access: Access, item: AgendaItem, record: Record | None, rows: tuple[PaperRow, ...]
) -> Meeting:
    """The outcome is the custodian's, and that of whoever may read the record."""
    keeps = access.allows(Action.CONVENE, item_facts(item, access.actor.id))
    outcome = getattr(item, "outcome", None) if record or keeps else None
    entries = [e for e in record.entries if e.kind in OUTCOMES] if record else []
    said = tuple(entry for entry in entries if entry.text)
    return Meeting(item, outcome, record is not None, said, rows)


def _held(item: AgendaItem, meeting: Meeting) -> Moment:
    day = clock.day_of(item.sitting.starts_at)
    return Moment(day, Sort.MEETING, str(item.sitting), item.purpose, meeting)


def _after(outcome: Outcome) -> Iterator[Moment]:
    """The city's own act, on its own day, and the review that was set."""
    decision = getattr(outcome, "decision", None)
    if decision:
        words = _("支援決定") if decision.granted else _("支援決定をしない")
        yield Moment(decision.decided_on, Sort.CASE, words, decision.decided_by)
    if outcome.monitoring_on and outcome.monitoring_on >= clock.today():
        yield Moment(outcome.monitoring_on, Sort.MONITORING, _("モニタリングの予定日"))


def _of_requests(case: Case) -> Iterator[Moment]:
    rows = CooperationRequest.objects.filter(case=case)
    for request in rows.select_related("person__organization"):
        serial = {"serial": request.serial}
        standing = f"{request.person.name} {request.person.standing}"
        words = _("協力依頼 %(serial)s") % serial
        yield Moment(clock.day_of(request.asked_at), Sort.REQUEST, words, standing)
        if request.answered_at:
            words = _("回答 %(serial)s") % serial
            yield Moment(
                clock.day_of(request.answered_at), Sort.REQUEST, words, standing
            )


def _of_hand_backs(case: Case) -> Iterator[Moment]:
    for back in HandBack.objects.filter(case=case).select_related("organization"):
        words = _("つなぎもどし %(agency)s") % {"agency": back.organization}
        yield Moment(back.handed_on, Sort.CASE, words, back.talk)


def _of_moves(case: Case) -> Iterator[Moment]:
    """Also a notice that comes after an end of its own: the day it was decided."""
    for notice in MoveNotice.objects.filter(case=case):
        yield Moment(notice.decided_on, Sort.CASE, _("転出の通知"), notice.destination)
