"""What the check before approval looks at, and what it may find.

Plain rows: ``meetings/preparation.py`` fills them, ``meetings/readiness.py`` judges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.urls import reverse

from members.facts import Regime
from portal.core.errors import RefusedError


class Check(StrEnum):
    """What is looked at, in the order in which it is shown."""

    NO_ITEMS = "no_items"
    BODY = "body"
    HEAD = "head"
    LEGAL_BASIS = "legal_basis"
    CONSENT = "consent"
    COMMISSION = "commission"
    NOBODY = "nobody"
    PAPERS = "papers"
    TAX = "tax"
    SIGNATORY = "signatory"
    TIME = "time"
    NOTICE = "notice"
    RHYTHM = "rhythm"
    ADDRESS = "address"
    FACTOR = "factor"
    PLEDGE = "pledge"


BLOCKING = frozenset(
    {
        Check.NO_ITEMS,
        Check.BODY,
        Check.HEAD,
        Check.LEGAL_BASIS,
        Check.CONSENT,
        Check.COMMISSION,
    }
)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One person on an item's roster, as far as the checks ask.

    ``reachable``: has a mail address. ``proves``: has a personal factor of strength
    two, or signs in with one; ``signs_in``: by a name of their own, not by links.
    ``custodian``: chair or secretariat.
    """

    person: UUID
    name: str
    custodian: bool = False
    commissioned: bool = True
    pledged: bool = True
    reachable: bool = True
    proves: bool = True
    signs_in: bool = False
    signatory: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One agenda item; ``unconsented`` are the labels of household members.

    ``ground`` is the article the item stands on, in words.
    """

    id: UUID
    body: UUID
    order: int
    regime: Regime
    minutes: int
    based: bool
    case: UUID | None
    ground: str = ""
    unconsented: tuple[str, ...] = ()
    papers: int = 0
    tax_papers: int = 0
    signatories_wanted: int = 1
    seats: tuple[SeatRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesRow:
    """The body on the day: its charter by name, and what of it is checked here."""

    charter: str = ""
    notice_days: int = 7
    head_title: str = ""
    head_rule: str = ""
    head_held: bool = True
    exists: bool = True
    rhythm: str = ""
    awaited: bool = True  # asked for, or a body that meets without being asked


@dataclass(frozen=True, slots=True)
class SittingRow:
    """The sitting; ``day`` is its date in Japan, ``minutes`` are left for items."""

    id: UUID
    body: UUID
    day: date
    minutes: int
    items: tuple[ItemRow, ...]
    rules: RulesRow = RulesRow()


@dataclass(frozen=True, slots=True)
class Mend:
    """One way to mend it: a page, or with ``press`` a button that does it at once.

    ``arranging`` pages take changes while the agenda is a draft only.
    """

    label: str
    route: str
    target: UUID | None = None
    press: bool = False
    arranging: bool = False

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.route, args=[self.target] if self.target else [])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing missing, why it is asked for, and the ways to mend it."""

    check: Check
    words: str
    ground: str = ""
    mends: tuple[Mend, ...] = ()
    item: UUID | None = None
    case: UUID | None = None

    @property
    def blocks(self) -> bool:
        """Whether the chair cannot approve before it is mended."""
        return self.check in BLOCKING


class UnreadyError(RefusedError):
    """Something that blocks is missing; nothing was done."""

    def __init__(self, blocking: Sequence[Finding]) -> None:
        super().__init__(" ".join(finding.words for finding in blocking))
        self.findings = list(blocking)
