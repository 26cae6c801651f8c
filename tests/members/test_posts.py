"""Posts and their turnover: who may what before, at and after the midnight."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from members.access import Actor, access_for
from members.decide import decide
from members.facts import Action, Answer, Regime, Role
from members.filters import holding_at
from members.models import (
    Acknowledgement,
    Body,
    Commission,
    Membership,
    Office,
    Person,
    Post,
    Recusal,
    Tenure,
    Turnover,
)
from members.models.posts import ExOfficio
from members.policies import body_facts, case_facts
from members.services import posts
from members.services.posts import Successor
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, StepUpError
from tests import factories
from tests.cast import Cast

KEY = UUID(int=401)
Part = ExOfficio.Part


@pytest.fixture
def chief(cast: Cast) -> Post:
    """The post of the chair, with its place as convener and head of both bodies."""
    post = Post.objects.create(
        organization=cast.chair.organization, name="社会福祉課長"
    )
    Tenure.objects.create(post=post, person=cast.chair, starts_at=factories.LONG_AGO)
    for body in cast.bodies:
        ExOfficio.objects.create(
            body=body, post=post, part=Part.CHAIR, starts_at=factories.LONG_AGO
        )
    Office.objects.filter(person=cast.chair).update(post=post)
    Commission.objects.filter(person=cast.chair).update(post=post)
    return post


@pytest.fixture
def successor(cast: Cast) -> Person:
    person = factories.person("清水 陽子", cast.chair.organization)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    return person


def next_april() -> date:
    today = clock.today()
    return date(today.year + (today.month >= 4), 4, 1)


def hand_over(
    cast: Cast, post: Post, person: Person | None, day: date | None = None, key=KEY
) -> Turnover:
    return posts.hand_over(
        actor=factories.sign_in(cast.secretariat),
        key=key,
        day=day or next_april(),
        successors=[Successor(post, person)],
        decided_by="見本市長",
        decided_on=clock.today(),
    )


def answer(
    person: Person, action: Action, cast: Cast, t: datetime, *, case: bool = True
) -> Answer:
    """What ``decide`` says of the body or the case to a fresh sign-in at ``t``."""
    with time_machine.travel(t, tick=False):
        actor = factories.sign_in(person)
        access = access_for(actor)
        thing = case_facts(cast.case) if case else body_facts(cast.shien)
        return decide(access.facts, actor.session, action, thing, clock.now())


def test_at_midnight_the_new_holder_takes_over_and_the_old_one_is_out(
    cast: Cast, chief: Post, successor: Person
) -> None:
    hand_over(cast, chief, successor)
    midnight = clock.day_start(next_april())
    before = midnight - timedelta(microseconds=1)
    for act, case in ((Action.CONVENE, False), (Action.READ, True)):
        assert answer(cast.chair, act, cast, before, case=case) is Answer.ALLOW
        assert answer(successor, act, cast, before, case=case) is Answer.HIDDEN
        assert answer(cast.chair, act, cast, midnight, case=case) is Answer.HIDDEN
        assert answer(successor, act, cast, midnight, case=case) is Answer.ALLOW


def test_duty_and_history_stay_with_the_person(
    cast: Cast, chief: Post, successor: Person
) -> None:
    pledged = Acknowledgement.objects.filter(person=cast.chair).count()
    hand_over(cast, chief, successor)
    assert Acknowledgement.objects.filter(person=cast.chair).count() == pledged
    taken = Membership.objects.get(person=successor, case=cast.case)
    assert (taken.role, taken.back_history) == (Role.CHAIR, True)
    assert chief.tenures.count() == 2


def test_a_vacant_post_leaves_nobody_in_office(cast: Cast, chief: Post) -> None:
    hand_over(cast, chief, None)
    midnight = clock.day_start(next_april())
    offices = Office.objects.filter(holding_at(midnight), post=chief)
    assert not offices.exists()
    assert answer(cast.chair, Action.READ, cast, midnight) is Answer.HIDDEN


def test_who_stays_in_another_way_keeps_the_case(
    cast: Cast, chief: Post, successor: Person
) -> None:
    factories.commission(cast.chair, cast.shien)
    factories.membership(cast.chair, cast.case, Role.INTERNAL)
    hand_over(cast, chief, successor)
    midnight = clock.day_start(next_april())
    assert answer(cast.chair, Action.READ, cast, midnight) is Answer.ALLOW
    assert answer(cast.chair, Action.CONVENE, cast, midnight) is Answer.HIDDEN


def test_a_recused_successor_does_not_get_the_case(
    cast: Cast, chief: Post, successor: Person
) -> None:
    Recusal.objects.create(
        person=successor,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.secretariat,
    )
    hand_over(cast, chief, successor)
    assert not Membership.objects.filter(person=successor).exists()


def test_seats_to_come_pass_on_with_what_they_carry(
    cast: Cast, chief: Post, successor: Person
) -> None:
    turnover = hand_over(cast, chief, successor)
    actor = factories.sign_in(cast.secretariat)
    posts.pass_seats(actor=actor, turnover=turnover, items=[cast.shien_item.id])
    midnight = clock.day_start(next_april())
    seats = successor.seats.filter(holding_at(midnight))
    assert [(s.item_id, s.role) for s in seats] == [(cast.shien_item.id, "chair")]
    assert not cast.chair.seats.filter(
        holding_at(midnight), item_id=cast.shien_item.id
    ).exists()
    assert cast.chair.seats.filter(holding_at(midnight)).count() == 1


def test_a_repeat_is_answered_and_changes_nothing(
    cast: Cast, chief: Post, successor: Person
) -> None:
    assert hand_over(cast, chief, successor) == hand_over(cast, chief, successor)
    assert Tenure.objects.filter(person=successor).count() == 1


def test_a_second_plan_beyond_the_first_is_refused(
    cast: Cast, chief: Post, successor: Person
) -> None:
    hand_over(cast, chief, successor)
    with pytest.raises(InvalidError, match="後任"):
        hand_over(cast, chief, cast.secretariat, clock.today(), UUID(int=402))
    assert Turnover.objects.count() == 1


@pytest.mark.parametrize("days", [-1, -400])
def test_the_past_is_not_changed(
    cast: Cast, chief: Post, successor: Person, days: int
) -> None:
    with pytest.raises(InvalidError, match="今日以降"):
        hand_over(cast, chief, successor, clock.today() + timedelta(days=days))


def test_an_account_that_ends_before_the_day_cannot_succeed(
    cast: Cast, chief: Post, successor: Person
) -> None:
    successor.ends_at = clock.day_start(next_april())
    successor.save()
    with pytest.raises(InvalidError, match="清水"):
        hand_over(cast, chief, successor)
    assert not Tenure.objects.filter(person=successor).exists()


def test_a_selection_for_a_time_passes_on_for_that_time(
    cast: Cast, chief: Post, successor: Person
) -> None:
    """R14: the successor's right ends when the predecessor's would have."""
    until = clock.day_start(next_april()) + timedelta(days=10)
    cast.chair.memberships.filter(case=cast.case).update(ends_at=until)
    hand_over(cast, chief, successor)
    assert successor.memberships.get(case=cast.case).ends_at == until


def test_nobody_succeeds_to_a_deputys_seat(
    cast: Cast, chief: Post, successor: Person
) -> None:
    """R25: a deputy was named as a person, for one sitting."""
    turnover = hand_over(cast, chief, successor)
    item = cast.juso_item
    until = clock.day_start(next_april()) + timedelta(days=10)
    cast.chair.seats.filter(item_id=item.id).delete()
    factories.seat(cast.chair, item, Role.DEPUTY, ends_at=until)
    posts.pass_seats(
        actor=factories.sign_in(cast.secretariat), turnover=turnover, items=[item.id]
    )
    assert cast.chair.seats.get(item_id=item.id).ends_at == until
    assert not successor.seats.filter(item_id=item.id).exists()


def test_the_key_of_somebody_elses_turnover_opens_nothing(
    cast: Cast, chief: Post, successor: Person
) -> None:
    hand_over(cast, chief, successor)
    with pytest.raises(HiddenError):
        posts.hand_over(
            actor=factories.sign_in(cast.chair),
            key=KEY,
            day=next_april(),
            successors=[Successor(chief, successor)],
            decided_by="見本市長",
            decided_on=clock.today(),
        )


def test_nothing_changes_is_said(cast: Cast, chief: Post) -> None:
    with pytest.raises(InvalidError, match="変わる役職"):
        hand_over(cast, chief, cast.chair)


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator", "recused"])
def test_who_may_not_appoint_finds_nothing(
    cast: Cast, chief: Post, successor: Person, name: str
) -> None:
    with pytest.raises(HiddenError):
        posts.hand_over(
            actor=factories.sign_in(getattr(cast, name)),
            key=KEY,
            day=next_april(),
            successors=[Successor(chief, successor)],
            decided_by="見本市長",
            decided_on=clock.today(),
        )


def test_appointing_asks_for_a_fresh_factor(
    cast: Cast, chief: Post, successor: Person
) -> None:
    actor = factories.sign_in(cast.secretariat)
    assert actor.sign_in is not None
    actor.sign_in.strong_at = clock.now() - timedelta(minutes=6)
    actor.sign_in.save()
    with pytest.raises(StepUpError):
        posts.hand_over(
            actor=Actor(actor.person, actor.sign_in),
            key=KEY,
            day=next_april(),
            successors=[Successor(chief, successor)],
            decided_by="見本市長",
            decided_on=clock.today(),
        )


def test_a_post_without_a_body_is_nobodys_to_fill(
    cast: Cast, successor: Person
) -> None:
    post = Post.objects.create(organization=successor.organization, name="主幹")
    with pytest.raises(HiddenError):
        hand_over(cast, post, successor)


def test_a_place_seats_the_holder_at_once(cast: Cast, successor: Person) -> None:
    post = Post.objects.create(organization=successor.organization, name="係長")
    Tenure.objects.create(post=post, person=successor, starts_at=factories.LONG_AGO)
    actor = factories.sign_in(cast.secretariat)
    wanted: Any = {"body": cast.shien, "post": post, "day": clock.today()}
    for _ in range(2):
        posts.give_place(actor=actor, part=Part.SECRETARIAT, **wanted)
    office = Office.objects.get(person=successor)
    assert (office.role, office.post) == (Role.SECRETARIAT, post)
    assert Commission.objects.filter(person=successor, body=cast.shien).count() == 1


def test_a_place_in_a_body_of_another_unit_is_hidden(cast: Cast, chief: Post) -> None:
    elsewhere = Body.objects.exclude(unit=cast.shien.unit).get(regime=Regime.SHIEN)
    with pytest.raises(HiddenError):
        posts.give_place(
            actor=factories.sign_in(cast.secretariat),
            body=elsewhere,
            post=chief,
            part=Part.MEMBER,
            day=clock.today(),
        )
