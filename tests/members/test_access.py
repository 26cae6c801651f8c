"""The loader of facts: what counts of the rows, for whom, and at what price."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from meetings.policies import item_facts
from members.access import Actor, access_for, access_for_all, session_holds
from members.facts import Action, Answer, Regime, Role
from members.models import Commission, LegalBasis, Recusal
from members.policies import body_facts, case_facts, trail_facts
from portal.core import clock
from portal.core.errors import HiddenError, NeedAcknowledgementError, StepUpError
from tests import factories
from tests.cast import Cast


def answer(cast: Cast, name: str, act: Action = Action.READ) -> Answer:
    """What somebody of the cast is told about the case, now."""
    access = access_for(factories.sign_in(getattr(cast, name)))
    return access.answer(act, case_facts(cast.case))


def yesterday_until_now() -> dict[str, object]:
    now = clock.now()
    return {"starts_at": now - timedelta(days=1), "ends_at": now}


def test_an_organisation_is_commissioned_for_its_people(cast: Cast) -> None:
    cast.clinic.commissions.all().delete()
    assert answer(cast, "clinic") is Answer.HIDDEN
    for body in cast.bodies:
        Commission.objects.create(
            organization=cast.clinic.organization,
            body=body,
            form=Commission.Form.ORGANIZATION,
            starts_at=factories.LONG_AGO,
        )
    assert answer(cast, "clinic") is Answer.ALLOW
    assert answer(cast, "colleague") is Answer.HIDDEN, "named for no case (R10)"


def test_a_commission_of_another_organisation_is_nobodys(cast: Cast) -> None:
    cast.clinic.commissions.all().delete()
    Commission.objects.create(
        organization=factories.organization("見本訪問看護"),
        body=cast.shien,
        form=Commission.Form.ORGANIZATION,
        starts_at=factories.LONG_AGO,
    )
    assert answer(cast, "clinic") is Answer.HIDDEN


def test_recusal_of_an_organisation_reaches_its_people_only(cast: Cast) -> None:
    Recusal.objects.create(
        organization=cast.clinic.organization,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    assert answer(cast, "clinic") is Answer.HIDDEN
    assert answer(cast, "chair") is Answer.ALLOW


def test_recusal_from_one_item_leaves_the_other(cast: Cast) -> None:
    Recusal.objects.create(
        person=cast.clinic,
        item_id=cast.juso_item.id,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    access = access_for(factories.sign_in(cast.clinic))
    answers = [
        access.answer(Action.READ, item_facts(item, cast.clinic.id))
        for item in cast.items
    ]
    assert answers == [Answer.ALLOW, Answer.HIDDEN]


def test_an_office_that_has_ended_keeps_nothing(cast: Cast) -> None:
    assert answer(cast, "chair", Action.CONVENE) is Answer.ALLOW
    cast.chair.offices.update(**yesterday_until_now())
    assert answer(cast, "chair", Action.CONVENE) is Answer.HIDDEN
    access = access_for(factories.sign_in(cast.chair))
    assert access.answer(Action.CONVENE, body_facts(cast.shien)) is Answer.HIDDEN


def test_a_former_administrator_is_no_administrator(cast: Cast) -> None:
    factories.membership(cast.administrator, cast.case, Role.INTERNAL)
    factories.commission(cast.administrator, cast.shien)
    factories.acknowledge(cast.administrator, cast.pledges[Regime.SHIEN])
    assert answer(cast, "administrator") is Answer.HIDDEN, "R35: disjoint"
    cast.administrator.offices.update(**yesterday_until_now())
    assert answer(cast, "administrator") is Answer.ALLOW


def test_an_account_that_has_ended_reads_nothing_in_its_old_sign_in(cast: Cast) -> None:
    actor = factories.sign_in(cast.clinic)
    assert access_for(actor).allows(Action.READ, case_facts(cast.case))
    type(cast.clinic).objects.filter(id=cast.clinic.id).update(ends_at=clock.now())
    assert not access_for(actor).allows(Action.READ, case_facts(cast.case))


def test_a_body_without_its_legal_basis_holds_no_shien(cast: Cast) -> None:
    LegalBasis.objects.filter(body=cast.shien).update(**yesterday_until_now())
    assert answer(cast, "clinic") is Answer.HIDDEN
    juso = item_facts(cast.juso_item, cast.clinic.id)
    assert access_for(factories.sign_in(cast.clinic)).allows(Action.READ, juso)


def test_consent_counts_for_every_member_of_the_household(cast: Cast) -> None:
    one = cast.case.household.all()[0]
    one.consents.update(withdrawn_at=clock.now())
    access = access_for(factories.sign_in(cast.clinic))
    juso = item_facts(cast.juso_item, cast.clinic.id)
    shien = item_facts(cast.shien_item, cast.clinic.id)
    assert access.answer(Action.READ, juso) is Answer.HIDDEN
    assert access.answer(Action.READ, shien) is Answer.ALLOW, "R24: unchanged"


def test_a_new_pledge_text_asks_everybody_again(cast: Cast) -> None:
    old = cast.pledges[Regime.SHIEN]
    type(old).objects.filter(pk=old.pk).update(ends_at=clock.now())
    new = factories.pledge(Regime.SHIEN, version=2, starts_at=clock.now())
    assert answer(cast, "clinic") is Answer.NEED_ACK
    factories.acknowledge(cast.clinic, new)
    assert answer(cast, "clinic") is Answer.ALLOW


def test_a_recorded_decision_lowers_the_strength_for_class_3(cast: Cast) -> None:
    access = access_for(factories.sign_in(cast.clinic, strength=1))
    assert access.answer(Action.READ, case_facts(cast.case)) is Answer.STEP_UP
    factories.lowered(cast.administrator)
    weak = access_for(factories.sign_in(cast.clinic, strength=1))
    assert weak.allows(Action.READ, case_facts(cast.case))
    keeper = access_for(factories.sign_in(cast.chair, strength=1))
    assert keeper.answer(Action.READ, case_facts(cast.case)) is Answer.STEP_UP


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("colleague", HiddenError),
        ("newcomer", NeedAcknowledgementError),
    ],
)
def test_require_raises_the_error_that_answers(
    cast: Cast, name: str, error: type[Exception]
) -> None:
    access = access_for(factories.sign_in(getattr(cast, name)))
    with pytest.raises(error):
        access.require(Action.READ, case_facts(cast.case))


def test_a_button_is_offered_before_the_factor_is_proved_again(cast: Cast) -> None:
    stale = clock.now() - timedelta(minutes=6)
    access = access_for(factories.sign_in(cast.secretariat, strong_at=stale))
    about = case_facts(cast.case)
    assert access.offers(Action.ENTER_CONSENT, about)
    assert not access.allows(Action.ENTER_CONSENT, about)
    with pytest.raises(StepUpError):
        access.require(Action.ENTER_CONSENT, about)


def test_without_a_sign_in_there_is_no_access(cast: Cast) -> None:
    access = access_for(Actor(cast.chair))
    assert access.answer(Action.READ, case_facts(cast.case)) is Answer.HIDDEN


def test_the_trail_is_ones_own_or_that_of_ones_cases(cast: Cast) -> None:
    own, case = trail_facts(author=True), trail_facts(author=False, case=cast.case)
    expected = {
        "chair": (True, True),
        "clinic": (True, False),
        "colleague": (True, False),
        "stranger": (True, False),
        "recused": (True, False),
        "administrator": (False, False),
        "auditor": (True, True),
    }
    for name, answers in expected.items():
        access = access_for(factories.sign_in(getattr(cast, name)))
        asked = [access.allows(Action.READ_TRAIL, thing) for thing in (own, case)]
        assert tuple(asked) == answers, name


def test_many_actors_at_once_are_answered_as_one_by_one(cast: Cast) -> None:
    names = ["chair", "secretariat", "clinic", "newcomer", "leaver", "colleague"]
    names += ["stranger", "recused", "administrator", "auditor"]
    actors = [factories.sign_in(getattr(cast, name)) for name in names]
    together = access_for_all(actors)
    things = [case_facts(cast.case), body_facts(cast.shien)]
    for actor in actors:
        alone = access_for(actor)
        assert together[actor.id].facts.person == alone.facts.person
        things_now = [*things, *(item_facts(i, actor.id) for i in cast.items)]
        for act in Action:
            for thing in things_now:
                assert together[actor.id].answer(act, thing) is alone.answer(act, thing)


def test_limiting_the_cases_changes_no_answer_about_them(cast: Cast) -> None:
    other = factories.case(cast.juso, number="R8-077")
    factories.membership(cast.clinic, other, Role.EXTERNAL)
    for member in other.household.all():
        factories.consent(member, cast.secretariat)
    actor = factories.sign_in(cast.clinic)
    everything = access_for(actor)
    limited = access_for(actor, cases=[other.id])
    thing = case_facts(other)
    assert everything.answer(Action.READ, thing) is Answer.ALLOW
    assert limited.answer(Action.READ, thing) is Answer.ALLOW
    assert limited.answer(Action.READ, case_facts(cast.case)) is Answer.HIDDEN


def test_limiting_the_items_changes_no_answer_about_them(cast: Cast) -> None:
    actor = factories.sign_in(cast.clinic)
    limited = access_for(actor, items=[cast.shien_item.id])
    shien, juso = (item_facts(item, actor.id) for item in cast.items)
    assert access_for(actor).answer(Action.READ, juso) is Answer.ALLOW
    assert limited.answer(Action.READ, shien) is Answer.ALLOW
    assert limited.answer(Action.READ, juso) is Answer.HIDDEN


def test_whether_a_sign_in_holds_asks_no_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = factories.sign_in(cast.clinic)
    assert actor.sign_in is not None
    seen = actor.sign_in.seen_at
    idle = timedelta(minutes=15)
    with django_assert_num_queries(0):
        assert session_holds(actor, seen)
        assert session_holds(actor, seen + idle - timedelta(seconds=1))
        assert not session_holds(actor, seen + idle)
        assert not session_holds(Actor(cast.clinic), seen)
        cast.clinic.ends_at = seen
        assert not session_holds(actor, seen)


def queries(actors: list[Actor]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        access_for_all(actors)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_data(cast: Cast) -> None:
    names = ("chair", "clinic", "stranger", "recused")
    actors = [factories.sign_in(getattr(cast, name)) for name in names]
    before = queries(actors[:1])
    for number in range(6):
        case = factories.case(cast.shien, number=f"R8-2{number:02}")
        item = factories.item(cast.sitting, case, cast.juso)
        for name in names:
            factories.membership(getattr(cast, name), case, Role.EXTERNAL)
            factories.seat(getattr(cast, name), item, Role.EXTERNAL)
        for member in case.household.all():
            factories.consent(member, cast.secretariat)
        factories.pledge(Regime.JUSO, version=number + 2)
    assert queries(actors[:1]) == queries(actors) == before
