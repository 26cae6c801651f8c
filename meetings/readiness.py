"""What a sitting still lacks before people are called together.

A pure function over rows. A finding that blocks stops the approval; the others are
for the secretariat to know.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from members.facts import Regime

# Days between notice and sitting that a charter usually asks for.
NOTICE_DAYS = 7


class Check(StrEnum):
    """What is looked at, in the order in which it is shown."""

    NO_ITEMS = "no_items"
    LEGAL_BASIS = "legal_basis"
    CONSENT = "consent"
    COMMISSION = "commission"
    NOBODY = "nobody"
    PAPERS = "papers"
    TAX = "tax"
    SIGNATORY = "signatory"
    TIME = "time"
    NOTICE = "notice"
    ADDRESS = "address"
    FACTOR = "factor"
    PLEDGE = "pledge"


BLOCKING = frozenset(
    {Check.NO_ITEMS, Check.LEGAL_BASIS, Check.CONSENT, Check.COMMISSION}
)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One person on an item's roster, as far as the checks ask.

    ``reachable``: has a mail address. ``proves``: has a personal factor of strength
    two, or signs in with one. ``custodian``: chair or secretariat.
    """

    person: UUID
    name: str
    custodian: bool = False
    commissioned: bool = True
    pledged: bool = True
    reachable: bool = True
    proves: bool = True
    signatory: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One agenda item; ``unconsented`` are the labels of household members."""

    id: UUID
    order: int
    regime: Regime
    minutes: int
    based: bool
    case: UUID | None
    unconsented: tuple[str, ...] = ()
    papers: int = 0
    tax_papers: int = 0
    signatories_wanted: int = 1
    seats: tuple[SeatRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SittingRow:
    """The sitting; ``day`` is its date in Japan, ``minutes`` its length."""

    day: date
    minutes: int
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing missing, with its item and case where it belongs to one."""

    check: Check
    words: str
    item: UUID | None = None
    case: UUID | None = None

    @property
    def blocks(self) -> bool:
        """Whether the chair cannot approve before it is mended."""
        return self.check in BLOCKING


def findings(sitting: SittingRow, *, today: date) -> list[Finding]:
    """Everything that is missing on ``today``, what blocks first."""
    found = [*_of_the_day(sitting, today), *_of_the_items(sitting.items)]
    ranks = {check: rank for rank, check in enumerate(Check)}
    return sorted(found, key=lambda f: (not f.blocks, ranks[f.check]))


def _of_the_day(sitting: SittingRow, today: date) -> Iterator[Finding]:
    if not sitting.items:
        yield Finding(Check.NO_ITEMS, _("議題がまだありません。"))
    planned = sum(item.minutes for item in sitting.items)
    if planned > sitting.minutes:
        words = _(
            "議題の時間の合計(%(planned)s分)が、会議の時間(%(length)s分)を超えています。"
        )
        yield Finding(
            Check.TIME, words % {"planned": planned, "length": sitting.minutes}
        )
    left = (sitting.day - today).days
    if left < NOTICE_DAYS:
        words = _("開催まで%(left)s日です。案内は%(days)s日前までに送るのが目安です。")
        yield Finding(Check.NOTICE, words % {"left": max(left, 0), "days": NOTICE_DAYS})
    yield from _of_the_people(sitting.items)


def _of_the_people(items: Iterable[ItemRow]) -> Iterator[Finding]:
    seats = {seat.person: seat for item in items for seat in item.seats}
    outside = [seat for seat in seats.values() if not seat.custodian]
    lists = (
        (
            Check.ADDRESS,
            [seat.name for seat in outside if not seat.reachable],
            _(
                "%(names)s: メールアドレスがありません。"
                "案内状を印刷してお渡しください。"
            ),
        ),
        (
            Check.FACTOR,
            [seat.name for seat in outside if not seat.proves],
            _(
                "%(names)s: 本人確認の手段がなく、議題と資料を開けません。"
                "ワンタイムコードのカードをお渡しください。"
            ),
        ),
        (
            Check.PLEDGE,
            [seat.name for seat in outside if not seat.pledged],
            _(
                "%(names)s: 誓約がまだです。"
                "案内のリンクを開いたときに、本人に誓約をお願いします。"
            ),
        ),
    )
    for check, names, words in lists:
        if names:
            yield Finding(check, words % {"names": _names(names)})


def _of_the_items(items: Iterable[ItemRow]) -> Iterator[Finding]:
    for item in items:
        for check, words in _of_an_item(item):
            numbered = _("議題%(order)s: %(words)s") % {
                "order": item.order,
                "words": words,
            }
            yield Finding(check, numbered, item.id, item.case)


def _of_an_item(item: ItemRow) -> Iterator[tuple[Check, str]]:
    yield from _of_the_law(item)
    strangers = [seat.name for seat in item.seats if not seat.commissioned]
    if strangers:
        words = _("%(names)sに、この会議体の委嘱がありません。")
        yield Check.COMMISSION, words % {"names": _names(strangers)}
    members = [seat for seat in item.seats if not seat.custodian]
    if not members:
        yield Check.NOBODY, _("参加する人がまだ選ばれていません。")
    if item.case and not item.papers:
        yield Check.PAPERS, _("資料がまだありません。")
    if members and sum(s.signatory for s in members) < item.signatories_wanted:
        words = _("会議録を確認する人を、議長のほかに%(count)s人選んでください。")
        yield Check.SIGNATORY, words % {"count": item.signatories_wanted}


def _of_the_law(item: ItemRow) -> Iterator[tuple[Check, str]]:
    if item.regime is Regime.SHIEN and not item.based:
        yield (
            Check.LEGAL_BASIS,
            _("開催日には、支援会議の根拠条項が有効でありません。"),
        )
    if item.regime is Regime.JUSO and item.unconsented:
        words = _("%(names)sの同意がありません。同意がないまま扱うことはできません。")
        yield Check.CONSENT, words % {"names": _names(item.unconsented)}
    if item.regime is not Regime.JUSO and item.tax_papers:
        yield (
            Check.TAX,
            _(
                "税情報を含む資料は、同意のない議題では配れません。"
                "その資料を外してください。"
            ),
        )


def _names(names: Iterable[str]) -> str:
    return _("、").join(names)
