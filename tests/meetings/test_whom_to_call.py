"""事務局の電話: one number from letter to step-up, and it is the secretariat's."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import RetrievalAsk
from members.facts import Role
from members.models import Body, Office, Organization, Purpose, Scope
from members.offices import BODIES, secretariat_for, secretariat_of
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import gate
from tests.factories import to_sitting
from tests.meetings import asking, calling, polling
from tests.meetings.convening import invitation

NORTH, SOUTH, CLINIC = "000-000-0001", "000-000-0002", "000-000-0003"
PHONES = {NORTH, SOUTH, CLINIC}


class Wards(NamedTuple):
    """A sitting of each of two wards, by the telephone of its secretariat."""

    body: Body
    scopes: dict[str, Scope]


@pytest.fixture
def wards(cast: Cast) -> Wards:
    """The newcomer sits in both; every office has a telephone."""
    offices = {
        NORTH: cast.secretariat.organization,
        SOUTH: cast.stranger.organization,
        CLINIC: cast.clinic.organization,
    }
    for phone, office in offices.items():
        office.phone = phone
        office.save()
    south = Body.objects.get(offices__person=cast.stranger)
    factories.commission(cast.newcomer, south)
    sitting = factories.sitting(south, cast.stranger)
    factories.invitation(sitting, cast.newcomer)
    return Wards(south, {NORTH: to_sitting(cast.sitting), SOUTH: to_sitting(sitting)})


def phones_on(page: str) -> set[str]:
    return {phone for phone in PHONES if phone in page}


def seen(client: Client, address: str) -> set[str]:
    return phones_on(client.get(address).content.decode())


@pytest.mark.parametrize("ward", [NORTH, SOUTH])
def test_who_sits_in_two_wards_reads_one_number_in_a_visit(
    cast: Cast, wards: Wards, signed_in: SignIn, ward: str
) -> None:
    """By whomever the link was issued."""
    link = gate.issue(cast, cast.newcomer, scope=wards.scopes[ward])
    at_gate = gate.enter(link)
    inside = signed_in(cast.newcomer, strength=1, scope=wards.scopes[ward])
    assert seen(at_gate, reverse("documents:gate-notice")) == {ward}
    for page in ("members:pledge", "members:step-up"):
        assert seen(inside, reverse(page)) == {ward}


def test_a_link_to_anything_knows_the_body(cast: Cast) -> None:
    ask = RetrievalAsk.objects.create(
        sitting_id=cast.sitting.id,
        person=cast.clinic,
        asked_by=cast.secretariat,
        asked_at=clock.now(),
    )
    things = {
        Purpose.SITTING: cast.sitting,
        Purpose.POLL: polling.ask(cast),
        Purpose.CALL: calling.opened(cast),
        Purpose.REQUEST: asking.ask(cast),
        Purpose.RETRIEVAL: ask,
    }
    assert set(things) == set(Purpose) == set(BODIES)
    for purpose, thing in things.items():
        assert BODIES[purpose](thing.pk).get() == {"body": cast.shien.pk}


def test_what_a_head_from_outside_prints_names_the_secretariat(
    cast: Cast, wards: Wards, signed_in: SignIn
) -> None:
    professor = factories.person("座長 一", cast.clinic.organization)
    factories.office(professor, Role.CHAIR, cast.shien)
    for pledge in cast.pledges.values():
        factories.acknowledge(professor, pledge)
    factories.commission(professor, cast.shien)
    factories.membership(professor, cast.case, Role.CHAIR)
    factories.place(professor, cast.shien_item, Role.CHAIR)
    head = signed_in(professor)
    voter = polling.voter(polling.ask(cast), cast.newcomer)
    papers = {
        "members:card-issue": cast.newcomer.id,
        "meetings:invitation-letter": invitation(cast.newcomer, cast.sitting).id,
        "meetings:poll-letter": voter.id,
        "meetings:cooperation-letter": asking.ask(cast).id,
    }
    for page, key in papers.items():
        printed = head.post(reverse(page, args=[key]))
        assert phones_on(printed.content.decode()) == {NORTH}, page
    assert seen(head, reverse("documents:member-guide")) == {NORTH}


def test_the_office_with_a_telephone_comes_first_and_the_secretariats_before_all(
    cast: Cast, wards: Wards
) -> None:
    silent = factories.organization("高齢福祉課", internal=True)
    head = factories.person("座長 一", cast.clinic.organization)
    keeper = factories.person("係員 二", silent)
    body = factories.body(name="連絡会")
    assert secretariat_of([body]) is None
    factories.office(head, Role.CHAIR, body)
    assert secretariat_of([body]) == head.organization  # there is nobody else
    factories.office(keeper, Role.SECRETARIAT, body)
    assert secretariat_of([body]) == silent
    factories.office(cast.secretariat, Role.SECRETARIAT, body)
    assert secretariat_of([body]) == cast.secretariat.organization
    ended = clock.now() - timedelta(seconds=1)
    Office.objects.filter(person=cast.secretariat, body=body).update(ends_at=ended)
    assert secretariat_of([body]) == silent


def test_a_link_to_what_is_gone_leaves_the_number_of_ones_own_bodies(
    cast: Cast, wards: Wards
) -> None:
    gone = Scope(Purpose.SITTING, cast.case.id)
    assert secretariat_for(cast.clinic, gone) == cast.secretariat.organization
    assert secretariat_for(cast.administrator) is None


def test_an_office_without_a_telephone_is_not_to_be_called(
    cast: Cast, signed_in: SignIn
) -> None:
    Organization.objects.update(phone="")
    page = signed_in(cast.clinic, strength=1).get(reverse("members:step-up"))
    assert f"事務局({cast.secretariat.organization})へご連絡ください" in (
        page.content.decode()
    )
