"""A town that lives twice: in the tables, by the project's own services, and in words.

Each act is asked of the oracle first. Where the rules say no, the service must refuse;
where it went through, ``history`` is told the same in its own words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from documents.models import Paper, PaperVersion
from documents.policies import version_facts
from documents.services import releases
from meetings.models import AgendaItem, Invitation, Minutes, Presence, Sitting
from meetings.policies import item_facts, minutes_facts, sitting_facts
from members.access import Access, Actor, access_for_all
from members.decide import decide
from members.facts import Action, ObjectFacts, Regime, Role, State, Way
from members.models import (
    ArchiveGrant,
    Body,
    Case,
    LegalBasis,
    Membership,
    Office,
    Person,
    PledgeText,
    Recusal,
    Relaxation,
    Seat,
)
from members.policies import HEALTH, body_facts, case_facts, trail_facts
from members.services import archive, cases, duty, sign_ins
from portal.core import clock
from portal.core.errors import DomainError
from portal.core.models import StoredObject
from tests import factories
from tests.members import history
from tests.members.history import Event, Life
from tests.members.oracle import KNOWN
from tests.papers import hand_out

Facts = Callable[[Person, datetime], ObjectFacts]


@dataclass
class Known:
    """One thing, in words and as the decision is asked about it."""

    words: history.Thing
    facts: Facts


@dataclass
class Town:
    """The rows by the names that the words use."""

    life: Life
    people: dict[str, Person] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    items: dict[str, AgendaItem] = field(default_factory=dict)
    papers: dict[str, PaperVersion] = field(default_factory=dict)
    minutes: dict[str, Minutes] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)  # of households
    pledges: dict[str, PledgeText] = field(default_factory=dict)
    sittings: dict[str, Sitting] = field(default_factory=dict)
    things: dict[str, Known] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)  # of events that can end

    def note(self, row: Any, sort: str, **words: Any) -> Event:
        """The event that a row with a beginning and an end stands for."""
        event = self.life.begin(sort, row.starts_at, row.ends_at, **words)
        self.rows[id(event)] = row
        return event

    def row_of(self, event: Event) -> Any:
        return self.rows[id(event)]

    def end(self, event: Event) -> None:
        """An end that no service makes: an account, an office, a legal basis."""
        row = self.row_of(event)
        row.ends_at = event.end = clock.now()
        type(row).objects.filter(pk=row.pk).update(ends_at=event.end)

    # Who is here ----------------------------------------------------------------------

    def sign_in(self, who: str, strength: int, sitting: str | None = None) -> None:
        scope = factories.to_sitting(self.sittings[sitting]) if sitting else None
        actor = factories.sign_in(self.people[who], strength, scope)
        assert actor.sign_in is not None
        self.actors[who] = actor
        for earlier in self.life.live("sign_in", clock.now(), who=who):
            earlier.end = clock.now()
        self.life.begin(
            "sign_in",
            actor.sign_in.started_at,
            who=who,
            strength=strength,
            seen=actor.sign_in.seen_at,
            strong=actor.sign_in.strong_at,
            sitting=sitting,
        )

    def prove(self, who: str) -> None:
        """The personal factor, once more."""
        if not self.life.live("sign_in", clock.now(), who=who):
            return
        sign_ins.strengthen(actor=self.actors[who])
        words = self.life.of("sign_in", who=who)[-1].words
        words["strength"], words["strong"] = 2, clock.now()

    def sign_out(self, who: str) -> None:
        for event in self.life.live("sign_in", clock.now(), who=who):
            actor = self.actors[who]
            sign_ins.end(actor=actor)
            assert actor.sign_in is not None
            actor.sign_in.refresh_from_db()
            event.end = clock.now()

    # Acts by services -----------------------------------------------------------------

    def attempt(
        self, who: str, act: str, thing: str, deed: Callable[[], Any]
    ) -> Any | None:
        """The deed's result; None where it was refused. The rules' no must refuse."""
        words = self.things[thing].words
        allowed = self.life.verdict(who, act, words, clock.now()) == "allow"
        try:
            done = deed()
        except DomainError:
            return None
        assert allowed, f"{who} could {act} {thing}"
        return done if done is not None else True

    def select(self, who: str, case: str, whom: str, role: Role, *, back: bool) -> None:
        now = clock.now()
        fits = {"who": whom, "case": case, "role": str(role)}
        kept = self.life.live("membership", now, **fits)
        row = self.attempt(
            who,
            "convene",
            case,
            lambda: cases.select_member(
                actor=self.actors[who],
                case=self.cases[case],
                person=self.people[whom],
                role=role,
                reason="関係機関のため",
                back_history=back,
            ),
        )
        if row is not None and not kept:
            self.note(row, "membership", back=back, **fits)

    def deselect(self, who: str, event: Event) -> None:
        row: Membership = self.row_of(event)
        done = self.attempt(
            who,
            "convene",
            event.words["case"],
            lambda: cases.end_membership(actor=self.actors[who], membership=row),
        )
        if done and event.holds(clock.now()):
            event.end = clock.now()

    def seat(self, who: str, item: str, whom: str, role: Role, *, scribe: bool) -> None:
        """A live seat keeps its beginning, whatever else changes in it."""
        seat = cases.give_seat(
            actor=self.actors[who],
            item_id=self.items[item].id,
            person=self.people[whom],
            role=role,
            scribe=scribe,
        )
        for event in self.life.live("seat", clock.now(), who=whom, item=item):
            event.words |= {"role": str(role), "scribe": scribe, "signatory": False}
            return
        self._seated(seat, item, whom, scribe=scribe)

    def _seated(self, seat: Seat, item: str, whom: str, *, scribe: bool) -> None:
        words = {"role": str(seat.role), "scribe": scribe, "signatory": seat.signatory}
        self.note(seat, "seat", who=whom, item=item, **words)

    def unseat(self, who: str, event: Event) -> None:
        cases.end_seat(actor=self.actors[who], seat=self.row_of(event))
        event.end = clock.now()

    def acknowledge(self, who: str, pledge: str) -> None:
        try:
            duty.acknowledge(actor=self.actors[who], pledge=self.pledges[pledge])
        except DomainError:
            return
        self.life.begin("acknowledged", clock.now(), who=who, pledge=pledge)

    def consent(self, who: str, case: str, member: str) -> None:
        row = self.attempt(
            who,
            "enter_consent",
            case,
            lambda: cases.enter_consent(
                actor=self.actors[who],
                member=self.members[member],
                scope="構成員",
                evidence="様式1-1",
                given_at=clock.now(),
            ),
        )
        if row is not None:
            event = self.life.begin("consent", row.given_at, of=member, case=case)
            self.rows[id(event)] = row

    def withdraw(self, who: str, event: Event) -> None:
        row = self.row_of(event)
        done = self.attempt(
            who,
            "enter_consent",
            event.words["case"],
            lambda: cases.withdraw_consent(actor=self.actors[who], consent=row),
        )
        if done and event.end is None:
            event.end = clock.now()

    def recuse(self, who: str, case: str, party: str) -> None:
        person = self.people.get(party)
        house = None if person else self._house(party)
        row: Recusal | None = self.attempt(
            who,
            "enter_recusal",
            case,
            lambda: cases.enter_recusal(
                actor=self.actors[who],
                case=self.cases[case],
                person=person,
                organization=house,
            ),
        )
        if row is not None:
            self.note(row, "recusal", party=party, case=case)

    def step_back(self, who: str, case: str) -> None:
        row: Recusal | None = self.attempt(
            who,
            "declare_recusal",
            case,
            lambda: cases.declare_recusal(
                actor=self.actors[who], case=self.cases[case]
            ),
        )
        if row is not None:
            self.note(row, "recusal", party=who, case=case)

    def open_archive(self, who: str, case: str, whom: str, days: int) -> None:
        row: ArchiveGrant | None = self.attempt(
            who,
            "open_archive",
            case,
            lambda: archive.grant(
                actor=self.actors[who],
                case=self.cases[case],
                person=self.people[whom],
                purpose="再相談のため",
                last_day=clock.today() + timedelta(days=days),
            ),
        )
        if row is not None:
            self.note(row, "archive grant", who=whom, case=case)

    def shut_archive(self, who: str, event: Event) -> None:
        row: ArchiveGrant = self.row_of(event)
        case = event.words["case"]
        done = self.attempt(
            who,
            "open_archive",
            case,
            lambda: archive.end(
                actor=self.actors[who], case=self.cases[case], grant_id=row.pk
            ),
        )
        if done:
            event.end = clock.now()

    def _house(self, agency: str) -> Any:
        who = next(who for who, house in self.life.agency.items() if house == agency)
        return self.people[who].organization

    def release(self, who: str, paper: str, whom: str, way: Way) -> None:
        until = clock.now() + timedelta(days=7)
        version = self.papers[paper]
        done = self.attempt(
            who,
            "release",
            paper,
            lambda: hand_out(
                self.actors[who], [version], [self.people[whom]], until=until, way=way
            ),
        )
        if done is None:
            return
        for earlier in self.life.live("release", clock.now(), who=whom, paper=paper):
            earlier.end = clock.now()
        words = {"who": whom, "paper": paper, "way": str(way)}
        self.life.begin("release", clock.now(), until, **words)
        self.things[paper].words.state = "released"

    def recall(self, who: str, paper: str) -> None:
        done = self.attempt(
            who,
            "recall",
            paper,
            lambda: releases.recall_version(
                actor=self.actors[who], version=self.papers[paper]
            ),
        )
        if done:
            self.things[paper].words.state = "recalled"

    # What no service of one step does -------------------------------------------------

    def admit(self, item: str, whom: str) -> None:
        if not self.life.live("presence", clock.now(), who=whom, item=item):
            row = Presence.objects.create(
                person=self.people[whom], item=self.items[item], starts_at=clock.now()
            )
            self.note(row, "presence", who=whom, item=item)

    def new_pledge(self, regime: Regime) -> None:
        (old,) = self.life.live("pledge", clock.now(), regime=str(regime))
        self.end(old)
        number = len(self.life.of("pledge", regime=str(regime))) + 1
        row = factories.pledge(regime, number, starts_at=clock.now())
        self.pledged(row, regime, number)

    def pledged(self, row: PledgeText, regime: Regime, number: int) -> None:
        name = f"{regime}-{number}"
        self.pledges[name] = row
        self.note(row, "pledge", regime=str(regime), pledge=name)

    def begin(self, sort: str, make: Callable[..., Any], **words: Any) -> None:
        """A row from now on, with the words that it stands for."""
        self.note(make(starts_at=clock.now()), sort, **words)

    def circulate(self, item: str) -> None:
        row, now = self.minutes[item], clock.now()
        row.state, row.circulated_at = Minutes.State.ROUND, now
        row.due_on = clock.today()
        row.save()
        for event in self.life.live("round", now, item=item):
            event.end = now
        self.life.begin("round", now, item=item)
        self.things[f"{item}-minutes"].words.state = "released"

    def lower_class3(self, *, lowered: bool) -> None:
        now = clock.now()
        if lowered:
            factories.lowered(self.people["clerk"])
        else:
            Relaxation.objects.filter(ends_at__gt=now).update(ends_at=now)
        self.life.grave_lowered = lowered

    def mark(self, paper: str, *, tax: bool, readers: frozenset[str] | None) -> None:
        row = self.papers[paper].paper
        row.tax_information, row.restricted = tax, readers is not None
        row.save()
        row.readers.set([self.people[each] for each in readers or ()])
        words = self.things[paper].words
        words.tax, words.readers = tax, readers

    def settle(self, paper: str, state: State) -> None:
        PaperVersion.objects.filter(pk=self.papers[paper].pk).update(state=state)
        self.things[paper].words.state = str(state)

    # Questions ------------------------------------------------------------------------

    def accesses(self) -> dict[str, Access]:
        found = access_for_all(list(self.actors.values()))
        return {who: found[actor.id] for who, actor in self.actors.items()}


def ask(access: Access, act: str, about: ObjectFacts, t: datetime) -> str:
    """What the decision says at ``t``, with the facts that the tables hold now."""
    session = access.actor.session
    return decide(access.facts, session, Action(act), about, t).value


# The town at its beginning ------------------------------------------------------------

STAFF = {
    "chair": Role.CHAIR,
    "clerk": Role.SECRETARIAT,
    "ward": Role.INTERNAL,
    "administrator": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}
OUTSIDE = {"clinic": "clinic", "nurse": "clinic", "school": "school"}
AGO = timedelta(days=200)


def found(now: datetime) -> Town:
    """Two units, three bodies, three cases, nine people; all may begin to work."""
    inside = (
        dict.fromkeys(STAFF, True) | {"south": True} | dict.fromkeys(OUTSIDE, False)
    )
    agency = dict.fromkeys(STAFF, "office") | {"south": "south office"} | OUTSIDE
    town = Town(Life(inside, agency))
    _people(town, now - AGO)
    _bodies(town, now - AGO)
    for case in ("A", "B"):
        _case(town, case, "north", now - AGO)
    _case(town, "C", "southern", now - AGO)
    _sitting(town, now - AGO)
    for who in town.people:
        town.sign_in(who, 2)
    _general(town)
    return town


def _people(town: Town, since: datetime) -> None:
    for who, agency in town.life.agency.items():
        house = factories.organization(agency, internal=town.life.inside[who])
        row = factories.person(who, house, starts_at=since)
        town.people[who] = row
        town.note(row, "account", who=who)
    for regime in (Regime.SHIEN, Regime.JUSO):
        pledge = factories.pledge(regime, 1, starts_at=since)
        town.pledged(pledge, regime, 1)
        for who in town.people.keys() - {"administrator", "auditor"}:
            factories.acknowledge(town.people[who], pledge)
            name = f"{regime}-1"
            town.life.begin("acknowledged", since, who=who, pledge=name)


def _bodies(town: Town, since: datetime) -> None:
    unit, elsewhere = factories.unit(), factories.unit("南部圏域")
    for name, regime, place in (
        ("north", Regime.SHIEN, unit),
        ("joint", Regime.JUSO, unit),
        ("southern", Regime.SHIEN, elsewhere),
    ):
        body = factories.body(regime, unit=place, name=name)
        town.bodies[name] = body
        town.note(LegalBasis.objects.get(body=body), "basis", body=name)
        keepers = {"south": Role.SECRETARIAT} if name == "southern" else STAFF
        for who, role in keepers.items():
            if role in {Role.CHAIR, Role.SECRETARIAT}:
                office(town, who, role, name, since)
        members = {"south"} if name == "southern" else town.people.keys() - {"south"}
        for who in members - {"administrator", "auditor"}:
            make = partial(factories.commission, town.people[who], body)
            town.note(make(starts_at=since), "commission", who=who, body=name)
    for who in ("administrator", "auditor"):
        office(town, who, STAFF[who], None, since)


def office(town: Town, who: str, role: Role, body: str | None, since: datetime) -> None:
    row = Office.objects.create(
        person=town.people[who],
        role=role,
        body=town.bodies[body] if body else None,
        starts_at=since,
    )
    town.note(row, "office", who=who, role=str(role), body=body)


def _always(facts: ObjectFacts, _who: Person, _t: datetime) -> ObjectFacts:
    return facts


def _case(town: Town, name: str, body: str, since: datetime) -> None:
    row = factories.case(town.bodies[body], number=f"R8-{name}")
    town.cases[name] = row
    about = []
    for member in row.household.all():
        key = f"{name} {member.label}"
        town.members[key] = member
        about.append(key)
        consent = factories.consent(member, town.people["clerk"], since)
        event = town.life.begin("consent", since, of=key, case=name)
        town.rows[id(event)] = consent
    chosen = {"south": Role.SECRETARIAT} if body == "southern" else {}
    if body == "north":
        chosen = {"chair": Role.CHAIR, "clerk": Role.SECRETARIAT}
        chosen |= {"ward": Role.INTERNAL, "clinic": Role.EXTERNAL}
    for who, role in chosen.items():
        made = factories.membership(town.people[who], row, role, starts_at=since)
        chosen_as = {"who": who, "case": name, "role": str(role)}
        town.note(made, "membership", back=False, **chosen_as)
    for at in {body, "joint"} if body == "north" else {body}:
        regime = str(town.bodies[at].regime)
        thing = history.Thing(
            "case", body=at, regime=regime, case=name, about=frozenset(about)
        )
        facts = case_facts(Case.objects.get(pk=row.pk), town.bodies[at])
        key = name if at == body else f"{name}-{at}"
        town.things[key] = Known(thing, partial(_always, facts))


def _sitting(town: Town, since: datetime) -> None:
    sitting = factories.sitting(town.bodies["north"], town.people["clerk"])
    town.sittings["sitting"] = sitting
    words = history.Thing(
        "sitting", body="north", regime="shien", sitting="sitting", grave=False
    )
    town.things["sitting"] = Known(words, partial(_of_sitting, sitting))
    for name, case, body in (
        ("A-shien", "A", "north"),
        ("A-juso", "A", "joint"),
        ("B-shien", "B", "north"),
    ):
        _item(town, name, case, body, since)


def _of_sitting(sitting: Sitting, who: Person, _t: datetime) -> ObjectFacts:
    rows = Invitation.objects.filter(sitting=sitting, person=who)
    return sitting_facts(sitting, rows.first())


def _item(town: Town, name: str, case: str, body: str, since: datetime) -> None:
    sitting = town.sittings["sitting"]
    item = factories.item(sitting, town.cases[case], town.bodies[body])
    town.items[name] = item
    for who in ("chair", "clerk", "ward", "clinic"):
        role = STAFF.get(who, Role.EXTERNAL)
        signs = {"signatory": who == "clinic"}
        seat = factories.seat(town.people[who], item, role, starts_at=since, **signs)
        town._seated(seat, name, who, scribe=False)
        if not town.life.of("invitation", who=who, sitting="sitting"):
            town.life.begin("invitation", since, who=who, sitting="sitting")
    words = history.Thing(
        "item",
        body=body,
        regime=str(town.bodies[body].regime),
        case=case,
        item=name,
        sitting="sitting",
        about=town.things[case].words.about,
    )
    town.things[name] = Known(words, partial(_of_item, item))
    _paper(town, name, words, since)
    row = Minutes.objects.create(item=item)
    town.minutes[name] = row
    record = replace(words, kind="minutes", state="draft")
    town.things[f"{name}-minutes"] = Known(record, partial(_of_minutes, row))


def _of_item(item: AgendaItem, who: Person, _t: datetime) -> ObjectFacts:
    return item_facts(item, who.id, Presence.objects.filter(item=item))


def _of_minutes(row: Minutes, who: Person, _t: datetime) -> ObjectFacts:
    return minutes_facts(row, who.id, Presence.objects.filter(item=row.item_id))


def _paper(town: Town, item: str, words: history.Thing, since: datetime) -> None:
    row = town.items[item]
    paper = Paper.objects.create(
        number="資料1",
        title="事例概要",
        kind=Paper.Kind.CASE_SUMMARY,
        document_class=Paper.Class.C3B if item != "B-shien" else Paper.Class.C2,
        body=row.body,
        case=row.case,
        item_id=row.id,
        sitting_id=row.sitting_id,
        law=row.regime,
        origin=row.regime,
        created_by=town.people["clinic"],
        created_at=since,
    )
    paper.about.set(row.about.all())
    version = PaperVersion.objects.create(
        paper=paper,
        state=State.DRAFT,
        guard=PaperVersion.Guard.LOOKED,
        file_name="gaiyo.pdf",
        media_type="application/pdf",
        stored=StoredObject.objects.create(created_at=since),
        uploaded_by=town.people["clinic"],
        uploaded_at=since,
    )
    name = f"{item}-paper"
    town.papers[name] = version
    made = replace(words, kind="paper", state="draft", author="clinic", name=name)
    made.grave = item != "B-shien"
    town.things[name] = Known(made, partial(_of_version, version.pk))


def _of_version(pk: Any, who: Person, t: datetime) -> ObjectFacts:
    version = PaperVersion.objects.select_related("paper").get(pk=pk)
    return version_facts(version, version.releases.all(), who.id, t)


def _general(town: Town) -> None:
    """The bodies, the trail of a case and of oneself, the health of the portal."""
    for name, row in town.bodies.items():
        words = history.Thing("body", body=name, regime=str(row.regime))
        facts = body_facts(row)
        town.things[name] = Known(words, partial(_always, facts))
    trail = trail_facts(author=False, case=town.cases["A"])
    words = history.Thing("trail", body="north", regime="shien", case="A")
    town.things["trail"] = Known(words, partial(_always, trail))
    health = history.Thing("health", grave=False)
    town.things["health"] = Known(health, partial(_always, HEALTH))


ACTS = {
    kind: sorted(act for known, act in KNOWN if known == kind)
    for kind in {known for known, _act in KNOWN}
}
