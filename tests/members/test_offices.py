"""Offices of a body: who calls, leads and keeps it."""

from datetime import date
from typing import Any

import pytest

from members.access import access_for
from members.facts import Action, Regime, Role
from members.models import Charter, Office, Person
from members.offices import Part, offices_at, part_of, presiding_of
from members.policies import body_facts, case_facts
from members.services import offices
from members.services.offices import OfficeTerm
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.members.bodies import OUTSIDERS, clerk, day, set_rules


def give(
    cast: Cast, person: Person, part: Part, starts: int = 0, **term: Any
) -> Office:
    return offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=person,
        part=part,
        term=OfficeTerm(day(starts), **term),
    )


def vacate(cast: Cast) -> None:
    offices.end_office(
        actor=clerk(cast),
        office=cast.shien.offices.get(person=cast.chair),
        off_from=day(),
    )


ELECTED: dict[str, Any] = {
    "appointed_by": "第1回会議での互選",
    "appointed_on": date(2026, 4, 1),
}


def test_one_calls_and_another_leads(cast: Cast) -> None:
    """The 部長 convenes, the elected member is the head: neither has the other part."""
    set_rules(cast, head_rule=Charter.HeadRule.ELECTED)
    vacate(cast)
    give(cast, cast.chair, Part.CONVENER)
    give(cast, cast.clinic, Part.HEAD, **ELECTED)
    now = clock.now()
    held = {part_of(o): o.person for o in offices_at(cast.shien, now)}
    assert held[Part.CONVENER] == cast.chair
    assert presiding_of(cast.shien, now) == cast.clinic


def test_a_contractor_convenes(cast: Cast) -> None:
    vacate(cast)
    contractor = factories.person(
        "渡部 望", factories.organization("見本市社会福祉協議会")
    )
    factories.acknowledge(contractor, cast.pledges[Regime.SHIEN])
    with pytest.raises(RefusedError, match="委嘱・任命を受けていません"):
        give(cast, contractor, Part.CONVENER)
    factories.commission(contractor, cast.shien)
    give(cast, contractor, Part.CONVENER)
    access = access_for(factories.sign_in(contractor))
    assert access.allows(Action.CONVENE, body_facts(cast.shien))
    assert not access.allows(Action.CONVENE, body_facts(cast.juso))


def test_two_organisations_share_the_secretariat(cast: Cast) -> None:
    give(cast, cast.clinic, Part.SECRETARIAT)
    for person in (cast.secretariat, cast.clinic):
        access = access_for(factories.sign_in(person))
        assert access.allows(Action.CONVENE, body_facts(cast.shien))


def test_the_second_secretariat_takes_over_the_cases_on_request(cast: Cast) -> None:
    office = offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.colleague,
        part=Part.SECRETARIAT,
        term=OfficeTerm(day()),
        with_cases=True,
    )
    thing = case_facts(cast.case)
    colleague = factories.sign_in(cast.colleague)
    assert access_for(colleague).allows(Action.READ, thing)
    offices.end_office(actor=clerk(cast), office=office, off_from=day())
    assert not access_for(colleague).allows(Action.READ, thing)
    again = give(cast, cast.colleague, Part.SECRETARIAT)
    assert again.span.holds(clock.now())
    assert not access_for(colleague).allows(Action.READ, thing)


def test_who_is_recused_takes_over_no_case(cast: Cast) -> None:
    offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.recused,
        part=Part.SECRETARIAT,
        term=OfficeTerm(day()),
        with_cases=True,
    )
    kept = cast.recused.memberships.filter(role=Role.SECRETARIAT)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("rule", "words"), [("none", "置きません"), ("post", "役職で決まります")]
)
def test_the_head_comes_to_office_as_the_rule_says(
    cast: Cast, rule: str, words: str
) -> None:
    set_rules(cast, head_rule=rule, link_days=14)
    vacate(cast)
    with pytest.raises(RefusedError, match=words):
        give(cast, cast.clinic, Part.HEAD, **ELECTED)


def test_an_elected_head_names_the_election(cast: Cast) -> None:
    set_rules(cast, head_rule=Charter.HeadRule.ELECTED)
    vacate(cast)
    with pytest.raises(InvalidError, match="選んだ日"):
        give(cast, cast.clinic, Part.HEAD)
    with pytest.raises(InvalidError, match="今日まで"):
        give(
            cast,
            cast.clinic,
            Part.HEAD,
            **{**ELECTED, "appointed_on": day(1)},
        )


def test_overlapping_terms_are_refused(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="青木 誠さんです"):
        give(cast, cast.clinic, Part.CONVENER)
    offices.end_office(
        actor=clerk(cast),
        office=cast.shien.offices.get(person=cast.chair),
        off_from=day(10),
    )
    with pytest.raises(RefusedError):
        give(cast, cast.clinic, Part.CONVENER, starts=9)
    office = give(cast, cast.clinic, Part.CONVENER, starts=10)
    assert office.starts_at == clock.day_start(day(10))


def test_a_term_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="任期の終わり"):
        give(cast, cast.clinic, Part.SECRETARIAT, starts=5, until=day(4))


def test_the_last_who_runs_the_body_stays(cast: Cast) -> None:
    vacate(cast)
    with pytest.raises(RefusedError, match="動かす人"):
        offices.end_office(
            actor=clerk(cast),
            office=cast.shien.offices.get(person=cast.secretariat),
            off_from=day(),
        )


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_stands_apart_gets_no_office(cast: Cast, name: str) -> None:
    with pytest.raises(RefusedError):
        give(cast, getattr(cast, name), Part.SECRETARIAT)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_appoint_nobody(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        offices.give_office(
            actor=factories.sign_in(getattr(cast, name)),
            body=cast.shien,
            person=cast.clinic,
            part=Part.SECRETARIAT,
            term=OfficeTerm(day()),
        )
