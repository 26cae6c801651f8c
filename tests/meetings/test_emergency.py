"""緊急の開催: one press from nothing to notices, or nothing at all."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import AgendaItem, Invitation, Sitting
from meetings.services import emergency
from meetings.services.emergency import Emergency
from meetings.services.sittings import When
from members.facts import Regime, Role
from members.models import Charter, Commission, Consent, LegalBasis, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError, StepUpError
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import mails

KEY = UUID(int=4242)


def plan(cast: Cast, **more) -> Emergency:
    start = clock.now() + timedelta(minutes=40)
    values = {
        "body": cast.shien,
        "regime": Regime.SHIEN,
        "when": When(start, start + timedelta(hours=1), "市役所 301会議室"),
        "title": "緊急の対応について",
        "reason": "昨夜、長男が自宅から救急搬送されたため",
        "people": [cast.clinic, cast.newcomer],
    }
    return Emergency(**{**values, **more})


def start(cast: Cast, name: str = "secretariat", **more) -> Sitting:
    return emergency.open_emergency(
        actor=factories.sign_in(getattr(cast, name)),
        key=KEY,
        case=cast.case,
        emergency=plan(cast, **more),
    )


def nothing_happened() -> bool:
    made = Sitting.objects.filter(pk=KEY).exists()
    return not made and not AgendaItem.objects.filter(sitting=KEY).exists()


def test_the_clerk_hands_it_in_with_people_and_item(cast: Cast) -> None:
    sitting = start(cast)
    assert sitting.state == Sitting.State.SUBMITTED
    (item,) = sitting.items.all()
    assert (item.case, item.regime) == (cast.case, Regime.SHIEN)
    asked = set(Invitation.objects.filter(sitting=sitting).values_list("person"))
    assert {(cast.clinic.id,), (cast.newcomer.id,)} <= asked
    assert mails(cast.clinic) == []


def test_the_same_form_sent_twice_opens_one(cast: Cast) -> None:
    assert start(cast) == start(cast)
    assert AgendaItem.objects.filter(sitting=KEY).count() == 1


def test_who_approves_calls_together_at_once(cast: Cast) -> None:
    sitting = start(cast, "chair")
    assert sitting.state == Sitting.State.CONVENED
    assert len(mails(cast.clinic)) == 1
    assert start(cast, "chair") == sitting
    assert len(mails(cast.clinic)) == 1


def test_a_stale_factor_undoes_everything_until_it_is_fresh(cast: Cast) -> None:
    stale = factories.sign_in(cast.chair, strong_at=clock.now() - timedelta(minutes=6))
    with pytest.raises(StepUpError):
        emergency.open_emergency(
            actor=stale, key=KEY, case=cast.case, emergency=plan(cast)
        )
    assert nothing_happened()


def test_a_charter_without_emergencies_refuses(cast: Cast) -> None:
    charter = Charter.usual(cast.shien)
    charter.emergency = False
    charter.starts_at = clock.now() - timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長", clock.today()
    charter.save()
    with pytest.raises(RefusedError):
        start(cast)
    assert nothing_happened()


@pytest.mark.parametrize(
    "name", ["clinic", "newcomer", "colleague", "stranger", "recused", "administrator"]
)
def test_nobody_else_opens_one(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        start(cast, name)
    assert nothing_happened()


def test_somebody_who_cannot_be_chosen_undoes_everything(cast: Cast) -> None:
    with pytest.raises(RefusedError):
        start(cast, people=[cast.clinic, cast.recused])
    assert nothing_happened()


def page(cast: Cast) -> str:
    return reverse("meetings:emergency", args=[cast.case.id])


def form(cast: Cast, **more) -> dict[str, object]:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    values = {
        "key": str(KEY),
        "day": tomorrow,
        "starts": "09:00",
        "ends": "10:00",
        "place": "市役所 301会議室",
        "title": "緊急の対応について",
        "reason": "救急搬送のため",
        "people": [str(cast.clinic.id)],
    }
    return {**values, **more}


def test_the_page_has_the_cases_people_ticked(cast: Cast, signed_in: SignIn) -> None:
    shown = signed_in(cast.secretariat).get(page(cast))
    fields = shown.context["form"].fields
    ticked = fields["people"].initial
    assert set(ticked) == {cast.clinic.id, cast.newcomer.id}
    offered = fields["others"].queryset
    assert cast.colleague in offered
    assert cast.recused not in offered


def test_one_press_leads_to_the_sitting(cast: Cast, signed_in: SignIn) -> None:
    done = signed_in(cast.chair).post(page(cast), form(cast), follow=True)
    assert "招集しました" in done.content.decode()
    assert Sitting.objects.get(pk=KEY).state == Sitting.State.CONVENED


def test_what_blocks_is_said_on_the_page_with_its_ground(
    cast: Cast, signed_in: SignIn
) -> None:
    Consent.objects.update(withdrawn_at=clock.now())
    response = signed_in(cast.secretariat).post(
        f"{page(cast)}?body={cast.juso.id}", form(cast)
    )
    words = response.content.decode()
    assert response.status_code == 422
    assert "同意がありません" in words
    assert "本人の同意のもとに開く会議です" in words
    assert reverse("members:consent-enter", args=[cast.case.id]) in words
    assert nothing_happened()


def test_a_lost_commission_of_a_ticked_person_is_refused_in_words(
    cast: Cast, signed_in: SignIn
) -> None:
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    response = signed_in(cast.secretariat).post(page(cast), form(cast))
    assert response.status_code == 422
    assert nothing_happened()


def test_without_a_legal_basis_the_page_says_so(cast: Cast, signed_in: SignIn) -> None:
    later = clock.now() + timedelta(hours=2)
    LegalBasis.objects.filter(body=cast.shien).update(ends_at=later)
    response = signed_in(cast.secretariat).post(page(cast), form(cast))
    assert "根拠条項が有効でありません" in response.content.decode()
    assert nothing_happened()


def test_the_way_in_lists_the_cases_one_keeps(cast: Cast, signed_in: SignIn) -> None:
    address = reverse("meetings:emergency-start")
    assert page(cast) in signed_in(cast.secretariat).get(address).content.decode()
    assert signed_in(cast.clinic).get(address).status_code == 404


def test_many_cases_come_in_pages_at_the_same_price_and_by_number(
    cast: Cast, signed_in: SignIn
) -> None:
    client, address = signed_in(cast.secretariat), reverse("meetings:emergency-start")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(50):
        case = factories.case(cast.shien, number=f"R9-{number:03}")
        factories.membership(cast.secretariat, case, Role.SECRETARIAT)
    with CaptureQueriesContext(connection) as many:
        first = client.get(address).content.decode()
    assert len(many) == len(few)
    assert "R9-048" in first
    assert "R9-049" not in first
    assert "R9-049" in client.get(address, {"page": 2}).content.decode()
    found = client.get(address, {"number": "r9-049"}).content.decode()
    assert "R9-049" in found
    assert "R9-048" not in found
    nothing = client.get(address, {"number": "R7-"})
    assert nothing.status_code == 200
    assert "この番号の事例はありません" in nothing.content.decode()


def test_a_case_one_is_kept_away_from_is_not_offered(
    cast: Cast, signed_in: SignIn
) -> None:
    other = factories.case(cast.shien, number="R9-001")
    factories.membership(cast.secretariat, other, Role.SECRETARIAT)
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        entered_by=cast.chair,
        starts_at=clock.now(),
    )
    shown = signed_in(cast.secretariat).get(reverse("meetings:emergency-start"))
    assert other.number in shown.content.decode()
    assert page(cast) not in shown.content.decode()


def test_the_pledge_is_asked_for_by_mail_where_somebody_signs_in(
    cast: Cast, signed_in: SignIn
) -> None:
    officer = factories.person(
        "森 優子", factories.organization("健康推進課", internal=True)
    )
    factories.commission(officer, cast.shien)
    sitting = start(cast, people=[officer])
    client = signed_in(cast.secretariat)
    detail = reverse("meetings:sitting-detail", args=[sitting.id])
    remind = reverse("meetings:pledge-remind", args=[sitting.id])
    assert remind in client.get(detail).content.decode()
    assert "お願いを送りました" in client.post(remind, follow=True).content.decode()
    (mail,) = mails(officer)
    assert mail.subject == "かさね 誓約のお願い"
    factories.acknowledge(officer, cast.pledges[Regime.SHIEN])
    assert "お願いする人はいません" in client.post(remind, follow=True).content.decode()
