"""関係者・本人: asked to one item alone, derived from the decision (R10, R16, R27)."""

import pytest
from django.urls import reverse

from meetings import preparation
from meetings.findings import Check
from meetings.models import AgendaItem, Invitation
from meetings.selectors.people import invitable
from meetings.services import guests, invitations, room
from members.access import Actor
from members.facts import Role
from members.models import Person, Recusal, Seat
from members.services.people import Outsider
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

DOCTOR = Outsider("見本病院", "高田 実", "主治医")


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def guests_of(item: AgendaItem) -> set[Person]:
    return {seat.person for seat in invitable(item).guests}


def test_the_person_concerned_comes_by_label_to_one_consented_item(
    cast: Cast, clerk: Actor
) -> None:
    mother = cast.case.household.all()[0]
    seat = guests.invite(actor=clerk, item=cast.juso_item, whom=mother)
    again = guests.invite(actor=clerk, item=cast.juso_item, whom=mother)
    assert (seat.pk, seat.role) == (again.pk, Role.GUEST)
    assert seat.person.name == mother.label
    assert guests_of(cast.shien_item) == set()
    assert not Invitation.objects.filter(person=seat.person).exists()
    assert not OutgoingMail.objects.filter(person=seat.person_id).exists()
    room.open_item(actor=clerk, item=cast.juso_item)
    entered = room.admit(actor=clerk, item=cast.juso_item, person=seat.person)
    assert entered.ends_at is None


def test_two_cases_have_two_persons_concerned(cast: Cast, clerk: Actor) -> None:
    other = factories.case(cast.juso, number="R8-099")
    with pytest.raises(HiddenError):
        guests.invite(actor=clerk, item=cast.juso_item, whom=other.household.all()[0])
    first, second = (
        guests.invite(actor=clerk, item=cast.juso_item, whom=member).person
        for member in cast.case.household.all()
    )
    assert first != second


def test_without_consent_nobody_is_asked(cast: Cast, clerk: Actor) -> None:
    mother = cast.case.household.all()[0]
    mother.consents.update(withdrawn_at=clock.now())
    with pytest.raises(RefusedError):
        guests.invite(actor=clerk, item=cast.juso_item, whom=mother)
    assert guests_of(cast.juso_item) == set()
    mother.refresh_from_db()
    assert mother.guest is None


def test_where_secrecy_is_asked_for_a_commission_comes_first(
    cast: Cast, clerk: Actor
) -> None:
    for whom in (DOCTOR, cast.case.household.all()[0]):
        with pytest.raises(HiddenError):
            guests.invite(actor=clerk, item=cast.shien_item, whom=whom)
    assert not Person.objects.filter(name=DOCTOR.name).exists()
    guests.invite(actor=clerk, item=cast.shien_item, whom=cast.colleague)
    told = Invitation.objects.get(sitting=cast.sitting, person=cast.colleague)
    assert told.notified_at is not None
    guests.withdraw(actor=clerk, item=cast.shien_item, person=cast.colleague)
    told.refresh_from_db()
    assert told.withdrawn_at is not None


def test_members_and_recused_people_are_no_guests(cast: Cast, clerk: Actor) -> None:
    cast.clinic.seats.all().delete()
    Recusal.objects.create(
        person=cast.colleague,
        item_id=cast.juso_item.id,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    offered = invitable(cast.juso_item).commissioned
    assert cast.clinic not in offered
    assert cast.colleague not in offered
    with pytest.raises(RefusedError):
        guests.invite(actor=clerk, item=cast.juso_item, whom=cast.clinic)
    with pytest.raises(HiddenError):
        guests.invite(actor=clerk, item=cast.juso_item, whom=cast.colleague)


@pytest.mark.parametrize("who", ["clinic", "stranger", "leaver", "administrator"])
def test_only_who_convenes_the_item_invites(cast: Cast, who: str) -> None:
    actor = factories.sign_in(getattr(cast, who))
    with pytest.raises(HiddenError):
        guests.invite(actor=actor, item=cast.juso_item, whom=DOCTOR)
    with pytest.raises(HiddenError):
        guests.withdraw(actor=actor, item=cast.juso_item, person=cast.clinic)
    assert cast.clinic.seats.filter(item_id=cast.juso_item.id, ends_at=None).exists()


def test_a_guest_is_withdrawn_out_of_the_room_and_a_member_is_not(
    cast: Cast, clerk: Actor
) -> None:
    guest = guests.invite(actor=clerk, item=cast.juso_item, whom=DOCTOR).person
    room.open_item(actor=clerk, item=cast.juso_item)
    room.admit(actor=clerk, item=cast.juso_item, person=cast.clinic)
    room.admit(actor=clerk, item=cast.juso_item, person=guest)
    for person in (guest, cast.clinic):
        guests.withdraw(actor=clerk, item=cast.juso_item, person=person)
    assert not guest.presences.filter(ends_at=None).exists()
    assert cast.clinic.presences.filter(ends_at=None).exists()
    room.close_item(actor=clerk, item=cast.juso_item)
    with pytest.raises(RefusedError):
        guests.invite(actor=clerk, item=cast.juso_item, whom=DOCTOR)


def test_choosing_members_leaves_guests_where_they_are(
    cast: Cast, clerk: Actor
) -> None:
    guest = guests.invite(actor=clerk, item=cast.juso_item, whom=DOCTOR).person
    choice = invitations.Choice(cast.clinic, reason="主治医と話すため")
    invitations.select_people(actor=clerk, item=cast.juso_item, choices=[choice])
    assert guests_of(cast.juso_item) == {guest}


def test_a_guest_blocks_no_approval(cast: Cast, clerk: Actor) -> None:
    guests.invite(actor=clerk, item=cast.juso_item, whom=DOCTOR)
    found = preparation.findings(cast.sitting, [cast.juso_item])
    assert not [f for f in found if DOCTOR.name in f.words]
    assert Check.COMMISSION not in {f.check for f in found}


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.secretariat)
    page = reverse("meetings:item-guests", args=[cast.juso_item.id])
    for _again in range(2):
        answer = client.post(page, {"who": "outsider", "name": "高田 実"})
        assert answer.status_code == 422
        words = answer.content.decode()
        assert "所属か、本人との間柄を書いてください。" in words
        assert 'value="高田 実"' in words
    sent = {"who": "outsider", "name": "高田 実", "organization": "見本病院"}
    for _again in range(2):
        answer = client.post(page, sent, follow=True)
        assert "高田 実さんを、この議題に招きました。" in answer.content.decode()
    assert Seat.objects.filter(item_id=cast.juso_item.id, role=Role.GUEST).count() == 1
    assert "高田 実" in client.get(page).content.decode()


def test_no_household_and_no_strangers_are_offered_under_secrecy(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.secretariat)
    page = reverse("meetings:item-guests", args=[cast.shien_item.id])
    words = client.get(page).content.decode()
    assert 'value="outsider"' not in words
    assert not [m for m in cast.case.household.all() if str(m.id) in words]
    assert client.post(page, {"who": "outsider"}).status_code == 422
    sent = {"who": "commissioned", "person": str(cast.colleague.id)}
    assert client.post(page, sent).status_code == 302
