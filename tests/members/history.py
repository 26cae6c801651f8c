"""The life of a town in plain words, and what the rules make of any moment of it.

Imports nothing of the project, like the oracle that it asks: events go in as they
happen, as intervals between names; for a person, an act, a thing and a moment one word
comes out. What the oracle judges is worked out here from the events alone.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.members import oracle
from tests.members.oracle import Situation

KEEPERS = {"chair", "secretariat"}
APART = {"administrator", "auditor"}
BY_SEAT = {"deputy", "guest"}
DOCUMENTS = {"paper", "minutes"}
OF_AN_ITEM = {"item", "paper", "minutes"}


@dataclass
class Event:
    """Something that holds from its beginning up to, not including, its end."""

    sort: str
    start: datetime
    end: datetime | None = None
    words: dict[str, Any] = field(default_factory=dict)

    def holds(self, t: datetime) -> bool:
        return self.start <= t and (self.end is None or t < self.end)

    def fits(self, **wanted: Any) -> bool:
        return all(self.words.get(name) == value for name, value in wanted.items())


@dataclass
class Thing:
    """What is asked about, as it stands now."""

    kind: str
    body: str | None = None
    regime: str = "none"
    case: str | None = None
    item: str | None = None
    sitting: str | None = None
    about: frozenset[str] = frozenset()
    state: str = "open"
    grave: bool = True
    author: str | None = None
    name: str = ""
    tax: bool = False
    readers: frozenset[str] | None = None


@dataclass
class Life:
    """Everything that happened, and who everybody is."""

    inside: dict[str, bool]  # person: works for the municipality
    agency: dict[str, str]
    events: list[Event] = field(default_factory=list)
    grave_lowered: bool = False

    def begin(
        self, sort: str, start: datetime, end: datetime | None = None, **words: Any
    ) -> Event:
        event = Event(sort, start, end, words)
        self.events.append(event)
        return event

    def of(self, sort: str, **wanted: Any) -> list[Event]:
        return [e for e in self.events if e.sort == sort and e.fits(**wanted)]

    def live(self, sort: str, t: datetime, **wanted: Any) -> list[Event]:
        return [e for e in self.of(sort, **wanted) if e.holds(t)]

    def edges(self) -> list[datetime]:
        """Every moment at which something begins or ends."""
        found = {e.start for e in self.events} | {e.end for e in self.events if e.end}
        return sorted(found)

    def verdict(self, who: str, act: str, thing: Thing, t: datetime) -> str:
        return oracle.best(self.readings(who, act, thing, t))

    def readings(self, who: str, act: str, thing: Thing, t: datetime) -> list[set[str]]:
        """For each capacity in which the person meets the thing: the rules against."""
        found: list[set[str]] = []
        for capacity in self._capacities(who, thing, t):
            found += oracle.readings(self.situation(who, capacity, act, thing, t))
        return found

    def _capacities(self, who: str, thing: Thing, t: datetime) -> set[str]:
        offices = {
            e.words["role"]
            for e in self.live("office", t, who=who)
            if e.words["body"] in {None, thing.body}
        }
        if offices & APART:
            return offices & APART
        seated = {e.words["role"] for e in self._seats(who, thing, t)}
        if thing.case:
            chosen = self.live("membership", t, who=who, case=thing.case)
            found = {e.words["role"] for e in chosen}
        else:
            found = offices | (seated - BY_SEAT)
        if thing.kind in DOCUMENTS and self._granted(who, thing, t):
            found = found | {"archive_reader"}
        return found | (seated & BY_SEAT) or {"internal", "external"} & {
            "internal" if self.inside[who] else "external"
        }

    def _granted(self, who: str, thing: Thing, t: datetime) -> bool:
        return bool(self.live("archive grant", t, who=who, case=thing.case))

    def _seats(self, who: str, thing: Thing, t: datetime) -> list[Event]:
        return self.live("seat", t, who=who, item=thing.item) if thing.item else []

    def situation(
        self, who: str, capacity: str, act: str, thing: Thing, t: datetime
    ) -> Situation:
        """The booleans that the oracle asks for."""
        return {
            "capacity": capacity,
            "act": act,
            "kind": thing.kind,
            "state": thing.state,
            "regime": thing.regime,
            "case": thing.case is not None,
            "author": thing.author == who,
            "grave": thing.grave,
            "grave_lowered": self.grave_lowered,
            "tax": thing.tax,
            "foreign": False,
            "restricted": thing.readers is not None,
            "listed": thing.readers is not None and who in thing.readers,
            "acting": "no",
            "convenes": True,
            "presides": True,
            "town_downloads": True,
            **self._of_person(who, capacity, thing, t),
            **self._of_sign_in(who, thing, t),
            **self._of_case(thing, t),
            **self._of_release(who, capacity, thing, t),
        }

    def _of_person(
        self, who: str, capacity: str, thing: Thing, t: datetime
    ) -> Situation:
        bodies = {e.words["body"] for e in self.live("commission", t, who=who)}
        own_acts = thing.kind == "trail" and thing.body is None
        acknowledged = {e.words["pledge"] for e in self.of("acknowledged", who=who)}
        in_force = self.live("pledge", t, regime=thing.regime)
        seats = self._seats(who, thing, t)
        mine = [e for e in seats if e.words["role"] == capacity]
        body = None if capacity in APART else thing.body
        parties = {who, self.agency[who]}
        recusals = [e for e in self.live("recusal", t) if e.words["party"] in parties]
        case_chosen = self.live("membership", t, who=who, case=thing.case)
        invited = self.of("invitation", who=who, sitting=thing.sitting)
        return {
            "account": bool(self.live("account", t, who=who)),
            "commission": bool(bodies) if own_acts else thing.body in bodies,
            "pledge": {e.words["pledge"] for e in in_force} <= acknowledged,
            "office": bool(self.live("office", t, who=who, role=capacity, body=body)),
            "selection": any(e.fits(role=capacity) for e in case_chosen)
            and thing.case is not None,
            "seat": bool(mine if capacity in BY_SEAT or not thing.case else seats),
            "scribe": any(e.words["scribe"] for e in seats),
            "signatory": any(e.words["signatory"] for e in seats),
            "invited": bool(thing.kind == "sitting" and invited),
            "admitted": bool(self._presences(who, thing, t)),
            "archive_grant": self._granted(who, thing, t),
            "attended": thing.kind == "minutes"
            and bool(self.of("presence", who=who, item=thing.item)),
            "recused": any(
                e.words["case"] is not None and e.words["case"] == thing.case
                for e in recusals
            ),
        }

    def _presences(self, who: str, thing: Thing, t: datetime) -> list[Event]:
        if thing.kind != "item":
            return []
        return self.live("presence", t, who=who, item=thing.item)

    def _of_sign_in(self, who: str, thing: Thing, t: datetime) -> Situation:
        found = self.of("sign_in", who=who)
        last = found[-1] if found else None
        if last is None:
            return {
                "session": False,
                "strength": 0,
                "fresh_factor": False,
                "link": "none",
            }
        words = last.words
        idle = timedelta(minutes=30 if self.inside[who] else 15)
        fresh = t < words["seen"] + idle and t < last.start + timedelta(hours=10)
        strong = words["strong"]
        link = words["sitting"]
        return {
            "session": last.holds(t) and fresh,
            "strength": words["strength"],
            "fresh_factor": strong is not None and t < strong + timedelta(minutes=5),
            "link": "none"
            if link is None
            else ("here" if link == thing.sitting else "elsewhere"),
        }

    def _of_case(self, thing: Thing, t: datetime) -> Situation:
        return {
            "basis": bool(self.live("basis", t, body=thing.body)),
            "names_somebody": bool(thing.about),
            "consent": all(self.live("consent", t, of=each) for each in thing.about),
        }

    def _of_release(
        self, who: str, capacity: str, thing: Thing, t: datetime
    ) -> Situation:
        live = self._releases(who, thing, t)
        reaches = any(
            self._since_selection(who, capacity, thing, each, t)
            and self._since_consent(thing, each, t)
            for each in live
        )
        ways = {each.words["way"] for each in live if thing.kind == "paper"}
        original = "original" in ways
        return {
            "released": bool(live),
            "before_selection": not reaches,
            "back": False,  # said already in the line above
            "before_consent": False,  # likewise
            "granted": original,
            "narrowed": bool(ways) and not original,
        }

    def _releases(self, who: str, thing: Thing, t: datetime) -> list[Event]:
        if thing.kind == "paper":
            return self.live("release", t, who=who, paper=thing.name)
        if thing.kind == "minutes" and thing.state == "released":
            attended = self.of("presence", who=who, item=thing.item)
            return self.live("round", t, item=thing.item) if attended else []
        return []

    def _since_selection(
        self, who: str, capacity: str, thing: Thing, release: Event, t: datetime
    ) -> bool:
        if capacity in BY_SEAT:
            chosen = [e for e in self._seats(who, thing, t) if e.fits(role=capacity)]
            return any(e.start <= release.start for e in chosen)
        chosen = self.live("membership", t, who=who, case=thing.case, role=capacity)
        return any(e.words["back"] or e.start <= release.start for e in chosen)

    def _since_consent(self, thing: Thing, release: Event, t: datetime) -> bool:
        return thing.regime != "juso" or all(
            any(e.start <= release.start for e in self.live("consent", t, of=each))
            for each in thing.about
        )
