"""What must hold over any facts: P1 monotone, P2 path-free, P3 boundary, P9 live."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.policies import item_facts, sitting_facts
from members.access import access_for
from members.decide import decide
from members.facts import (
    Action,
    Answer,
    Facts,
    Municipality,
    ObjectFacts,
    PersonFacts,
    Pledge,
    Recusal,
    Regime,
    Role,
    Session,
    Span,
    Way,
)
from members.models import Recusal as RecusalRow
from members.policies import body_facts, case_facts
from members.services import duty
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.members.oracle import Situation
from tests.members.situations import CASE, FAVOURABLE, ITEM, NOW, question, settle
from tests.members.truth_table import CHANGES, frames

Asked = tuple[Facts, Session | None, Action, ObjectFacts, datetime]
MOMENT = timedelta(microseconds=1)


def allowed_frames() -> list[Situation]:
    found = []
    for frame in frames():
        for author in (False, True):
            situation = {**frame, "author": author}
            if decide(*question(situation)) is Answer.ALLOW:
                found.append(situation)
    return found


ALLOWED = allowed_frames()


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """A question near one that is allowed, often by a person with a second role."""
    frame = draw(st.sampled_from(ALLOWED))
    for change in draw(st.lists(st.sampled_from(CHANGES), max_size=2)):
        frame = settle({**frame, **change})
    facts, session, action, thing, t = question(frame)
    second = draw(st.none() | st.sampled_from(["external", "deputy", "guest", "chair"]))
    if second is not None:
        other = question(settle({**frame, "capacity": second, "selection": True}))
        facts = replace(facts, person=_both(facts.person, other[0].person))
    return facts, session, action, thing, t


def _both(one: PersonFacts, other: PersonFacts) -> PersonFacts:
    return replace(
        one,
        roles=one.roles + other.roles,
        memberships=one.memberships + other.memberships,
        seats=one.seats + other.seats,
    )


Weaken = Callable[[Asked], Asked]


def person(**change: Callable[[PersonFacts], Any]) -> Weaken:
    def weaken(asked: Asked) -> Asked:
        facts, held, action, about, t = asked
        changed: Any = {name: make(facts.person) for name, make in change.items()}
        facts = replace(facts, person=replace(facts.person, **changed))
        return facts, held, action, about, t

    return weaken


def town(**change: Callable[[Municipality], Any]) -> Weaken:
    def weaken(asked: Asked) -> Asked:
        facts, held, action, about, t = asked
        changed: Any = {n: make(facts.municipality) for n, make in change.items()}
        facts = replace(facts, municipality=replace(facts.municipality, **changed))
        return facts, held, action, about, t

    return weaken


def session(**change: Any) -> Weaken:
    def weaken(asked: Asked) -> Asked:
        facts, held, action, about, t = asked
        return facts, held and replace(held, **change), action, about, t

    return weaken


def thing(**change: Any) -> Weaken:
    def weaken(asked: Asked) -> Asked:
        facts, held, action, about, t = asked
        return facts, held, action, replace(about, **change), t

    return weaken


WEAKER: dict[str, Weaken] = {
    "a commission less": person(commissions=lambda p: p.commissions[1:]),
    "no commission": person(commissions=lambda _: ()),
    "a membership less": person(memberships=lambda p: p.memberships[1:]),
    "no membership": person(memberships=lambda _: ()),
    "a seat less": person(seats=lambda p: p.seats[1:]),
    "no seat": person(seats=lambda _: ()),
    "no acknowledgement": person(acknowledged=lambda _: frozenset()),
    "no back-history": person(
        memberships=lambda p: tuple(
            replace(m, back_history=False) for m in p.memberships
        )
    ),
    "no scribe, no signatory": person(
        seats=lambda p: tuple(
            replace(s, scribe=False, signatory=False) for s in p.seats
        )
    ),
    "no chair, no secretariat": person(
        roles=lambda p: tuple(g for g in p.roles if g.body is None)
    ),
    "account ended": person(active=lambda _: Span(None, NOW)),
    "recused from the case": person(
        recusals=lambda p: (*p.recusals, Recusal(CASE, None, Span(NOW)))
    ),
    "recused from the item": person(
        recusals=lambda p: (*p.recusals, Recusal(None, ITEM, Span(NOW)))
    ),
    "consent withdrawn": town(
        consents=lambda m: dict.fromkeys(m.consents, ()),
    ),
    "one consent withdrawn": town(consents=lambda m: dict([*m.consents.items()][1:])),
    "no legal basis": town(legal_basis=lambda _: {}),
    "a new pledge text": town(
        pledges=lambda m: (*m.pledges, *(Pledge(r, 9, Span(NOW)) for r in Regime))
    ),
    "class 3 needs a factor": town(lowered=lambda _: ()),
    "no downloads inside": town(internal_downloads=lambda _: False),
    "mail code only": session(strength=1, strong_at=None),
    "link secret only": session(strength=0, strong_at=None),
    "factor proved long ago": session(strong_at=NOW - timedelta(hours=1)),
    "idle": session(seen_at=NOW - timedelta(hours=1)),
    "session ended": session(span=Span(NOW - timedelta(hours=2), NOW)),
    "link to elsewhere": session(sitting=CASE),
    "no release": thing(released=()),
    "not admitted": thing(admitted=()),
    "restricted to others": thing(readers=frozenset()),
    "only a copy": thing(way=Way.COPY),
    "not invited": thing(invited=False),
    "did not attend": thing(attended=False),
    "class 3": thing(document_class=3),
    "tax information": thing(tax_information=True),
}


@settings(max_examples=1500)
@given(asked=questions(), name=st.sampled_from(sorted(WEAKER)))
def test_taking_away_never_opens(asked: Asked, name: str) -> None:
    """P1: from a no, no loss and no added hindrance leads to ALLOW."""
    before, after = decide(*asked), decide(*WEAKER[name](asked))
    assert after is not Answer.ALLOW or before is Answer.ALLOW, name


def test_the_questions_are_often_allowed() -> None:
    """Otherwise the property above would hold of refusals alone."""
    answers = []

    @settings(max_examples=500)
    @given(asked=questions())
    def collect(asked: Asked) -> None:
        answers.append(decide(*asked))

    collect()
    assert answers.count(Answer.ALLOW) / len(answers) >= 0.2


# P3: who reads, and which interval is cut at NOW


@dataclass(frozen=True)
class Edge:
    """An interval that ends at NOW, and what the answer is from then on."""

    cut: Weaken
    after: Answer = Answer.HIDDEN
    frame: Situation | None = None


READ: Situation = {
    **FAVOURABLE,
    "capacity": "external",
    "regime": "juso",
    "kind": "paper",
    "state": "released",
    "act": "read",
}
SHIEN: Situation = {**READ, "regime": "shien"}
KEEP: Situation = {**READ, "capacity": "chair", "act": "release"}
FOLLOW: Situation = {**READ, "kind": "item", "state": "open", "act": "follow_minutes"}
FROM = NOW - timedelta(minutes=2)
UNTIL = Span(FROM, NOW)


def _each(name: str) -> Callable[[PersonFacts], object]:
    return lambda p: tuple(replace(row, span=UNTIL) for row in getattr(p, name))


ENDS = {
    "account": Edge(person(active=lambda _: UNTIL)),
    "session": Edge(session(span=UNTIL)),
    "idle, outside": Edge(session(seen_at=NOW - timedelta(minutes=15))),
    "idle, inside": Edge(session(seen_at=NOW - timedelta(minutes=30)), frame=KEEP),
    "ten hours": Edge(session(span=Span(NOW - timedelta(hours=10)))),
    "fresh factor": Edge(
        session(strong_at=NOW - timedelta(minutes=5)), Answer.STEP_UP, KEEP
    ),
    "membership": Edge(
        lambda asked: thing(released=(UNTIL,))(
            person(memberships=_each("memberships"))(asked)
        )
    ),
    "commission": Edge(person(commissions=_each("commissions"))),
    "office": Edge(person(roles=_each("roles")), frame=KEEP),
    "seat": Edge(person(seats=_each("seats")), frame=FOLLOW),
    "admission": Edge(thing(admitted=(UNTIL,)), frame=FOLLOW),
    "release": Edge(thing(released=(UNTIL,))),
    "consent": Edge(
        town(consents=lambda m: {who: (Span(None, NOW),) for who in m.consents})
    ),
    "legal basis": Edge(
        town(legal_basis=lambda m: dict.fromkeys(m.legal_basis, (UNTIL,))),
        frame=SHIEN,
    ),
    "pledge text replaced": Edge(
        town(pledges=lambda m: (*m.pledges, Pledge(Regime.JUSO, 3, Span(NOW)))),
        Answer.NEED_ACK,
    ),
    "recusal begins": Edge(
        person(recusals=lambda _: (Recusal(CASE, None, Span(NOW)),))
    ),
}
BEGINS = {
    "account": person(active=lambda _: Span(NOW)),
    "membership": lambda asked: thing(released=(Span(NOW),))(
        person(
            memberships=lambda p: tuple(
                replace(m, span=Span(NOW)) for m in p.memberships
            )
        )(asked)
    ),
    "commission": person(
        commissions=lambda p: tuple(replace(c, span=Span(NOW)) for c in p.commissions)
    ),
    "release": thing(released=(Span(NOW),)),
    "recusal over": person(recusals=lambda _: (Recusal(CASE, None, UNTIL),)),
    "pledge text out of force": town(
        pledges=lambda m: (*m.pledges, Pledge(Regime.JUSO, 3, UNTIL))
    ),
}


def at(asked: Asked, t: datetime) -> Answer:
    return decide(*asked[:4], t)


@pytest.mark.parametrize("name", ENDS)
def test_until_is_the_first_instant_of_no(name: str) -> None:
    edge = ENDS[name]
    asked = edge.cut(question(edge.frame or READ))
    assert at(asked, NOW - MOMENT) is Answer.ALLOW
    assert at(asked, NOW) is edge.after


@pytest.mark.parametrize("name", BEGINS)
def test_from_is_the_first_instant_of_yes(name: str) -> None:
    asked = BEGINS[name](question(READ))
    assert at(asked, NOW - MOMENT) is not Answer.ALLOW
    assert at(asked, NOW) is Answer.ALLOW


def test_the_gap_between_two_memberships_stays_closed() -> None:
    """R13: what was released in the gap, or in the first time, is not read later."""
    asked = question(READ)
    facts, t = asked[0], asked[4]
    days = [NOW - timedelta(days=n) for n in range(5)]
    (membership,) = facts.person.memberships
    twice = person(
        memberships=lambda _: (
            replace(membership, span=Span(days[4], days[3])),
            replace(membership, span=Span(days[1])),
        )
    )
    for day, expected in (
        (days[4], Answer.HIDDEN),
        (days[2], Answer.HIDDEN),
        (days[1], Answer.ALLOW),
    ):
        assert at(thing(released=(Span(day),))(twice(asked)), t) is expected
    with_history = person(
        memberships=lambda _: (replace(membership, back_history=True),)
    )
    assert at(thing(released=(Span(days[4]),))(with_history(asked)), t) is Answer.ALLOW


# P2: the same rows in any order, through the loader


def _events(cast: Cast) -> list[Callable[[], object]]:
    """Everything that happens to one new person, and to what they meet."""
    who, other = cast.colleague, cast.clinic
    yesterday = clock.now() - timedelta(days=1)
    item, mother = cast.juso_item, cast.case.household.all()[0]
    return [
        lambda: factories.membership(who, cast.case, Role.EXTERNAL),
        lambda: factories.membership(
            who, cast.case, Role.EXTERNAL, ends_at=yesterday, back_history=True
        ),
        lambda: factories.membership(who, cast.case, Role.INTERNAL, ends_at=yesterday),
        lambda: factories.seat(who, item, Role.EXTERNAL, scribe=True),
        lambda: factories.seat(who, item, Role.DEPUTY),
        lambda: factories.seat(who, cast.shien_item, Role.GUEST, ends_at=yesterday),
        lambda: factories.commission(who, cast.shien, ends_at=yesterday),
        lambda: factories.office(who, Role.SECRETARIAT, cast.juso),
        lambda: cast.case.memberships.filter(person=other).update(ends_at=yesterday),
        lambda: mother.consents.update(withdrawn_at=yesterday),
        lambda: factories.consent(mother, cast.secretariat, yesterday),
        lambda: RecusalRow.objects.create(
            person=who,
            item_id=cast.shien_item.id,
            starts_at=yesterday,
            entered_by=cast.secretariat,
        ),
    ]


def _decisions(cast: Cast) -> dict[object, Answer]:
    """Every act on everything, for the two people whom the events concern."""
    answers: dict[object, Answer] = {}
    for who in (cast.colleague, cast.clinic):
        access = access_for(factories.sign_in(who))
        things = [body_facts(cast.juso), case_facts(cast.case)]
        things += [sitting_facts(cast.sitting, None)]
        things += [item_facts(item, who.id) for item in cast.items]
        for number, about in enumerate(things):
            for act in Action:
                answers[who.name, number, act] = access.answer(act, about)
    return answers


def test_the_order_of_events_changes_no_answer(cast: Cast) -> None:
    """P2. Withdrawal and new consent are one event pair: their dates order them."""
    events = _events(cast)
    withdraw, renew = events[9], events[10]
    events[9:11] = [lambda: (withdraw(), renew())]
    seen = []
    for seed in range(12):
        order = random.Random(seed).sample(events, len(events))
        with transaction.atomic():
            for event in order:
                event()
            seen.append(_decisions(cast))
            transaction.set_rollback(True)
    assert all(answers == seen[0] for answers in seen)
    assert list(seen[0].values()).count(Answer.ALLOW) >= 5


# P9


@pytest.mark.parametrize("regime", [Regime.SHIEN, Regime.JUSO])
def test_a_rightful_newcomer_reads_as_soon_as_the_pledge_is_made(
    cast: Cast, regime: Regime
) -> None:
    actor = factories.sign_in(cast.newcomer)
    item = cast.shien_item if regime is Regime.SHIEN else cast.juso_item
    about = item_facts(item, cast.newcomer.id)
    assert access_for(actor).answer(Action.READ, about) is Answer.NEED_ACK
    duty.acknowledge(actor=actor, pledge=cast.pledges[regime])
    began = clock.now()
    assert access_for(actor).answer(Action.READ, about) is Answer.ALLOW
    assert clock.now() - began < timedelta(seconds=1)
