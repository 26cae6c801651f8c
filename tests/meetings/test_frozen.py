"""A record that rests on a withdrawn consent: its custodians open it with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.models import AgendaItem
from meetings.services.frozen import open_frozen
from members.models import Consent, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording

pytestmark = pytest.mark.django_db

WHY = "監査の照会に答えるため"
OPENED = "meetings.minutes.open_frozen"


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    """Its draft goes round, and then a consent is withdrawn."""
    recording.held(cast, cast.juso_item)
    recording.circulate(cast, cast.juso_item)
    Consent.objects.filter(member__label="母").update(withdrawn_at=clock.now())
    return cast.juso_item


def page_of(item: AgendaItem) -> str:
    return reverse("meetings:record-frozen", args=[item.id])


@pytest.mark.parametrize("who", ["secretariat", "chair"])
def test_the_words_come_with_a_reason_and_the_reason_is_kept(
    cast: Cast, item: AgendaItem, signed_in: SignIn, who: str
) -> None:
    client = signed_in(getattr(cast, who))
    sitting = reverse("meetings:sitting-detail", args=[item.sitting_id])
    assert page_of(item) in client.get(sitting).content.decode()
    asked = client.get(page_of(item)).content.decode()
    assert recording.COURSE not in asked
    assert client.post(page_of(item), {"reason": " "}).status_code == 422
    assert not AuditEvent.objects.filter(action=OPENED).exists()
    read = client.post(page_of(item), {"reason": WHY}).content.decode()
    assert recording.COURSE in read
    assert recording.DECISION in read
    (event,) = AuditEvent.objects.filter(action=OPENED)
    assert event.actor == str(getattr(cast, who).id)
    assert event.detail["reason"] == WHY
    assert recording.COURSE not in client.get(page_of(item)).content.decode()


@pytest.mark.parametrize(
    "who", ["clinic", "colleague", "stranger", "recused", "administrator", "auditor"]
)
def test_nobody_else_opens_it(
    cast: Cast, item: AgendaItem, signed_in: SignIn, who: str
) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get(page_of(item)).status_code == 404
    assert client.post(page_of(item), {"reason": WHY}).status_code == 404
    assert not AuditEvent.objects.filter(action=OPENED).exists()


def test_recusal_closes_it_to_its_clerk_too(cast: Cast, item: AgendaItem) -> None:
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    with pytest.raises(HiddenError):
        open_frozen(
            actor=factories.sign_in(cast.secretariat), item_id=item.id, reason=WHY
        )


def test_it_asks_for_a_fresh_factor_and_a_short_reason(
    cast: Cast, item: AgendaItem
) -> None:
    stale = clock.now() - timedelta(minutes=6)
    with pytest.raises(StepUpError):
        open_frozen(
            actor=factories.sign_in(cast.secretariat, strong_at=stale),
            item_id=item.id,
            reason=WHY,
        )
    for reason in ("", "あ" * 201):
        with pytest.raises(InvalidError):
            open_frozen(
                actor=factories.sign_in(cast.secretariat),
                item_id=item.id,
                reason=reason,
            )


def test_a_record_that_opens_asks_for_no_reason(cast: Cast, signed_in: SignIn) -> None:
    recording.held(cast, cast.juso_item)
    recording.circulate(cast, cast.juso_item)
    client = signed_in(cast.secretariat)
    assert client.get(page_of(cast.juso_item)).status_code == 404
    sitting = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    assert page_of(cast.juso_item) not in client.get(sitting).content.decode()
