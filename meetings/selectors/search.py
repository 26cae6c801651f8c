"""検索: what somebody may see of what they look for, and nothing else (R3, R6, P4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.searching import paper_check
from meetings.models import AgendaItem
from meetings.rosters import OFFICES
from meetings.searching import (
    entry_check,
    item_check,
    old_record_check,
    outcome_check,
)
from members.access import Access, Actor, access_for
from members.filters import holding_at
from members.models import ArchiveGrant, Case, Membership, Office, Seat
from members.permissions import APART
from members.searching import case_check, organization_check, person_check
from portal.core import clock
from portal.core.errors import HiddenError
from portal.core.search import hits, index
from portal.core.search.hits import Hit
from portal.core.search.index import Within
from portal.core.search.sources import TOWN
from portal.core.search.words import Query, parsed

FEW, PER_PAGE, LAST_PAGE = 5, 20, 20
KINDS = {
    "case": _("事例"),
    "item": _("議題"),
    "outcome": _("議題の結果"),
    "entry": _("会議録(決定・役割分担を含む)"),
    "old_record": _("会議録(かさねより前)"),
    "paper": _("資料"),
    "person": _("人"),
    "organization": _("機関"),
}
_OF_TOWN = {"person", "organization"}
Check = Callable[[list[UUID]], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed and chosen; one kind is shown page by page, all in short."""

    words: str
    kind: str = ""
    case: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; ``more``: there are others behind them."""

    kind: str
    hits: list[Hit]
    more: bool

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(KINDS[self.kind])


@dataclass(frozen=True, slots=True)
class Results:
    """What was understood of a wish, and what was found."""

    wish: Wish
    query: Query
    groups: list[Group]

    @property
    def narrowed(self) -> bool:
        """Whether less was asked for than there may be."""
        wish = self.wish
        return bool(wish.kind or wish.case or wish.since or wish.until)

    @property
    def previous(self) -> int:
        """The page before."""
        return self.wish.page - 1

    @property
    def following(self) -> int:
        """The page after; 0 where there is none."""
        more = any(group.more for group in self.groups)
        return self.wish.page + 1 if more and self.wish.page < LAST_PAGE else 0


def may_search(actor: Actor, offices: Iterable[Office]) -> bool:
    """Who may look for anything: everybody in a sign-in of their own (R31, R35).

    ``offices`` are those that the actor holds now.
    """
    return actor.scope is None and not any(office.role in APART for office in offices)


def require_search(actor: Actor) -> None:
    """Raise HiddenError for whom there is no search."""
    held = actor.person.offices.filter(holding_at(clock.now()))
    if not may_search(actor, held):
        raise HiddenError


def search(actor: Actor, wish: Wish) -> Results:
    """Look for it; each hit was decided now, and is on record as read."""
    require_search(actor)
    query = parsed(wish.words)
    if not query:
        return Results(wish, query, [])
    known = access_for(actor, cases=(), items=())
    within = _within(known, wish)
    kinds = [wish.kind] if wish.kind else list(KINDS)
    groups = [
        _group(kind, _CHECKS[kind](known, query), query, within, wish) for kind in kinds
    ]
    found = [group for group in groups if group.hits]
    hits.note(actor.id, [hit for group in found for hit in group.hits])
    return Results(wish, query, found)


_CHECKS: dict[str, Callable[[Access, Query], Check]] = {
    "case": case_check,
    "item": item_check,
    "outcome": outcome_check,
    "entry": entry_check,
    "old_record": old_record_check,
    "paper": paper_check,
    "person": person_check,
    "organization": organization_check,
}


def _group(kind: str, check: Check, query: Query, within: Within, wish: Wish) -> Group:
    if kind in _OF_TOWN:
        within = replace(within, realms=[TOWN], scopes=Q(), since=None, until=None)
    size = PER_PAGE if wish.kind else FEW
    before = size * (wish.page - 1)
    found = index.hits(kind, query, within, check, before + size + 1)
    return Group(kind, found[before : before + size], len(found) > before + size)


def _within(access: Access, wish: Wish) -> Within:
    """Where there can be anything for them: their bodies, their cases, their items.

    It only saves work: whatever it lets through is decided thing by thing.
    """
    person, now = access.actor.person, access.t
    chosen = Membership.objects.filter(holding_at(now), person=person)
    granted = ArchiveGrant.objects.filter(holding_at(now), person=person)
    seats = Seat.objects.filter(holding_at(now), person=person)
    kept = person.offices.filter(holding_at(now), role__in=OFFICES)
    items = AgendaItem.objects.filter(case=None, body__in=kept.values("body"))
    scopes = (
        Q(scope__in=chosen.values("case"))
        | Q(scope__in=granted.values("case"))
        | Q(scope__in=seats.values("item_id"))
        | Q(scope__in=items.values("id"))
    )
    if wish.case:
        cases = Case.objects.filter(number__iexact=wish.case.strip())
        scopes &= Q(scope__in=cases.values("id"))
    live = {c.body for c in access.facts.person.commissions if c.span.holds(now)}
    return Within(
        realms=sorted(live),
        scopes=scopes,
        since=clock.day_start(wish.since) if wish.since else None,
        until=clock.day_start(wish.until + timedelta(days=1)) if wish.until else None,
    )
