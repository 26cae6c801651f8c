"""出席の申し出: saying that one was there, and what the secretariat makes of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings import records
from meetings.models import AgendaItem, Attestation, Minutes, Presence, Sitting
from meetings.services import attestations, room
from members.access import Actor
from members.models import Recusal
from portal.core import clock
from portal.core.errors import HiddenError, NeedAcknowledgementError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

BEGAN = timedelta(minutes=30)


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def item(cast: Cast, clerk: Actor) -> AgendaItem:
    """The 支援会議 item, begun half an hour ago and closed now; nobody was shown in."""
    room.open_item(actor=clerk, item=cast.shien_item)
    began = clock.now() - BEGAN
    AgendaItem.objects.filter(pk=cast.shien_item.pk).update(opened_at=began)
    room.close_item(actor=clerk, item=cast.shien_item)
    cast.shien_item.refresh_from_db()
    return cast.shien_item


def said(cast: Cast, item: AgendaItem) -> Attestation:
    actor = factories.sign_in(cast.clinic)
    return attestations.attest(actor=actor, item=item)


def test_to_say_so_is_no_attendance_yet(cast: Cast, item: AgendaItem) -> None:
    first, again = said(cast, item), said(cast, item)
    assert first == again
    assert not Presence.objects.exists()
    events = AuditEvent.objects.filter(action="meetings.attendance.attest")
    assert events.count() == 1


def test_what_is_accepted_counts_from_the_beginning(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    attestation = said(cast, item)
    attestations.answer(actor=clerk, attestation=attestation, accepted=True)
    attestations.answer(actor=clerk, attestation=attestation, accepted=False)
    (stay,) = Presence.objects.filter(person=cast.clinic)
    assert (stay.starts_at, stay.ends_at) == (item.opened_at, item.closed_at)
    assert stay.origin == Presence.Origin.ATTESTED
    attestation.refresh_from_db()
    assert attestation.accepted
    Minutes.objects.create(item=item)
    document = records.document(records.load(item.id), confirmed=False)
    roles = {row.name: row.role for row in document.attendance}
    assert roles[cast.clinic.name].endswith("(本人の申し出)")
    assert "申し出" not in roles[cast.chair.name]


def test_who_was_let_in_late_is_given_the_time_before(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    late = factories.presence(cast.clinic, item)
    Presence.objects.update(ends_at=item.closed_at)
    attestations.answer(actor=clerk, attestation=said(cast, item), accepted=True)
    before = Presence.objects.get(origin=Presence.Origin.ATTESTED)
    assert (before.starts_at, before.ends_at) == (item.opened_at, late.starts_at)


def test_what_is_declined_leaves_nothing(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    answered = attestations.answer(
        actor=clerk, attestation=said(cast, item), accepted=False
    )
    assert answered.answered_by == cast.secretariat
    assert not Presence.objects.exists()


def test_who_was_there_from_the_beginning_has_nothing_to_say(
    cast: Cast, item: AgendaItem
) -> None:
    assert item.opened_at is not None
    at_the_door = item.opened_at + timedelta(seconds=20)
    factories.presence(cast.clinic, item)
    Presence.objects.update(starts_at=at_the_door, ends_at=item.closed_at)
    with pytest.raises(RefusedError):
        said(cast, item)


def test_an_open_item_is_for_the_door_not_for_this(cast: Cast, clerk: Actor) -> None:
    room.open_item(actor=clerk, item=cast.shien_item)
    with pytest.raises(RefusedError):
        said(cast, cast.shien_item)


def test_only_on_the_day(cast: Cast, item: AgendaItem) -> None:
    yesterday = clock.now() - timedelta(days=1)
    Sitting.objects.update(starts_at=yesterday, ends_at=yesterday + timedelta(hours=2))
    with pytest.raises(RefusedError):
        said(cast, item)


def test_not_once_the_record_goes_round(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    attestation = said(cast, item)
    Minutes.objects.create(item=item, state=Minutes.State.ROUND)
    with pytest.raises(RefusedError):
        attestations.answer(actor=clerk, attestation=attestation, accepted=True)
    attestation.delete()
    with pytest.raises(RefusedError):
        said(cast, item)


@pytest.mark.parametrize("who", ["recused", "leaver", "colleague", "stranger"])
def test_others_have_nothing_to_say(cast: Cast, item: AgendaItem, who: str) -> None:
    actor = factories.sign_in(getattr(cast, who))
    with pytest.raises(HiddenError):
        attestations.attest(actor=actor, item=item)


def test_the_pledge_comes_first(cast: Cast, item: AgendaItem) -> None:
    with pytest.raises(NeedAcknowledgementError):
        attestations.attest(actor=factories.sign_in(cast.newcomer), item=item)


def test_a_recusal_meanwhile_stops_it(
    cast: Cast, clerk: Actor, item: AgendaItem
) -> None:
    attestation = said(cast, item)
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        reason="利害関係",
        entered_by=cast.secretariat,
    )
    with pytest.raises(RefusedError):
        attestations.answer(actor=clerk, attestation=attestation, accepted=True)
    assert not Presence.objects.exists()


@pytest.mark.parametrize("who", ["clinic", "stranger", "recused"])
def test_nobody_answers_without_the_office(
    cast: Cast, item: AgendaItem, who: str
) -> None:
    attestation = said(cast, item)
    with pytest.raises(HiddenError):
        attestations.answer(
            actor=factories.sign_in(getattr(cast, who)),
            attestation=attestation,
            accepted=True,
        )


def test_the_pages_of_both(cast: Cast, item: AgendaItem, signed_in: SignIn) -> None:
    member, clerk = signed_in(cast.clinic), signed_in(cast.secretariat)
    own = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    assert "出席しました" in member.get(own).content.decode()
    page = member.post(reverse("meetings:item-attest", args=[item.id]), follow=True)
    assert "事務局が確かめます" in page.content.decode()
    attendance = reverse("meetings:item-attendance", args=[item.id])
    assert "出席の申し出" in clerk.get(attendance).content.decode()
    assert AuditEvent.objects.filter(action="meetings.attendance.read").count() == 1
    answer = reverse(
        "meetings:attestation-answer", args=[item.id, Attestation.objects.get().pk]
    )
    page = clerk.post(answer, {"accept": "yes"}, follow=True)
    assert "本人の申し出" in page.content.decode()
    assert "事務局が出席を確かめました" in member.get(own).content.decode()


def test_the_buttons_of_attendance_need_no_script(
    cast: Cast, signed_in: SignIn
) -> None:
    clerk = signed_in(cast.secretariat)
    here = reverse("meetings:item-attendance", args=[cast.shien_item.id])
    person = {"attendance": "yes", "person": str(cast.clinic.id)}
    for act in ("check-in", "open", "show-out", "admit", "close"):
        url = reverse("meetings:room-item", args=[cast.shien_item.id, act])
        page = clerk.post(url, person, follow=True)
        assert page.redirect_chain == [(here, 302)], act
    assert Presence.objects.filter(person=cast.clinic).count() == 2
