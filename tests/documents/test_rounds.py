"""Rounds of release: begun late, undone whole, looked at by a second person."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.delivery import gateway
from documents.models import Paper, PaperVersion, Planned, Release, ReleaseRound
from documents.services import releases, rounds
from members.facts import Role, State, Way
from members.models import Office, Recusal
from portal.core import clock
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    StepUpError,
)
from portal.core.models import AuditEvent
from tests import factories
from tests.documents import files
from tests.papers import hand_out

Standing = ReleaseRound.Standing


@pytest.fixture(autouse=True)
def _ten_minutes(settings):
    settings.RELEASE_UNDO_MINUTES = 10


@pytest.fixture
def clerk(cast):
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def head(cast):
    return factories.sign_in(cast.chair)


def opens(person, version):
    try:
        gateway.readable(factories.sign_in(person), version.id)
    except HiddenError:
        return False
    return True


def later(minutes):
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False)


def state_of(version):
    version.refresh_from_db()
    return version.state, version.holds


# Beginning


def test_nothing_opens_before_its_time_and_everything_at_it(cast, filed, clerk):
    version = filed()
    made = hand_out(clerk, [version], [cast.clinic])
    assert made.standing_at(clock.now()) is Standing.COMING
    assert not opens(cast.clinic, version)
    with time_machine.travel(made.opens_at - timedelta(microseconds=1), tick=False):
        assert not opens(cast.clinic, version)
    with time_machine.travel(made.opens_at, tick=False):
        assert opens(cast.clinic, version)
        assert made.standing_at(clock.now()) is Standing.OPEN


def test_without_a_time_to_undo_it_opens_at_once(cast, filed, clerk, settings):
    settings.RELEASE_UNDO_MINUTES = 0
    version = filed()
    made = hand_out(clerk, [version], [cast.clinic])
    assert opens(cast.clinic, version)
    with pytest.raises(RefusedError):
        rounds.undo_round(actor=clerk, made=made)
    assert opens(cast.clinic, version)


def test_the_same_key_makes_one_round_for_one_person(cast, filed, clerk, head):
    version, key = filed(), uuid4()
    once = hand_out(clerk, [version], [cast.clinic], key=key)
    assert hand_out(clerk, [version], [cast.clinic], key=key) == once
    assert Release.objects.count() == 1
    with pytest.raises(RefusedError):  # another's key is another round
        hand_out(head, [version], [cast.clinic], key=key)


def test_a_pair_under_way_is_not_released_twice(cast, filed, clerk):
    version, other = filed(), filed()
    hand_out(clerk, [version], [cast.clinic])
    with pytest.raises(RefusedError) as error:
        hand_out(clerk, [version, other], [cast.clinic])
    assert "まだ始まっていない公開" in error.value.message
    assert hand_out(clerk, [other], [cast.clinic])
    assert hand_out(clerk, [version], [cast.newcomer])
    assert Release.objects.count() == 3


def test_an_earlier_release_lasts_until_the_new_one_begins(cast, filed, clerk):
    version = filed()
    with later(-60):
        hand_out(clerk_again(cast), [version], [cast.clinic], way=Way.ORIGINAL)
    made = hand_out(clerk, [version], [cast.clinic], way=Way.VIEW)
    old, new = Release.objects.order_by("starts_at")
    assert old.ends_at == new.starts_at == made.opens_at
    assert opens(cast.clinic, version)
    with later(11):
        assert opens(cast.clinic, version)


def clerk_again(cast):
    return factories.sign_in(cast.secretariat)


# What is handed out


@pytest.mark.parametrize(
    ("way", "action"),
    [
        (Way.VIEW, None),
        (Way.COPY, "copy"),
        (Way.ORIGINAL, "original"),
    ],
)
def test_each_way_lets_leave_what_it_says(cast, filed, signed_in, way, action):
    version = filed()
    with later(-60):
        hand_out(clerk_again(cast), [version], [cast.clinic], way=way)
    client = signed_in(cast.clinic)
    assert (
        client.get(reverse("documents:version-view", args=[version.id])).status_code
        == 200
    )
    answer = client.get(reverse("documents:version-download", args=[version.id]))
    assert answer.status_code == (200 if action else 404)
    found = AuditEvent.objects.filter(action__endswith=".download")
    assert [e.action for e in found] == (
        [f"documents.{action}.download"] if action else []
    )
    answer.close()


@pytest.mark.parametrize("way", [Way.VIEW, Way.COPY])
def test_less_than_the_original_binds_members_from_the_city_too(
    cast, filed, clerk, settings, way
):
    settings.RELEASE_UNDO_MINUTES = 0
    inside = insider(cast)
    version = filed()
    hand_out(clerk, [version], [inside], way=way)
    can = gateway.readable(factories.sign_in(inside), version.id).can
    assert not can.download_original
    assert can.download_copy == (way is Way.COPY)


def insider(cast):
    person = factories.person("森 明子", cast.secretariat.organization)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.commission(person, cast.shien)
    factories.membership(person, cast.case, Role.INTERNAL)
    factories.seat(person, cast.shien_item, Role.INTERNAL)
    return person


# Undoing


@pytest.mark.parametrize("held", [False, True])
def test_undoing_puts_everything_back(cast, filed, clerk, head, held):
    version = filed(cast.clinic if held else None)
    before = state_of(version)
    made = hand_out(clerk, [version], [cast.clinic, cast.newcomer])
    for _ in range(2):  # the second press changes nothing
        rounds.undo_round(actor=head, made=made)
    assert state_of(version) == before
    assert all(r.starts_at == r.ends_at for r in Release.objects.all())
    undone = AuditEvent.objects.filter(action="documents.round.undo")
    assert undone.count() == 1
    with later(11):
        assert not opens(cast.clinic, version)


def test_undoing_leaves_what_somebody_had_before(cast, filed, clerk):
    version = filed()
    with later(-60):
        hand_out(clerk_again(cast), [version], [cast.clinic])
    end = Release.objects.get().ends_at
    made = hand_out(clerk, [version], [cast.clinic, cast.newcomer])
    rounds.undo_round(actor=clerk, made=made)
    assert Release.objects.order_by("starts_at")[0].ends_at == end
    assert state_of(version)[0] == State.RELEASED
    with later(30):
        assert opens(cast.clinic, version)


def test_undoing_revives_nothing_that_ended_meanwhile(cast, filed, clerk):
    version = filed()
    with later(-60):
        hand_out(clerk_again(cast), [version], [cast.clinic])
    made = hand_out(clerk, [version], [cast.clinic])
    releases.end_releases(actor=clerk, item_id=cast.shien_item.id, person=cast.clinic)
    rounds.undo_round(actor=clerk, made=made)
    assert not opens(cast.clinic, version)
    with later(30):
        assert not opens(cast.clinic, version)


def test_undoing_revives_no_recalled_paper(cast, filed, clerk):
    version = filed()
    made = hand_out(clerk, [version], [cast.clinic])
    releases.recall_version(actor=clerk, version=version)
    rounds.undo_round(actor=clerk, made=made)
    assert state_of(version)[0] == State.RECALLED


def test_of_two_rounds_the_other_stays(cast, filed, clerk):
    version = filed(cast.clinic)
    first = hand_out(clerk, [version], [cast.clinic])
    second = hand_out(clerk, [version], [cast.newcomer])
    rounds.undo_round(actor=clerk, made=first)
    assert state_of(version) == (State.RELEASED, [])
    rounds.undo_round(actor=clerk, made=second)
    assert state_of(version) == (State.HELD, ["member"])
    third = hand_out(clerk, [version], [cast.clinic])  # one may change one's mind
    assert third.standing_at(clock.now()) is Standing.COMING


def test_who_leaves_before_it_begins_never_gets_it(cast, filed, clerk):
    version = filed()
    hand_out(clerk, [version], [cast.clinic])
    releases.end_releases(actor=clerk, item_id=cast.shien_item.id, person=cast.clinic)
    release = Release.objects.get()
    assert release.ends_at == release.starts_at
    with later(11):
        assert not opens(cast.clinic, version)


@pytest.mark.parametrize(
    "name",
    ["clinic", "newcomer", "leaver", "colleague", "stranger", "recused", "auditor"],
)
def test_who_may_not_undo(cast, filed, clerk, name):
    made = hand_out(clerk, [filed()], [cast.clinic])
    with pytest.raises(HiddenError):
        rounds.undo_round(actor=factories.sign_in(getattr(cast, name)), made=made)
    assert Release.objects.get().ends_at > made.opens_at


def test_undoing_needs_no_fresh_factor(cast, filed, clerk):
    made = hand_out(clerk, [filed()], [cast.clinic])
    stale = factories.sign_in(cast.chair, strong_at=clock.now() - timedelta(minutes=6))
    assert rounds.undo_round(actor=stale, made=made).undone_at


# Refusals


def cells(version, *people, **change):
    values = {"way": Way.COPY, "until": clock.now() + timedelta(days=1), **change}
    return [Planned(version=version.id, person=p.id, **values) for p in people]


def test_nothing_is_no_round(clerk):
    with pytest.raises(InvalidError):
        rounds.make_round(actor=clerk, key=uuid4(), cells=[])


def test_a_pair_twice_is_refused(cast, filed, clerk):
    twice = cells(filed(), cast.clinic, cast.clinic)
    with pytest.raises(InvalidError):
        rounds.make_round(actor=clerk, key=uuid4(), cells=twice)
    assert not ReleaseRound.objects.exists()


def test_papers_of_two_items_are_two_rounds(cast, filed, clerk):
    two = [
        *cells(filed(), cast.clinic),
        *cells(filed(item=cast.juso_item), cast.clinic),
    ]
    with pytest.raises(InvalidError):
        rounds.make_round(actor=clerk, key=uuid4(), cells=two)


def test_the_original_of_a_strict_class_is_refused_outside(cast, filed, clerk):
    version = filed(document_class=Paper.Class.C3A)
    wish = cells(version, cast.clinic, way=Way.ORIGINAL)
    with pytest.raises(InvalidError) as error:
        rounds.make_round(actor=clerk, key=uuid4(), cells=wish)
    assert cast.clinic.name in error.value.message


@pytest.mark.parametrize("scan", ["pending", "infected", "unscannable"])
def test_what_is_not_known_to_be_clean_is_released_to_nobody(cast, filed, clerk, scan):
    version = filed()
    PaperVersion.objects.update(scan=scan)
    with pytest.raises((RefusedError, HiddenError)):
        hand_out(clerk, [version], [cast.clinic])
    assert not Release.objects.exists()


# The second person


@pytest.fixture
def waiting(cast, filed, clerk, settings):
    settings.RELEASE_SECOND_PERSON = True
    return hand_out(clerk, [filed()], [cast.clinic])


def test_until_a_second_person_says_yes_nothing_is_released(cast, waiting, head):
    assert waiting.standing_at(clock.now()) is Standing.WAITING
    assert not Release.objects.exists()
    assert PaperVersion.objects.get().state == State.DRAFT
    made = rounds.approve_round(actor=head, made=waiting)
    assert made.approved_by == cast.chair
    assert Release.objects.get().starts_at == made.opens_at > clock.now()
    with pytest.raises(RefusedError):
        rounds.approve_round(actor=head, made=made)
    assert Release.objects.count() == 1


def test_nobody_is_the_second_person_to_themselves(cast, waiting, clerk):
    Office.objects.create(  # not even in another office
        person=cast.secretariat,
        role=Role.CHAIR,
        body=cast.shien,
        starts_at=factories.LONG_AGO,
    )
    for act in (
        lambda: rounds.approve_round(actor=clerk, made=waiting),
        lambda: rounds.return_round(actor=clerk, made=waiting, note="違います"),
    ):
        with pytest.raises(RefusedError):
            act()
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    "name", ["clinic", "colleague", "stranger", "recused", "administrator", "auditor"]
)
def test_who_is_no_second_person(cast, waiting, name):
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        rounds.approve_round(actor=actor, made=waiting)
    with pytest.raises(HiddenError):
        rounds.return_round(actor=actor, made=waiting, note="違います")


def test_approving_needs_a_fresh_factor(cast, waiting):
    stale = factories.sign_in(cast.chair, strong_at=clock.now() - timedelta(minutes=6))
    with pytest.raises(StepUpError):
        rounds.approve_round(actor=stale, made=waiting)


def test_what_is_returned_or_withdrawn_is_approved_no_more(
    cast, waiting, filed, clerk, head
):
    rounds.return_round(actor=head, made=waiting, note="宛先が違います")
    other = hand_out(clerk, [filed()], [cast.clinic])
    rounds.undo_round(actor=clerk, made=other)
    for made in (waiting, other):
        with pytest.raises(RefusedError):
            rounds.approve_round(actor=head, made=made)
    assert not Release.objects.exists()


def test_the_second_look_sees_what_changed_meanwhile(cast, waiting, clerk, head):
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    with pytest.raises(RefusedError) as error:
        rounds.approve_round(actor=head, made=waiting)
    assert cast.clinic.name in error.value.message
    Recusal.objects.filter(person=cast.clinic).delete()
    releases.recall_version(actor=clerk, version=PaperVersion.objects.get())
    with pytest.raises(RefusedError) as error:
        rounds.approve_round(actor=head, made=waiting)
    assert "差し戻してください" in error.value.message
    assert not Release.objects.exists()


def test_a_pair_that_waits_is_not_released_beside_it(cast, waiting, clerk):
    version = PaperVersion.objects.get()
    with pytest.raises(RefusedError):
        hand_out(clerk, [version], [cast.clinic])


# Cost


def test_a_big_table_costs_as_many_queries_as_a_small_one(cast, filed, clerk):
    def cost(versions, people):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            made = hand_out(clerk, versions, people)
        with CaptureQueriesContext(connection) as undone:
            rounds.undo_round(actor=clerk, made=made)
        return len(captured), len(undone)

    one = cost([filed()], [cast.clinic])
    people = [_reader(cast, n) for n in range(12)]
    versions = [filed(data=files.pdf_file()) for _ in range(6)]
    assert cost(versions, people) == one
    assert Release.objects.count() == 1 + 12 * 6


def _reader(cast, number):
    person = factories.person(f"読み手 {number}", cast.clinic.organization)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.commission(person, cast.shien)
    factories.membership(person, cast.case, Role.EXTERNAL)
    factories.seat(person, cast.shien_item, Role.EXTERNAL)
    return person
