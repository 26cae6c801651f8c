"""Up to the parent body and down again; joint sittings; bodies on trial."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from meetings.models import (
    AgendaItem,
    CarryUp,
    JointSitting,
    Outcome,
    ResourceGap,
    Sitting,
)
from meetings.outcomes import Resolution
from meetings.selectors import layers as selectors
from meetings.selectors import sittings as listed
from meetings.services import gaps, invitations, layers, outcomes, sittings
from meetings.services.gaps import GapWords
from meetings.services.invitations import Choice
from meetings.services.layers import CarryWords
from members import selectors as members
from members.access import access_for
from members.facts import Regime, Role
from members.models import Body, Case, Membership, Person, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import clerk, key, when

pytestmark = pytest.mark.django_db
ISSUE = CarryWords("夜間の居場所について", "市全体で考えてほしい", with_case=False)
WITH_CASE = CarryWords("見守りの分担について", "", with_case=True)
S = CarryUp.State


@dataclass
class Layers:
    """The cast's town with a parent over the northern and the southern body."""

    cast: Cast
    parent: Body
    south: Body
    head: Person
    clerk: Person

    @property
    def above(self):
        """The parent's secretariat, signed in."""
        return factories.sign_in(self.clerk)

    def draft(self, number: int = 1) -> Sitting:
        return sittings.create_sitting(
            actor=self.above, key=key(500 + number), body=self.parent, when=when(number)
        )


@pytest.fixture
def town(cast: Cast) -> Layers:
    south = Body.objects.get(name="支援会議(南部)")
    parent = factories.body(Regime.SHIEN, unit=None, name="市全体の支援会議")
    Body.objects.filter(id__in=[cast.shien.id, south.id]).update(parent=parent)
    cast.shien.refresh_from_db()
    office = factories.organization("福祉部", internal=True)
    people = {}
    for name, role in (("白石 進", Role.CHAIR), ("関 真理", Role.SECRETARIAT)):
        person = people[role] = factories.person(name, office)
        factories.office(person, role, parent)
        factories.commission(person, parent)
        for pledge in cast.pledges.values():
            factories.acknowledge(person, pledge)
    return Layers(cast, parent, south, people[Role.CHAIR], people[Role.SECRETARIAT])


def carry(town: Layers, words: CarryWords = WITH_CASE, number: int = 1, **more):
    source = more.pop("source", town.cast.shien_item)
    return layers.carry_up(
        actor=more.pop("actor", clerk(town.cast)),
        key=key(number),
        source=source,
        words=words,
        **more,
    )


def seen(actor) -> list[CarryUp]:
    return [row.carried for p in selectors.parents_of(actor) for row in p.rows]


def test_a_case_goes_up_with_the_parents_custodians_selected_for_it(town):
    carried = carry(town)
    assert (carried.body, carried.child) == (town.parent, town.cast.shien)
    assert (carried.case, carried.state) == (town.cast.case, S.WAITING)
    chosen = Membership.objects.filter(person__in=[town.head, town.clerk])
    assert {(m.case, m.selected_by) for m in chosen} == {
        (town.cast.case, town.cast.secretariat)
    }
    assert seen(town.above) == [carried]


def test_the_parent_puts_it_on_its_agenda_and_hands_the_result_down(town):
    carried, draft = carry(town), town.draft()
    item = layers.take_up(actor=town.above, carried=carried, sitting=draft)
    assert item.carried_up_from == carried
    assert (item.body, item.case, item.regime) == (
        town.parent,
        town.cast.case,
        Regime.SHIEN,
    )
    assert (item.title, item.occasion) == (carried.title, "sharing")
    again = layers.take_up(actor=town.above, carried=carried, sitting=draft)
    assert again == item
    with pytest.raises(RefusedError, match="結果を登録してから"):
        layers.hand_down(actor=town.above, carried=carried, answer="市で検討する")
    hold(item)
    settle(town, item)
    with pytest.raises(InvalidError):
        layers.hand_down(actor=town.above, carried=carried, answer=" ")
    layers.hand_down(actor=town.above, carried=carried, answer="市で検討する")
    carried.refresh_from_db()
    assert (carried.state, carried.answer) == (S.HANDED_DOWN, "市で検討する")
    assert list(town.cast.shien_item.carried_up.all()) == [carried]
    with pytest.raises(RefusedError, match="すでに結果を返しています"):
        layers.hand_down(actor=town.above, carried=carried, answer="もう一度")


def hold(item: AgendaItem) -> None:
    """The day has come."""
    now = clock.now()
    Sitting.objects.filter(pk=item.sitting_id).update(
        state=Sitting.State.CLOSED,
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )


def settle(town: Layers, item: AgendaItem, result=Outcome.Result.CONTINUED) -> Outcome:
    return outcomes.record_outcome(
        actor=town.above, item=item, resolution=Resolution(result)
    )


def test_what_the_parent_resolves_leaves_the_case_to_the_child(town):
    AgendaItem.objects.filter(pk=town.cast.shien_item.pk).update(
        occasion=AgendaItem.Occasion.SUSPENSION
    )
    carried = carry(town)
    item = layers.take_up(actor=town.above, carried=carried, sitting=town.draft())
    hold(item)
    outcome = settle(town, item, Outcome.Result.SUSPENDED)
    assert outcome.target == ""
    assert Case.objects.get().status == Case.Status.INTAKE


def test_the_parent_sees_neither_the_case_page_nor_the_childs_item(town):
    carry(town)
    with pytest.raises(HiddenError):
        members.readable_case(town.above, town.cast.case.id)
    with pytest.raises(HiddenError):
        listed.convened_item(town.above, town.cast.shien_item.id)
    with pytest.raises(HiddenError):
        listed.open_sitting(town.above, town.cast.sitting.id)


def test_the_child_does_not_see_the_parents_item(town):
    item = layers.take_up(actor=town.above, carried=carry(town), sitting=town.draft())
    with pytest.raises(HiddenError):
        listed.convened_item(clerk(town.cast), item.id)


def test_what_came_up_goes_further_up(town):
    top = factories.body(Regime.SHIEN, unit=None, name="県と市の支援会議")
    Body.objects.filter(pk=town.parent.pk).update(parent=top)
    above_all = factories.person("森 光", town.clerk.organization)
    factories.office(above_all, Role.SECRETARIAT, top)
    factories.commission(above_all, top)
    for pledge in town.cast.pledges.values():
        factories.acknowledge(above_all, pledge)
    item = layers.take_up(actor=town.above, carried=carry(town), sitting=town.draft())
    further = carry(town, source=item, number=2, actor=town.above)
    assert (further.body, further.child) == (top, town.parent)
    assert seen(factories.sign_in(above_all)) == [further]
    assert seen(town.above) == [item.carried_up_from]


def test_the_parent_chooses_who_comes_for_its_item(town):
    item = layers.take_up(actor=town.above, carried=carry(town), sitting=town.draft())
    guest = factories.person("島 恵子", factories.organization("県福祉事務所"))
    factories.commission(guest, town.parent)
    choice = Choice(guest, "県の窓口として", signatory=True)
    invitations.select_people(actor=town.above, item=item, choices=[choice])
    assert Membership.objects.get(person=guest).selected_by == town.clerk
    with pytest.raises(HiddenError):
        members.readable_case(factories.sign_in(guest), town.cast.case.id)
    invitations.select_people(
        actor=town.above, item=item, choices=[], leaving=[guest.id]
    )
    assert Membership.objects.get(person=guest).ends_at is not None


def test_parallel_bodies_are_blind_to_each_other(town):
    carried = carry(town)
    south = factories.sign_in(town.cast.stranger)
    for act in (
        lambda: carry(town, actor=south, number=2),
        lambda: selectors.parents_of(south),
        lambda: selectors.carried_named(south, carried.id),
        lambda: layers.take_up(actor=south, carried=carried, sitting=town.draft()),
        lambda: layers.hand_down(actor=south, carried=carried, answer="返す"),
    ):
        with pytest.raises(HiddenError):
            act()


def test_the_parent_sees_of_both_children_what_decide_lets_it_see(town):
    north = carry(town)
    gap = gaps.raise_gap(
        actor=factories.sign_in(town.cast.stranger),
        key=key(9),
        body=town.south,
        words=GapWords("place", "夜間に過ごせる居場所がない"),
    )
    south = carry(
        town,
        ISSUE,
        2,
        source=gap,
        actor=factories.sign_in(town.cast.stranger),
    )
    assert south.case is None
    assert set(seen(town.above)) == {north, south}
    counted = {
        child.body.id: child.open
        for child in selectors.parents_of(town.above)[0].children
    }
    assert counted == {town.cast.shien.id: 1, town.south.id: 1}
    Recusal.objects.create(
        person=town.clerk,
        case=town.cast.case,
        starts_at=clock.now(),
        entered_by=town.cast.secretariat,
    )
    assert seen(town.above) == [south]
    with pytest.raises(HiddenError):
        layers.hand_down(actor=town.above, carried=north, answer="返す")


def test_a_recused_custodian_of_the_parent_is_not_selected(town):
    Recusal.objects.create(
        person=town.clerk,
        case=town.cast.case,
        starts_at=clock.now(),
        entered_by=town.cast.secretariat,
    )
    carry(town)
    assert not Membership.objects.filter(person=town.clerk).exists()
    with pytest.raises(HiddenError):
        selectors.carried_named(town.above, CarryUp.objects.get().id)


def test_without_the_case_nobody_is_selected_and_the_item_stands_under_no_law(town):
    carried = carry(town, ISSUE)
    item = layers.take_up(actor=town.above, carried=carried, sitting=town.draft())
    assert (item.case, item.regime) == (None, Regime.NONE)
    assert not Membership.objects.filter(person=town.clerk).exists()


def test_a_parent_that_takes_no_cases_takes_the_issue_only(town):
    Body.objects.filter(pk=town.parent.pk).update(regime=Regime.NONE)
    with pytest.raises(RefusedError, match="事例に触れない言葉で"):
        carry(town)
    assert not CarryUp.objects.exists()
    assert carry(town, ISSUE).state == S.WAITING


def test_a_body_without_a_parent_carries_nothing_up(town):
    with pytest.raises(RefusedError, match="上位の会議体がありません"):
        carry(town, source=town.cast.juso_item)


def test_it_goes_up_once_until_the_answer_has_come(town):
    carried = carry(town)
    assert carry(town) == carried  # the same form sent twice
    with pytest.raises(RefusedError, match="すでに上位"):
        carry(town, ISSUE, 2)
    layers.hand_down(actor=town.above, carried=carried, answer="今回は扱わない")
    assert carry(town, ISSUE, 2).state == S.WAITING


def test_who_convenes_both_puts_it_on_the_agenda_at_once(town):
    factories.office(town.cast.secretariat, Role.SECRETARIAT, town.parent)
    factories.commission(town.cast.secretariat, town.parent)
    carried = carry(town, sitting=town.draft())
    assert carried.state == S.TAKEN


def test_who_does_not_convene_the_parent_puts_nothing_on_its_agenda(town):
    with pytest.raises(HiddenError):
        carry(town, sitting=town.draft())
    access = access_for(clerk(town.cast))
    assert selectors.drafts_of(access, town.parent) == []


def test_it_is_taken_up_anew_when_the_sitting_is_called_off(town):
    carried, draft = carry(town), town.draft()
    first = layers.take_up(actor=town.above, carried=carried, sitting=draft)
    sittings.cancel_sitting(actor=town.above, sitting=draft)
    carried.refresh_from_db()
    assert carried.state == S.WAITING
    second = layers.take_up(actor=town.above, carried=carried, sitting=town.draft(2))
    assert second != first


def test_a_gap_that_touches_a_case_goes_up_with_its_item_only(town):
    gap = gaps.raise_gap(
        actor=clerk(town.cast),
        key=key(9),
        body=town.cast.shien,
        item=town.cast.shien_item,
        words=GapWords("place", "母と長男が過ごせる場所", general=False),
    )
    with pytest.raises(RefusedError, match="その議題から"):
        carry(town, ISSUE, source=gap)


# The register of gaps ----------------------------------------------------------------


def test_a_gap_in_plain_words_stands_in_the_register_without_its_item(cast):
    newcomer = factories.person("田村 歩", cast.secretariat.organization)
    factories.office(newcomer, Role.SECRETARIAT, cast.shien)
    factories.commission(newcomer, cast.shien)
    for pledge in cast.pledges.values():
        factories.acknowledge(newcomer, pledge)
    for number, general in ((1, True), (2, False)):
        gaps.raise_gap(
            actor=clerk(cast),
            key=key(number),
            body=cast.shien,
            item=cast.shien_item,
            words=GapWords("place", f"足りないもの{number}", general=general),
        )
    assert words_seen(clerk(cast)) == {"足りないもの1": True, "足りないもの2": True}
    assert words_seen(factories.sign_in(newcomer)) == {"足りないもの1": False}
    with pytest.raises(HiddenError):
        words_seen(factories.sign_in(cast.clinic))
    assert words_seen(factories.sign_in(cast.stranger)) == {}


def words_seen(actor) -> dict[str, bool]:
    """The words in the register, each with whether its item is named."""
    from meetings.selectors import gaps as registers

    register = registers.register_of(
        actor, registers.kept_bodies(actor), body=None, state="", number=None
    )
    return {row.gap.words: row.item is not None for row in register.rows}


def test_what_has_become_of_a_gap_is_said_in_words(cast):
    gap = gaps.raise_gap(
        actor=clerk(cast),
        key=key(),
        body=cast.shien,
        words=GapWords("mobility", "夜間の移送の手段がない"),
    )
    same = gaps.raise_gap(
        actor=clerk(cast),
        key=key(),
        body=cast.shien,
        words=GapWords("mobility", "夜間の移送の手段がない"),
    )
    assert same == gap
    done = ResourceGap.State.DONE
    with pytest.raises(InvalidError, match="その後の動き"):
        gaps.follow_up(actor=clerk(cast), gap=gap, state=done, followed=" ")
    gaps.follow_up(
        actor=clerk(cast), gap=gap, state=done, followed="タクシー券を始めた。"
    )
    gap.refresh_from_db()
    assert (gap.state, gap.changed_by) == (done, cast.secretariat)
    for name in ("clinic", "stranger", "colleague"):
        actor = factories.sign_in(getattr(cast, name))
        with pytest.raises(HiddenError):
            gaps.follow_up(actor=actor, gap=gap, state=done, followed="x")


# Joint sittings ----------------------------------------------------------------------


def test_a_joint_sitting_counts_for_both_bodies(cast):
    own = factories.sitting(cast.juso, cast.secretariat, number=7)
    joint = layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.juso)
    again = layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.juso)
    assert (joint, joint.number) == (again, own.number + 1)
    made = sittings.create_sitting(
        actor=clerk(cast), key=key(), body=cast.juso, when=when(40)
    )
    assert made.number == joint.number + 1


def test_the_second_bodys_custodian_finds_it_in_the_list(cast):
    only_juso = factories.person("田村 歩", cast.secretariat.organization)
    factories.office(only_juso, Role.SECRETARIAT, cast.juso)
    factories.commission(only_juso, cast.juso)
    actor = factories.sign_in(only_juso)
    assert in_list(actor) == []
    with pytest.raises(HiddenError):
        listed.open_sitting(actor, cast.sitting.id)
    layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.juso)
    assert in_list(actor) == [cast.sitting]
    opened = listed.open_sitting(actor, cast.sitting.id)
    assert not opened.custodian


def in_list(actor) -> list[Sitting]:
    found = listed.listed_sittings(actor)
    return [line.sitting for line in listed.lines(access_for(actor), found)]


def test_joint_sittings_stay_within_one_unit_and_need_both_offices(cast):
    south = Body.objects.get(name="支援会議(南部)")
    with pytest.raises(HiddenError):
        layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=south)
    factories.office(cast.secretariat, Role.SECRETARIAT, south)
    factories.commission(cast.secretariat, south)
    with pytest.raises(InvalidError, match="ほかの圏域"):
        layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=south)
    with pytest.raises(InvalidError, match="もう一方"):
        layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.shien)
    actor = factories.sign_in(cast.stranger)
    with pytest.raises(HiddenError):
        layers.record_under(actor=actor, sitting=cast.sitting, body=south)
    Sitting.objects.update(state=Sitting.State.CANCELLED)
    with pytest.raises(RefusedError, match="中止"):
        layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.juso)
    assert not JointSitting.objects.exists()


# Bodies on trial ----------------------------------------------------------------------


def test_a_body_on_trial_has_no_sitting_outside_its_days(cast):
    today = clock.today()
    Body.objects.filter(pk=cast.shien.pk).update(
        starts_on=today + timedelta(days=5), ends_on=today + timedelta(days=20)
    )
    for days in (4, 21):
        with pytest.raises(InvalidError, match="設置されている期間"):
            sittings.create_sitting(
                actor=clerk(cast), key=key(days), body=cast.shien, when=when(days)
            )
    for days in (5, 20):
        made = sittings.create_sitting(
            actor=clerk(cast), key=key(days), body=cast.shien, when=when(days)
        )
    with pytest.raises(InvalidError, match="設置されている期間"):
        sittings.change_sitting(actor=clerk(cast), sitting=made, when=when(21))
    Body.objects.filter(pk=cast.juso.pk).update(ends_on=today - timedelta(days=1))
    with pytest.raises(InvalidError, match="設置されていません"):
        layers.record_under(actor=clerk(cast), sitting=cast.sitting, body=cast.juso)


def test_after_its_end_what_a_body_left_stays_readable(cast):
    yesterday = clock.today() - timedelta(days=1)
    Body.objects.filter(pk=cast.shien.pk).update(ends_on=yesterday)
    actor = clerk(cast)
    assert cast.sitting in in_list(actor)
    assert listed.open_sitting(actor, cast.sitting.id).custodian
    assert members.readable_case(actor, cast.case.id)[0] == cast.case
    assert listed.convened_item(actor, cast.shien_item.id)[0] == cast.shien_item
