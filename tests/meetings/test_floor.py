"""発言の順番: who may ask, who gives the floor, and that nothing of it stays."""

import pytest

from meetings.models import Turn
from meetings.services import floor, room
from members.access import Actor
from members.facts import Role
from members.models import Person, Seat
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def clinic(cast: Cast, clerk: Actor) -> Actor:
    """The clinic, in the room for the open item together with the chair."""
    for person in (cast.chair, cast.clinic):
        room.check_in(actor=clerk, sitting=cast.sitting, person=person)
    room.open_item(actor=clerk, item=cast.shien_item)
    return factories.sign_in(cast.clinic)


def queue(cast: Cast) -> list[tuple[Person, bool]]:
    turns = Turn.objects.filter(item=cast.shien_item, ended_at=None)
    return [(turn.person, turn.given_at is not None) for turn in turns]


def test_members_ask_and_keep_their_place(cast: Cast, clinic: Actor) -> None:
    chair = factories.sign_in(cast.chair)
    first = floor.ask(actor=clinic, item=cast.shien_item)
    floor.ask(actor=chair, item=cast.shien_item)
    assert floor.ask(actor=clinic, item=cast.shien_item) == first
    assert queue(cast) == [(cast.clinic, False), (cast.chair, False)]
    floor.withdraw(actor=clinic, item=cast.shien_item)
    assert queue(cast) == [(cast.chair, False)]


def test_one_has_the_floor_at_a_time(cast: Cast, clerk: Actor, clinic: Actor) -> None:
    floor.ask(actor=clinic, item=cast.shien_item)
    floor.give(actor=clerk, item=cast.shien_item, person=cast.clinic)
    assert queue(cast) == [(cast.clinic, True)]
    floor.give(actor=clerk, item=cast.shien_item, person=cast.chair)
    assert queue(cast) == [(cast.chair, True)]
    again = floor.give(actor=clerk, item=cast.shien_item, person=cast.chair)
    assert again.given_at is not None
    floor.end(actor=clerk, item=cast.shien_item, person=cast.chair)
    assert queue(cast) == []


def test_the_floor_is_laid_down_by_oneself(
    cast: Cast, clerk: Actor, clinic: Actor
) -> None:
    floor.give(actor=clerk, item=cast.shien_item, person=cast.clinic)
    floor.withdraw(actor=clinic, item=cast.shien_item)
    assert queue(cast) == []


def test_only_people_in_the_room_have_a_turn(
    cast: Cast, clerk: Actor, clinic: Actor
) -> None:
    with pytest.raises(RefusedError):  # who runs the room, without being in it
        floor.ask(actor=clerk, item=cast.shien_item)
    for person in (cast.newcomer, cast.colleague):
        with pytest.raises(RefusedError):
            floor.give(actor=clerk, item=cast.shien_item, person=person)
    with pytest.raises(RefusedError):  # not under way
        floor.give(actor=clerk, item=cast.juso_item, person=cast.clinic)
    assert not Turn.objects.exists()


@pytest.mark.parametrize("who", ["newcomer", "recused", "leaver", "stranger"])
def test_to_others_there_is_no_queue(cast: Cast, clinic: Actor, who: str) -> None:
    actor = factories.sign_in(getattr(cast, who))
    item, person = cast.shien_item, cast.clinic
    with pytest.raises(HiddenError):
        floor.ask(actor=actor, item=item)
    with pytest.raises(HiddenError):
        floor.withdraw(actor=actor, item=item)
    with pytest.raises(HiddenError):
        floor.give(actor=actor, item=item, person=person)
    with pytest.raises(HiddenError):
        floor.end(actor=actor, item=item, person=person)


def test_members_give_the_floor_to_nobody(cast: Cast, clinic: Actor) -> None:
    with pytest.raises(HiddenError):
        floor.give(actor=clinic, item=cast.shien_item, person=cast.clinic)
    with pytest.raises(HiddenError):
        floor.ask(actor=clinic, item=cast.juso_item)  # not in the room for it


def test_a_guest_has_no_part_in_the_queue(cast: Cast, clinic: Actor) -> None:
    Seat.objects.filter(person=cast.clinic).update(role=Role.GUEST)
    cast.case.memberships.filter(person=cast.clinic).delete()
    with pytest.raises(HiddenError):
        floor.ask(actor=clinic, item=cast.shien_item)


def test_nothing_outlives_the_item(cast: Cast, clerk: Actor, clinic: Actor) -> None:
    floor.ask(actor=clinic, item=cast.shien_item)
    floor.give(actor=clerk, item=cast.shien_item, person=cast.chair)
    room.open_item(actor=clerk, item=cast.juso_item)
    assert not Turn.objects.filter(item=cast.shien_item).exists()
    assert not AuditEvent.objects.filter(action__contains="floor").exists()


def test_whoever_is_shown_out_leaves_the_queue(
    cast: Cast, clerk: Actor, clinic: Actor
) -> None:
    floor.ask(actor=clinic, item=cast.shien_item)
    room.show_out(actor=clerk, item=cast.shien_item, person=cast.clinic)
    assert not Turn.objects.exists()
