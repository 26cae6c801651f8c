"""The typed facts that the access decision reads (docs/reference/access-rules.md).

Every moment is an aware UTC instant, every interval half-open. A fact is plain
data: whoever gathers it (``members.access`` for people, each app for its own
objects) and in whatever order, equal facts give equal decisions (R3, P2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID


class Regime(StrEnum):
    """The law an agenda item stands under (R18)."""

    SHIEN = "shien"  # 支援会議, 社会福祉法106条の6
    JUSO = "juso"  # 重層的支援会議, 106条の4第2項5号
    NONE = "none"  # no case: study session, 代表者会議


class Role(StrEnum):
    """The columns of R32."""

    CHAIR = "chair"
    SECRETARIAT = "secretariat"
    INTERNAL = "internal"
    EXTERNAL = "external"
    DEPUTY = "deputy"
    GUEST = "guest"
    RESPONDENT = "respondent"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    ARCHIVE_READER = "archive_reader"


class Kind(StrEnum):
    """What sort of thing is asked for."""

    BODY = "body"  # to create cases, sittings and items in
    SITTING = "sitting"  # its neutral face: number, date, place, own invitation
    CALL = "call"  # call for cases: its neutral face, and to propose in
    CASE = "case"
    ITEM = "item"  # agenda item, with its roster and live minutes
    PAPER = "paper"  # one version of a paper, or any derivative of it
    MINUTES = "minutes"  # draft or confirmed record of one item
    REQUEST = "request"  # co-operation request
    HEALTH = "health"  # accounts, settings, counts
    TRAIL = "trail"  # audit events


class Action(StrEnum):
    """The rows of R32, and what each kind of thing needs beside them."""

    SEE_NOTICE = "see_notice"
    ACKNOWLEDGE = "acknowledge"
    CONVENE = "convene"
    PROPOSE = "propose"
    APPROVE = "approve"
    READ = "read"
    OPEN_FROZEN = "open_frozen"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    RELEASE = "release"
    RECALL = "recall"
    WRITE_MINUTES = "write_minutes"
    FOLLOW_MINUTES = "follow_minutes"
    REQUEST_CORRECTION = "request_correction"
    CONFIRM_MINUTES = "confirm_minutes"
    ENTER_CONSENT = "enter_consent"
    ENTER_RECUSAL = "enter_recusal"
    DECLARE_RECUSAL = "declare_recusal"
    DISPOSE = "dispose"
    OPEN_ARCHIVE = "open_archive"
    ISSUE_CARD = "issue_card"
    SET_RULES = "set_rules"
    APPOINT = "appoint"
    ADMINISTER = "administer"
    READ_TRAIL = "read_trail"


class State(StrEnum):
    """The life of an artefact (R29)."""

    OPEN = "open"  # things without an own life: bodies, cases, items, sittings
    DRAFT = "draft"
    UNSCANNED = "unscanned"  # the virus scan has not let it pass
    HELD = "held"
    RELEASED = "released"
    REPLACED = "replaced"
    RECALLED = "recalled"
    FINAL = "final"
    ARCHIVED = "archived"
    DISPOSED = "disposed"


class Way(StrEnum):
    """What a release hands out."""

    VIEW = "view"  # to be read on the screen, and no file
    COPY = "copy"  # also a PDF that bears the reader's name
    ORIGINAL = "original"  # also the file as it was filed


class Answer(StrEnum):
    """What the decision says."""

    ALLOW = "allow"
    NEED_ACK = "need_ack"
    STEP_UP = "step_up"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval ``[start, end)``; None is open on that side (R2)."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, t: datetime) -> bool:
        """Whether ``t`` lies inside."""
        after = self.start is None or self.start <= t
        return after and (self.end is None or t < self.end)

    def common(self, other: "Span") -> "Span | None":
        """The part that both share; None where there is none."""
        starts = [t for t in (self.start, other.start) if t is not None]
        ends = [t for t in (self.end, other.end) if t is not None]
        start, end = max(starts, default=None), min(ends, default=None)
        if start is not None and end is not None and start >= end:
            return None
        return Span(start, end)


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a key of another system is for: confirmed records of bodies (R31)."""

    bodies: frozenset[UUID]
    files: bool  # or only what is said about them

    def covers(self, action: Action, thing: "ObjectFacts") -> bool:
        """Whether it is for the act; of a body itself, for what was disposed of."""
        if thing.body not in self.bodies:
            return False
        if action is Action.READ and thing.kind is Kind.BODY:
            return True
        if thing.state is not State.FINAL:
            return False
        if action is Action.READ:
            return thing.kind is Kind.MINUTES
        return action is Action.DOWNLOAD and self.files


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in (R7, R8). ``sitting`` narrows a session that a link opened (R31).

    ``reach`` narrows one that rests on a key of another system.
    """

    span: Span
    seen_at: datetime
    strength: int  # 0 link alone, 1 mail code, 2 personal factor
    strong_at: datetime | None = None  # when strength 2 was last proved
    sitting: UUID | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role per body (R17), or for the whole portal where ``body`` is None.

    Chairs may be two people: who calls together (``convenes``) and who leads the
    sitting (``presides``). ``sitting`` narrows a stand-in to one sitting (R26).
    """

    role: Role
    body: UUID | None
    span: Span
    convenes: bool = True
    presides: bool = True
    sitting: UUID | None = None


@dataclass(frozen=True, slots=True)
class Commission:
    """委嘱 or 任命 to a body (R10)."""

    body: UUID
    span: Span


@dataclass(frozen=True, slots=True)
class Pledge:
    """A version of the pledge text and while it is the one in force (R11)."""

    regime: Regime
    version: int
    span: Span


@dataclass(frozen=True, slots=True)
class Membership:
    """Selection of a person for a case (R12, R13)."""

    case: UUID
    role: Role
    span: Span
    back_history: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """A place on the roster of one agenda item (R18), selected with the item."""

    item: UUID
    role: Role
    span: Span
    scribe: bool = False
    signatory: bool = False


@dataclass(frozen=True, slots=True)
class Recusal:
    """Beats every other fact (R27): for a case, or for one item of it."""

    case: UUID | None
    item: UUID | None
    span: Span


@dataclass(frozen=True, slots=True)
class ArchiveGrant:
    """Leave to read the confirmed records of a case, for a short time (R33)."""

    case: UUID
    span: Span


@dataclass(frozen=True)
class PersonFacts:
    """Everything the rules know about one person.

    A custodian of many years has thousands of memberships and seats, so these are
    looked up by case and by item, grouped once for all questions.
    """

    id: UUID
    internal: bool
    active: Span
    roles: tuple[RoleGrant, ...] = ()
    commissions: tuple[Commission, ...] = ()
    acknowledged: frozenset[tuple[Regime, int]] = frozenset()
    memberships: tuple[Membership, ...] = ()
    seats: tuple[Seat, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    archive_grants: tuple[ArchiveGrant, ...] = ()

    @cached_property
    def memberships_by_case(self) -> Mapping[UUID, list[Membership]]:
        """The selections for each case, in their order; also those that ended."""
        grouped: dict[UUID, list[Membership]] = {}
        for membership in self.memberships:
            grouped.setdefault(membership.case, []).append(membership)
        return grouped

    @cached_property
    def seats_by_item(self) -> Mapping[UUID, list[Seat]]:
        """The places on each item's roster, in their order; also those that ended."""
        grouped: dict[UUID, list[Seat]] = {}
        for seat in self.seats:
            grouped.setdefault(seat.item, []).append(seat)
        return grouped


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """The thing asked for, and what ties it to the asking person.

    ``released`` are the release rows to that person; ``admitted`` the spans in
    which the person is in the room for the item; ``about`` the household members
    whom the thing is about. ``regime`` is that of the item it is asked for under,
    ``origin`` the one under which it was received (R21).
    """

    kind: Kind
    body: UUID | None = None
    sitting: UUID | None = None
    case: UUID | None = None
    item: UUID | None = None
    regime: Regime = Regime.NONE
    origin: Regime | None = None
    tax_information: bool = False
    document_class: int = 3  # 2 or 3 (3A, 3B, 3C), see R8
    state: State = State.OPEN
    about: frozenset[UUID] = frozenset()
    author: bool = False
    invited: bool = False
    released: tuple[Span, ...] = ()
    admitted: tuple[Span, ...] = ()
    attended: bool = False
    way: Way | None = None  # of the live release; None: as is usual for the role
    readers: frozenset[UUID] | None = None  # the list of a restricted paper (R28)


@dataclass(frozen=True, slots=True)
class Municipality:
    """The settings marked (S), the pledges, the legal bases and the consents.

    ``legal_basis`` maps a body to the spans in which its statutory shelter is
    switched on (R19); ``consents`` maps a household member to that person's
    consents, withdrawn ones included; ``lowered`` are the spans in which a recorded
    decision lets class 3 be opened by a mail code (R8).
    """

    legal_basis: Mapping[UUID, tuple[Span, ...]] = field(default_factory=dict)
    pledges: tuple[Pledge, ...] = ()
    consents: Mapping[UUID, tuple[Span, ...]] = field(default_factory=dict)
    lowered: tuple[Span, ...] = ()
    idle_external_minutes: int = 15
    idle_internal_minutes: int = 30
    session_hours: int = 10
    step_up_minutes: int = 5
    internal_downloads: bool = True

    def class3_strength(self, t: datetime) -> int:
        """The strength that papers of class 3 ask for at ``t``."""
        return 1 if any(span.holds(t) for span in self.lowered) else 2


@dataclass(frozen=True, slots=True)
class Facts:
    """The person and the municipality, gathered once for many questions."""

    person: PersonFacts
    municipality: Municipality
