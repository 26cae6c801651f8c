"""Members are commissioned for a term, and leave."""

from datetime import date, timedelta

import pytest
import time_machine

from members.access import access_for
from members.facts import Action
from members.models import Charter, Office
from members.offices import Part
from members.policies import case_facts
from members.services import commissions, offices
from members.services.commissions import Term
from members.services.offices import OfficeTerm
from members.services.people import NewPerson
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from tests import factories
from tests.cast import Cast
from tests.members.bodies import (
    OUTSIDERS,
    clerk,
    commission,
    day,
    end,
    found,
    founding,
    newcomer,
    rules,
    set_rules,
    stale,
)


def test_the_term_follows_the_rule(cast: Cast) -> None:
    set_rules(cast, term_rule=Charter.TermRule.TWO_YEARS)
    made = commission(cast, newcomer(cast))
    until = made.term_until
    assert until is not None
    assert until + timedelta(days=1) == day().replace(year=day().year + 2)
    assert made.ends_at == clock.day_end(until)
    assert (made.form, made.approved_on) == ("individual", day())


def test_a_term_is_counted_from_the_first_day_of_its_body(cast: Cast) -> None:
    """Founded in March for April: no term ends a year short, and none is endless."""
    with time_machine.travel("2027-03-10T10:00:00+09:00", tick=False):
        school = factories.organization("見本中学校")
        plan = founding(cast, starts_on=date(2027, 4, 1), organizations=(school,))
        own = rules(cast.shien, term_rule=Charter.TermRule.FISCAL_YEAR_AFTER)
        body = found(clerk(cast), plan, own)
        whole = body.commissions.get(organization=school)
        assert whole.starts_at == clock.day_start(date(2027, 4, 1))
        assert whole.term_until == date(2029, 3, 31)
        made = commission(cast, newcomer(cast), body=body, approved_by="市長決裁")
        assert made.starts_at == clock.now()
        assert made.term_until == date(2029, 3, 31)
        with pytest.raises(InvalidError, match="設定を決めた人"):
            commission(cast, newcomer(cast, "辺見 理"), body=body)


def test_a_term_that_begins_under_new_rules_follows_them(cast: Cast) -> None:
    set_rules(cast)
    set_rules(cast, starts=10, term_rule=Charter.TermRule.TWO_YEARS)
    now = commission(cast, newcomer(cast))
    then = commission(cast, newcomer(cast, "辺見 理"), term=Term(day(10)))
    assert now.term_until is None
    assert then.term_until is not None


def test_somebody_new_is_entered_and_commissioned_in_one(cast: Cast) -> None:
    made = commission(
        cast, NewPerson(cast.clinic.organization, "渡部 望", "ワタベ ノゾミ")
    )
    assert made.person is not None
    assert made.person.name == "渡部 望"


def test_an_approval_by_the_wrong_office_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="招集者"):
        commission(cast, newcomer(cast), approved_by=cast.clinic.name)
    set_rules(cast, member_approval=Charter.Office.SECRETARIAT)
    with pytest.raises(InvalidError, match="事務局"):
        commission(cast, newcomer(cast))
    made = commission(cast, newcomer(cast), approved_by=cast.secretariat.name)
    assert made.approved_by == cast.secretariat.name


def test_nobody_to_approve_is_said(cast: Cast) -> None:
    Office.objects.filter(person=cast.chair).delete()
    with pytest.raises(RefusedError, match="いま招集者がいません"):
        commission(cast, newcomer(cast))


def test_before_the_first_holder_who_decided_on_the_rules_approves(cast: Cast) -> None:
    Office.objects.filter(person=cast.chair).delete()
    set_rules(cast)
    with pytest.raises(InvalidError, match=r"設定を決めた人\(市長決裁\)"):
        commission(cast, newcomer(cast))
    made = commission(cast, newcomer(cast), approved_by="市長決裁(3月2日)")
    assert made.approved_by == "市長決裁(3月2日)"
    offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.clinic,
        part=Part.CONVENER,
        term=OfficeTerm(day()),
    )
    Office.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    with pytest.raises(RefusedError, match="いま招集者がいません"):
        commission(cast, newcomer(cast, "辺見 理"), approved_by="市長決裁")


def test_an_approval_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="今日まで"):
        commission(cast, newcomer(cast), approved_on=day(1))


def test_overlapping_commissions_are_refused(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="その期間"):
        commission(cast, cast.clinic)


def test_a_term_past_the_end_of_the_body_is_refused(cast: Cast) -> None:
    set_rules(cast, term_rule=Charter.TermRule.BODY)
    end(cast, cast.shien, 30)
    with pytest.raises(InvalidError, match="終了日まで"):
        commission(cast, newcomer(cast), term=Term(day(31)))


def test_a_substitute_gets_the_remainder(cast: Cast) -> None:
    set_rules(cast, term_rule=Charter.TermRule.TWO_YEARS)
    first = commission(cast, newcomer(cast))
    other = newcomer(cast, "若林 光")
    with pytest.raises(InvalidError, match="先に終えて"):
        commission(cast, other, term=Term(day(), first))
    commissions.end_commission(actor=clerk(cast), commission=first, off_from=day())
    first.refresh_from_db()
    second = commission(cast, other, term=Term(day(), first))
    assert second.term_until == first.term_until
    assert second.replaces == first


def test_ending_a_commission_closes_everything_at_once(cast: Cast) -> None:
    clinic = factories.sign_in(cast.clinic)
    thing = case_facts(cast.case)
    assert access_for(clinic).allows(Action.READ, thing)
    commissions.end_commission(
        actor=clerk(cast),
        commission=cast.shien.commissions.get(person=cast.clinic),
        off_from=day(),
    )
    assert not access_for(clinic).allows(Action.READ, thing)
    assert cast.clinic.acknowledgements.exists()


def test_a_later_commission_revives_no_selection(cast: Cast) -> None:
    for body in cast.bodies:
        commissions.end_commission(
            actor=clerk(cast),
            commission=body.commissions.get(person=cast.clinic),
            off_from=day(),
        )
        live = cast.clinic.memberships.filter(ends_at=None).exists()
        assert live is (body == cast.shien)  # joint days: the other body bears it
    for body in cast.bodies:
        factories.commission(cast.clinic, body)
    access = access_for(factories.sign_in(cast.clinic))
    assert not access.allows(Action.READ, case_facts(cast.case))


def test_who_holds_an_office_keeps_the_commission(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="先に役割を終えて"):
        commissions.end_commission(
            actor=clerk(cast),
            commission=cast.shien.commissions.get(person=cast.chair),
            off_from=day(),
        )


def test_an_organisation_is_commissioned_as_a_whole(cast: Cast) -> None:
    office = factories.organization("見本警察署")
    made = commissions.commission_organization(
        actor=clerk(cast),
        body=cast.shien,
        organization=office,
        approved_by=cast.chair.name,
        approved_on=day(),
        term=Term(day()),
    )
    assert (made.form, made.organization) == ("organization", office)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_commission_nobody(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        commissions.commission_person(
            actor=factories.sign_in(getattr(cast, name)),
            body=cast.shien,
            person=cast.colleague,
            approved_by=cast.chair.name,
            approved_on=day(),
            term=Term(day()),
        )


def test_a_commission_needs_a_fresh_factor(cast: Cast) -> None:
    with pytest.raises(StepUpError):
        commissions.end_commission(
            actor=stale(cast),
            commission=cast.shien.commissions.get(person=cast.clinic),
            off_from=day(),
        )
