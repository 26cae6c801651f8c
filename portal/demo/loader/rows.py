"""The rows made so far, by the content's keys."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from documents.models import PaperVersion
from meetings.models import AgendaItem, Sitting
from members.facts import Regime
from members.models import (
    Body,
    Case,
    HouseholdMember,
    Organization,
    Person,
    PledgeText,
    Unit,
)
from portal.core import clock


@dataclass
class Rows:
    """Every row that later steps refer to; household members by case and key."""

    units: dict[str, Unit] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    pledges: dict[str, PledgeText] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    household: dict[tuple[str, str], HouseholdMember] = field(default_factory=dict)
    sittings: dict[str, Sitting] = field(default_factory=dict)
    items: dict[str, AgendaItem] = field(default_factory=dict)
    versions: dict[str, PaperVersion] = field(default_factory=dict)


def at(day: date, moment: time) -> datetime:
    """The instant of a local time on a day in Japan."""
    return datetime.combine(day, moment, clock.JST)


def end_of(day: date | None) -> datetime | None:
    """The end of an interval that ends before ``day``."""
    return clock.day_start(day) if day else None


def regime(name: str) -> Regime:
    """The content writes regimes in capitals."""
    return Regime(name.lower())
