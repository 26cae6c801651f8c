"""The decision, asked through the loader, about the cast's own items and case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from documents.policies import version_facts
from meetings.policies import item_facts, sitting_facts
from members.access import access_for
from members.facts import Action, Answer, Role, State
from members.policies import body_facts, case_facts
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.papers import Filed

ITEM_READERS = {
    "chair": Answer.ALLOW,
    "secretariat": Answer.ALLOW,
    "clinic": Answer.ALLOW,
    "newcomer": Answer.NEED_ACK,
    "leaver": Answer.HIDDEN,
    "colleague": Answer.HIDDEN,
    "stranger": Answer.HIDDEN,
    "recused": Answer.HIDDEN,
    "administrator": Answer.HIDDEN,
    "auditor": Answer.HIDDEN,
}


@pytest.mark.parametrize(("name", "expected"), ITEM_READERS.items())
def test_an_item_is_read_by_its_roster_only(
    cast: Cast, name: str, expected: Answer
) -> None:
    person = getattr(cast, name)
    access = access_for(factories.sign_in(person))
    for item in cast.items:
        assert access.answer(Action.READ, item_facts(item, person.id)) is expected


def test_a_commission_to_the_other_body_opens_nothing_here(cast: Cast) -> None:
    cast.clinic.commissions.filter(body=cast.shien).delete()
    access = access_for(factories.sign_in(cast.clinic))
    got = [
        access.answer(Action.READ, item_facts(i, cast.clinic.id)) for i in cast.items
    ]
    assert got == [Answer.HIDDEN, Answer.ALLOW]


def test_everybody_of_the_household_consents_or_nobody_reads(cast: Cast) -> None:
    thing = item_facts(cast.juso_item, cast.clinic.id)
    for member in cast.case.household.all():
        consents = member.consents.all()
        consents.update(withdrawn_at=clock.now())
        access = access_for(factories.sign_in(cast.clinic))
        assert access.answer(Action.READ, thing) is Answer.HIDDEN
        consents.update(withdrawn_at=None)
    access = access_for(factories.sign_in(cast.clinic))
    assert access.answer(Action.READ, thing) is Answer.ALLOW


def test_a_mail_code_is_too_weak_for_case_content(cast: Cast) -> None:
    access = access_for(factories.sign_in(cast.clinic, strength=1))
    thing = item_facts(cast.shien_item, cast.clinic.id)
    assert access.answer(Action.READ, thing) is Answer.STEP_UP


def test_following_needs_admission_to_the_item(cast: Cast) -> None:
    access = access_for(factories.sign_in(cast.clinic))
    shut_out = item_facts(cast.shien_item, cast.clinic.id)
    assert access.answer(Action.FOLLOW_MINUTES, shut_out) is Answer.HIDDEN
    presence = factories.presence(cast.clinic, cast.shien_item)
    inside = item_facts(cast.shien_item, cast.clinic.id, [presence])
    assert access.answer(Action.FOLLOW_MINUTES, inside) is Answer.ALLOW


def test_a_guest_sees_the_item_while_in_the_room(cast: Cast) -> None:
    factories.seat(cast.colleague, cast.juso_item, Role.GUEST)
    access = access_for(factories.sign_in(cast.colleague), cases=[cast.case.id])
    outside = item_facts(cast.juso_item, cast.colleague.id)
    assert access.answer(Action.READ, outside) is Answer.HIDDEN
    presence = factories.presence(cast.colleague, cast.juso_item)
    inside = item_facts(cast.juso_item, cast.colleague.id, [presence])
    assert access.answer(Action.READ, inside) is Answer.ALLOW


def test_a_link_to_another_sitting_opens_nothing_of_this_one(cast: Cast) -> None:
    thing = item_facts(cast.shien_item, cast.clinic.id)
    elsewhere = factories.to_sitting(factories.sitting(cast.shien, cast.secretariat))
    for scope, answer in (
        (factories.to_sitting(cast.sitting), Answer.ALLOW),
        (elsewhere, Answer.HIDDEN),
    ):
        access = access_for(factories.sign_in(cast.clinic, 2, scope))
        assert access.answer(Action.READ, thing) is answer


def test_who_looks_after_the_portal_or_its_trail_sees_no_case(cast: Cast) -> None:
    """Also where somebody selected them for it, by mistake or not (R35)."""
    for person in (cast.administrator, cast.auditor):
        factories.commission(person, cast.shien)
        for pledge in cast.pledges.values():
            factories.acknowledge(person, pledge)
        factories.membership(person, cast.case, Role.INTERNAL)
        factories.seat(person, cast.shien_item, Role.INTERNAL)
        access = access_for(factories.sign_in(person))
        thing = item_facts(cast.shien_item, person.id)
        assert access.answer(Action.READ, thing) is Answer.HIDDEN


def test_leave_to_read_the_archive_opens_what_is_confirmed_alone(
    cast: Cast, released: Filed
) -> None:
    version, now = released(cast.clinic), clock.now()
    cast.case.archive_grants.create(
        person=cast.colleague,
        purpose="再相談のため",
        granted_by=cast.secretariat,
        starts_at=now,
        ends_at=now + timedelta(days=1),
    )
    access = access_for(factories.sign_in(cast.colleague))
    thing = version_facts(version, version.releases.all(), cast.colleague.id, now)
    for state, answer in (
        (State.RELEASED, Answer.HIDDEN),
        (State.FINAL, Answer.ALLOW),
        (State.ARCHIVED, Answer.ALLOW),
    ):
        assert access.answer(Action.READ, replace(thing, state=state)) is answer


def test_a_stand_ins_office_reaches_the_one_sitting(cast: Cast) -> None:
    cast.clinic.offices.create(
        role=Role.CHAIR,
        body=cast.shien,
        sitting_id=cast.sitting.id,
        convenes=False,
        starts_at=clock.now(),
    )
    access = access_for(factories.sign_in(cast.clinic))
    other = factories.sitting(cast.shien, cast.secretariat)
    for sitting, answer in ((cast.sitting, Answer.ALLOW), (other, Answer.HIDDEN)):
        thing = sitting_facts(sitting, None)
        assert access.answer(Action.CONVENE, thing) is answer


def test_custody_of_a_case_ends_with_the_office(cast: Cast) -> None:
    thing = case_facts(cast.case)
    actor = factories.sign_in(cast.secretariat)
    assert access_for(actor).allows(Action.ENTER_CONSENT, thing)
    cast.secretariat.offices.all().delete()
    assert access_for(actor).answer(Action.ENTER_CONSENT, thing) is Answer.HIDDEN


def test_the_secretariat_of_another_unit_cannot_convene_here(cast: Cast) -> None:
    here = body_facts(cast.shien)
    assert access_for(factories.sign_in(cast.secretariat)).allows(Action.CONVENE, here)
    stranger = access_for(factories.sign_in(cast.stranger))
    assert stranger.answer(Action.CONVENE, here) is Answer.HIDDEN


def test_gathering_facts_takes_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: object
) -> None:
    actor = factories.sign_in(cast.chair)
    for number in range(5):
        case = factories.case(cast.shien, number=f"R8-1{number}")
        factories.membership(cast.chair, case, Role.CHAIR)
    with django_assert_num_queries(14):  # type: ignore[operator] # pytest-django's
        access_for(actor)
