"""How a demo case is written down; moments are (month offset, days) of the timeline."""

from dataclasses import dataclass

from portal.demo.content.types import CaseStatus, UnitKey

Moment = tuple[int, int]


@dataclass(frozen=True)
class PlanSpec:
    """A plan of a case; `decided` is the city's 支援決定, None while it waits."""

    version: int
    item: str
    decided: Moment | None
    services: tuple[str, ...]


@dataclass(frozen=True)
class CaseFile:
    """What the papers say about a household, with roles in place of names."""

    worries: str
    request: str
    own_words: str
    worker_view: str
    history: tuple[str, ...]
    strengths: tuple[str, ...]
    risks: tuple[str, ...]
    health: str
    income: str
    housing: str
    urgency: str
    wish: str
    long_goal: str
    short_goals: tuple[str, ...]
    issues: tuple[str, ...]
    support: tuple[str, ...]
    """Rows of 支援内容 | 機関 | 頻度 | 期間."""
    change: str
    records: tuple[str, ...]
    """Rows of 項目 | 記録, for the form of the agency `reporter`."""
    reporter: str


@dataclass(frozen=True)
class CaseSpec:
    key: str
    title: str
    theme: str
    description: str
    unit: UnitKey
    status: CaseStatus
    referrer: str
    lead_agency: str | None
    opened: Moment
    closed: Moment | None
    members: str
    """Rows of key | name | kana | relation | age | month-day | living | note."""
    selections: str
    """Rows of person | role | reason, or person | role | reason | month offset."""
    consents: tuple[tuple[str, Moment, Moment | None], ...]
    """Household member, given, withdrawn."""
    plans: tuple[PlanSpec, ...] = ()
    recusals: tuple[tuple[str, str, Moment], ...] = ()
    """Person, reason, from."""
