"""会議室: check-in, admission item by item, opening and closing (R16, R18, R32)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings import records
from meetings.attendance import received_for
from meetings.models import AgendaItem, Invitation, Minutes, Presence, Sitting
from meetings.rendering import presence_words
from meetings.selectors.room import never_let_in, not_begun
from meetings.selectors.sittings import convened_sitting
from meetings.services import room
from members.access import Actor
from members.facts import Role
from members.models import Person, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def inside(item: AgendaItem) -> set[Person]:
    return {p.person for p in Presence.objects.filter(item=item, ends_at=None)}


def check_in(cast: Cast, clerk: Actor, *people: Person) -> None:
    for person in people:
        room.check_in(actor=clerk, sitting=cast.sitting, person=person)


def test_one_checks_in_oneself_and_it_opens_nothing(cast: Cast) -> None:
    actor = factories.sign_in(cast.clinic)
    first = room.check_in(actor=actor, sitting=cast.sitting, person=cast.clinic)
    again = room.check_in(actor=actor, sitting=cast.sitting, person=cast.clinic)
    assert first.checked_in_at == again.checked_in_at
    assert AuditEvent.objects.filter(action="meetings.room.check_in").count() == 1
    assert not Presence.objects.exists()


def test_nobody_checks_in_others_without_the_office(cast: Cast) -> None:
    for person in (cast.clinic, cast.stranger, cast.administrator):
        with pytest.raises(HiddenError):
            room.check_in(
                actor=factories.sign_in(person), sitting=cast.sitting, person=cast.chair
            )
    assert not Invitation.objects.filter(checked_in_at__isnull=False).exists()


def test_the_doors_open_an_hour_before(cast: Cast) -> None:
    Sitting.objects.update(
        starts_at=clock.now() + timedelta(hours=2),
        ends_at=clock.now() + timedelta(hours=4),
    )
    cast.sitting.refresh_from_db()
    with pytest.raises(RefusedError):
        room.check_in(
            actor=factories.sign_in(cast.clinic),
            sitting=cast.sitting,
            person=cast.clinic,
        )


def test_opening_shows_in_who_came_and_sits_on_it(cast: Cast, clerk: Actor) -> None:
    check_in(cast, clerk, cast.chair, cast.clinic, cast.newcomer, cast.recused)
    opened = room.open_item(actor=clerk, item=cast.shien_item)
    assert inside(cast.shien_item) == {cast.chair, cast.clinic}
    assert set(opened.kept_out) == {cast.newcomer, cast.recused}
    cast.shien_item.refresh_from_db()
    assert cast.shien_item.state == AgendaItem.State.OPEN
    cast.sitting.refresh_from_db()
    assert cast.sitting.presiding == cast.chair
    room.open_item(actor=clerk, item=cast.shien_item)
    assert Presence.objects.filter(item=cast.shien_item).count() == 2


def test_the_next_item_shows_everybody_out_of_the_last(
    cast: Cast, clerk: Actor
) -> None:
    check_in(cast, clerk, cast.chair, cast.clinic)
    cast.clinic.seats.filter(item_id=cast.juso_item.id).delete()
    room.open_item(actor=clerk, item=cast.shien_item)
    room.open_item(actor=clerk, item=cast.juso_item)
    assert inside(cast.shien_item) == set()
    assert inside(cast.juso_item) == {cast.chair}
    cast.shien_item.refresh_from_db()
    assert cast.shien_item.state == AgendaItem.State.CLOSED


def test_late_arrivals_are_shown_in_and_anybody_may_be_shown_out(
    cast: Cast, clerk: Actor
) -> None:
    room.open_item(actor=clerk, item=cast.shien_item)
    presence = room.admit(actor=clerk, item=cast.shien_item, person=cast.clinic)
    again = room.admit(actor=clerk, item=cast.shien_item, person=cast.clinic)
    assert presence == again
    room.show_out(actor=clerk, item=cast.shien_item, person=cast.clinic)
    assert inside(cast.shien_item) == set()


def test_nobody_is_admitted_without_seat_pledge_or_against_a_recusal(
    cast: Cast, clerk: Actor
) -> None:
    with pytest.raises(RefusedError):
        room.admit(actor=clerk, item=cast.shien_item, person=cast.clinic)
    room.open_item(actor=clerk, item=cast.shien_item)
    for person in (cast.colleague, cast.newcomer, cast.recused, cast.leaver):
        with pytest.raises(RefusedError):
            room.admit(actor=clerk, item=cast.shien_item, person=person)
    assert inside(cast.shien_item) == set()


def test_withdrawn_consent_keeps_members_out_of_a_juso_item(
    cast: Cast, clerk: Actor
) -> None:
    check_in(cast, clerk, cast.chair, cast.clinic)
    member = cast.case.household.first()
    assert member is not None
    member.consents.update(withdrawn_at=clock.now())
    opened = room.open_item(actor=clerk, item=cast.juso_item)
    assert inside(cast.juso_item) == set()
    assert cast.clinic in opened.kept_out


@pytest.mark.parametrize("who", ["clinic", "stranger", "leaver", "administrator"])
def test_only_chair_and_secretariat_run_the_room(cast: Cast, who: str) -> None:
    actor = factories.sign_in(getattr(cast, who))
    with pytest.raises(HiddenError):
        room.open_item(actor=actor, item=cast.shien_item)
    with pytest.raises(HiddenError):
        room.admit(actor=actor, item=cast.shien_item, person=cast.clinic)
    with pytest.raises(HiddenError):
        room.close_item(actor=actor, item=cast.shien_item)
    with pytest.raises(HiddenError):
        room.close_sitting(actor=actor, sitting=cast.sitting)


def test_a_recused_chair_does_not_run_the_item(cast: Cast) -> None:
    Recusal.objects.create(
        person=cast.chair,
        item_id=cast.shien_item.id,
        starts_at=factories.LONG_AGO,
        entered_by=cast.secretariat,
    )
    with pytest.raises(HiddenError):
        room.open_item(actor=factories.sign_in(cast.chair), item=cast.shien_item)


def test_a_recused_clerk_finds_nobody_of_the_item_at_the_door(
    cast: Cast, clerk: Actor
) -> None:
    for item in (cast.shien_item, cast.juso_item):
        Recusal.objects.create(
            person=cast.secretariat,
            item_id=item.id,
            starts_at=factories.LONG_AGO,
            entered_by=cast.chair,
        )
    for person in (cast.clinic, cast.colleague):  # asked to come, and not asked
        with pytest.raises(HiddenError):
            room.check_in(actor=clerk, sitting=cast.sitting, person=person)
    room.check_in(actor=clerk, sitting=cast.sitting, person=cast.secretariat)


def test_the_meeting_ends_when_no_item_is_open(cast: Cast, clerk: Actor) -> None:
    room.open_item(actor=clerk, item=cast.shien_item)
    with pytest.raises(RefusedError):
        room.close_sitting(actor=clerk, sitting=cast.sitting)
    room.close_item(actor=clerk, item=cast.shien_item)
    closed = room.close_sitting(actor=clerk, sitting=cast.sitting)
    assert (closed.state, closed.closed_at) != (Sitting.State.CONVENED, None)
    with pytest.raises(RefusedError):
        room.open_item(actor=clerk, item=cast.juso_item)


def test_a_latecomer_needs_one_press(cast: Cast, clerk: Actor) -> None:
    room.open_item(actor=clerk, item=cast.shien_item)
    room.admit(actor=clerk, item=cast.shien_item, person=cast.clinic)
    invitation = Invitation.objects.get(sitting=cast.sitting, person=cast.clinic)
    assert invitation.checked_in_at is not None
    refused = Invitation.objects.get(sitting=cast.sitting, person=cast.newcomer)
    with pytest.raises(RefusedError):
        room.admit(actor=clerk, item=cast.shien_item, person=cast.newcomer)
    refused.refresh_from_db()
    assert refused.checked_in_at is None


def test_who_was_received_and_never_let_in_is_named_at_the_end(
    cast: Cast, clerk: Actor, signed_in: SignIn
) -> None:
    check_in(cast, clerk, cast.clinic, cast.newcomer)
    room.open_item(actor=clerk, item=cast.shien_item)
    assert inside(cast.shien_item) == {cast.clinic}
    room.close_item(actor=clerk, item=cast.shien_item)
    opened = convened_sitting(clerk, cast.sitting.id)
    assert never_let_in(opened) == [cast.newcomer]
    page = reverse("meetings:room-close", args=[cast.sitting.id])
    words = signed_in(cast.secretariat).get(page).content.decode()
    assert "受付を済ませたまま" in words
    assert cast.newcomer.name in words
    Minutes.objects.create(item=cast.shien_item)
    record = records.load(cast.shien_item.id)
    rows = records.document(record, confirmed=False).attendance
    said = {row.name: presence_words(row)[0] for row in rows}
    assert said[cast.newcomer.name] == "欠席(受付済み)"
    assert "欠席" not in said[cast.clinic.name]
    assert "欠席" in said.values()


def test_who_missed_one_item_of_two_is_named_too(cast: Cast, clerk: Actor) -> None:
    """Let in to the first; from the second kept away by a consent withdrawn since."""
    check_in(cast, clerk, cast.clinic)
    room.open_item(actor=clerk, item=cast.shien_item)
    assert inside(cast.shien_item) == {cast.clinic}
    room.close_item(actor=clerk, item=cast.shien_item)
    assert never_let_in(convened_sitting(clerk, cast.sitting.id)) == []
    member = cast.case.household.first()
    assert member is not None
    member.consents.update(withdrawn_at=clock.now())
    room.open_item(actor=clerk, item=cast.juso_item)
    room.close_item(actor=clerk, item=cast.juso_item)
    assert never_let_in(convened_sitting(clerk, cast.sitting.id)) == [cast.clinic]


def test_who_came_for_an_item_that_never_began_is_not_named(
    cast: Cast, clerk: Actor
) -> None:
    cast.clinic.seats.filter(item_id=cast.shien_item.id).delete()
    check_in(cast, clerk, cast.clinic)
    room.open_item(actor=clerk, item=cast.shien_item)
    room.close_item(actor=clerk, item=cast.shien_item)
    opened = convened_sitting(clerk, cast.sitting.id)
    assert not_begun(opened) == 1
    assert never_let_in(opened) == []


def test_who_came_after_the_item_is_absent_from_it(cast: Cast, clerk: Actor) -> None:
    item = cast.shien_item
    item.closed_at = clock.now() - timedelta(minutes=1)
    check_in(cast, clerk, cast.newcomer)
    assert received_for(item) == set()
    item.closed_at = None
    assert received_for(item) == {cast.newcomer.id}


def test_a_recused_clerk_hears_of_nobody_who_waited_for_the_item(cast: Cast) -> None:
    check_in(cast, factories.sign_in(cast.secretariat), cast.newcomer)
    cast.newcomer.seats.exclude(item_id=cast.shien_item.id).delete()
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=cast.shien_item.id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    actor = factories.sign_in(cast.secretariat)
    assert never_let_in(convened_sitting(actor, cast.sitting.id)) == []


def test_a_guest_waits_to_be_called_and_goes_with_the_item(
    cast: Cast, clerk: Actor
) -> None:
    for item in (cast.shien_item, cast.juso_item):
        factories.seat(cast.colleague, item, Role.GUEST)
    check_in(cast, clerk, cast.clinic, cast.colleague)
    opened = room.open_item(actor=clerk, item=cast.shien_item)
    assert inside(cast.shien_item) == {cast.clinic}
    assert cast.colleague not in opened.kept_out
    room.admit(actor=clerk, item=cast.shien_item, person=cast.colleague)
    assert inside(cast.shien_item) == {cast.clinic, cast.colleague}
    room.open_item(actor=clerk, item=cast.juso_item)
    assert cast.colleague not in inside(cast.shien_item) | inside(cast.juso_item)
