"""Bodies are founded, with whom they are run, and end."""

from datetime import timedelta

import pytest
import time_machine

from members.access import access_for
from members.facts import Action, Regime
from members.models import Charter
from members.policies import body_facts, case_facts
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.members.bodies import clerk, day, end, found, founding, fresh, set_rules


def test_a_child_body_is_run_at_once(cast: Cast) -> None:
    body = found(clerk(cast), founding(cast))
    assert (body.parent, body.regime) == (cast.shien, Regime.SHIEN)
    access = access_for(factories.sign_in(cast.secretariat))
    assert access.allows(Action.CONVENE, body_facts(body))
    assert access.allows(Action.SET_RULES, body_facts(body))
    assert fresh(body).rules.decided_by == "市長決裁"


def test_founding_twice_is_founding_once(cast: Cast) -> None:
    assert found(clerk(cast), founding(cast)) == found(clerk(cast), founding(cast))


def test_the_administration_founds_the_first_and_sees_nothing_of_it(cast: Cast) -> None:
    admin = factories.sign_in(cast.administrator)
    plan = founding(cast, parent=None, name="西部支援会議", unit=factories.unit("西部"))
    body = found(admin, plan)
    access = access_for(admin)
    assert not access.allows(Action.READ, body_facts(body))
    assert access_for(clerk(cast)).allows(Action.READ, body_facts(body))


@pytest.mark.parametrize("name", ["clinic", "auditor", "recused"])
def test_nobody_else_founds(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    for parent in (None, cast.shien):
        with pytest.raises(HiddenError):
            found(actor, founding(cast, parent=parent))


def test_a_clerk_founds_below_the_own_bodies_only(cast: Cast) -> None:
    with pytest.raises(HiddenError):
        found(clerk(cast), founding(cast, parent=None))
    with pytest.raises(HiddenError):
        found(factories.sign_in(cast.stranger), founding(cast))


def test_a_child_in_another_unit_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="同じ圏域"):
        found(clerk(cast), founding(cast, unit=factories.unit("南部圏域")))


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_stands_apart_keeps_no_body(cast: Cast, name: str) -> None:
    with pytest.raises(RefusedError):
        found(clerk(cast), founding(cast, keeper=getattr(cast, name)))


def test_a_trial_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="終了日"):
        found(clerk(cast), founding(cast, ends_on=day(-1)))


def test_after_its_end_a_body_is_read_by_who_kept_it(cast: Cast) -> None:
    set_rules(cast, term_rule=Charter.TermRule.BODY)
    body = end(cast, cast.shien, 30)
    assert body.exists_on(day(30))
    assert not body.exists_on(day(31))
    with time_machine.travel(clock.day_start(day(40)) + timedelta(hours=9)):
        keeper = access_for(factories.sign_in(cast.secretariat))
        assert keeper.allows(Action.READ, case_facts(cast.case))
        member = access_for(factories.sign_in(cast.clinic))
        assert not member.allows(Action.READ, case_facts(cast.case))


def test_a_body_does_not_end_before_its_children(cast: Cast) -> None:
    child = found(clerk(cast), founding(cast))
    with pytest.raises(RefusedError, match="下にある会議体"):
        end(cast, cast.shien, 30)
    end(cast, child, 30)
    assert end(cast, cast.shien, 30).ends_on == day(30)


def test_a_body_does_not_end_in_the_past(cast: Cast) -> None:
    with pytest.raises(InvalidError):
        end(cast, cast.shien, -1)
