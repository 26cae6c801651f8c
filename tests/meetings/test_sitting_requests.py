"""開催の求め: who may ask a body for a sitting, and what becomes of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from meetings.models import Sitting, SittingRequest
from meetings.services import sitting_requests
from members.models import Body
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.asking import meet_on_request
from tests.meetings.convening import when

REASON = "見守りの役割が決まらないまま3週間たったため"


@pytest.fixture
def town(cast: Cast) -> Cast:
    """The cast, whose 支援会議 meets when a member asks for it."""
    meet_on_request(cast.shien)
    return cast


def ask(cast: Cast, name: str = "clinic", number: int = 1, **more) -> SittingRequest:
    body = Body.objects.get(pk=cast.shien.pk)
    return sitting_requests.ask_for_sitting(
        actor=factories.sign_in(getattr(cast, name)),
        key=UUID(int=600 + number),
        body=body,
        **{"reason": REASON, "wished_by": None, **more},
    )


def clerk(cast: Cast):
    return factories.sign_in(cast.secretariat)


def test_a_member_asks_and_the_same_form_asks_once(town: Cast) -> None:
    assert ask(town) == ask(town)
    assert SittingRequest.objects.get().state == SittingRequest.State.RECEIVED


def test_a_key_never_names_a_sitting_that_is_there(town: Cast) -> None:
    """R18: what is accepted is a new sitting, not one of the asker's choice."""
    theirs = factories.sitting(town.juso, town.secretariat, number=77)
    request = sitting_requests.ask_for_sitting(
        actor=factories.sign_in(town.clinic),
        key=theirs.id,
        body=Body.objects.get(pk=town.shien.pk),
        reason=REASON,
        wished_by=None,
    )
    made = sitting_requests.accept(actor=clerk(town), request=request, when=when())
    assert made != theirs
    assert made.body == town.shien


def test_a_body_that_meets_monthly_is_not_asked(cast: Cast) -> None:
    with pytest.raises(HiddenError):
        ask(cast)


@pytest.mark.parametrize("name", ["stranger", "administrator", "auditor"])
def test_who_is_no_member_does_not_ask(town: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        ask(town, name)


def test_a_wish_that_is_past_is_refused(town: Cast) -> None:
    with pytest.raises(InvalidError):
        ask(town, wished_by=clock.today() - timedelta(days=1))


def test_accepted_it_becomes_a_draft_sitting_of_the_body(town: Cast) -> None:
    request = ask(town)
    sitting = sitting_requests.accept(actor=clerk(town), request=request, when=when(10))
    request.refresh_from_db()
    assert sitting.state == Sitting.State.DRAFT
    assert request.sitting == sitting
    assert request.answered_by == town.secretariat
    with pytest.raises(RefusedError):
        sitting_requests.refuse(actor=clerk(town), request=request, reason="x")


def test_a_time_that_cannot_be_leaves_the_request_open(town: Cast) -> None:
    request = ask(town)
    with pytest.raises(InvalidError):
        sitting_requests.accept(actor=clerk(town), request=request, when=when(-3))
    request.refresh_from_db()
    assert request.open


def test_refused_it_says_why_to_who_asked(town: Cast, signed_in: SignIn) -> None:
    request = ask(town)
    sitting_requests.refuse(
        actor=clerk(town), request=request, reason="次回の定例会議で扱います。"
    )
    address = reverse("meetings:sitting-request", args=[request.id])
    shown = signed_in(town.clinic).get(address).content.decode()
    assert "次回の定例会議で扱います。" in shown
    assert signed_in(town.colleague).get(address).status_code == 404


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_only_the_custodians_answer(town: Cast, name: str) -> None:
    request = ask(town)
    actor = factories.sign_in(getattr(town, name))
    with pytest.raises(HiddenError):
        sitting_requests.accept(actor=actor, request=request, when=when(10))
    with pytest.raises(HiddenError):
        sitting_requests.refuse(actor=actor, request=request, reason="x")


def test_the_secretariat_enters_what_came_by_telephone(
    town: Cast, signed_in: SignIn
) -> None:
    client = signed_in(town.secretariat)
    form = {
        "key": str(uuid4()),
        "body": str(town.shien.id),
        "asked_by": str(town.clinic.id),
        "reason": REASON,
    }
    address = reverse("meetings:sitting-request-create")
    assert client.post(address, form).status_code == 302
    request = SittingRequest.objects.get()
    assert (request.asked_by, request.entered_by) == (town.clinic, town.secretariat)
    listed = client.get(reverse("meetings:sitting-request-list")).content.decode()
    assert "答える" in listed


def test_a_session_that_a_link_opened_asks_for_nothing(
    town: Cast, signed_in: SignIn
) -> None:
    client = signed_in(
        town.clinic, strength=2, scope=factories.to_sitting(town.sitting)
    )
    assert client.get(reverse("meetings:sitting-request-create")).status_code == 404


def test_pages_accept_and_refuse(town: Cast, signed_in: SignIn) -> None:
    first, second = ask(town), ask(town, number=2)
    client = signed_in(town.secretariat)
    accept = reverse("meetings:sitting-request-accept", args=[first.id])
    day = (clock.today() + timedelta(days=9)).isoformat()
    form = {"day": day, "starts": "10:00", "ends": "11:00", "place": "第2会議室"}
    assert client.post(accept, {**form, "ends": "09:00"}).status_code == 422
    assert client.post(accept, form).headers["Location"] == reverse(
        "meetings:sitting-detail", args=[first.id]
    )
    refuse = reverse("meetings:sitting-request-refuse", args=[second.id])
    assert client.post(refuse, {"reason": ""}).status_code == 422
    done = client.post(refuse, {"reason": "定例で扱うため"}, follow=True)
    assert "今回は開催しません" in done.content.decode()
