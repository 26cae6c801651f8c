"""Whether people inside keep originals: decided on record, shown, decided anew."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.access import access_for
from members.models import Policy
from members.services import downloads
from members.services.downloads import Decision
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

PAGE = reverse("members:downloads")


def decided(*, allowed: bool = False, ahead: int = 0) -> Decision:
    day = clock.today() + timedelta(days=ahead)
    return Decision(allowed, "見本市長", day, "情報セキュリティ方針の改定")


def test_a_decision_holds_at_once_and_is_on_record(cast: Cast) -> None:
    admin = factories.sign_in(cast.administrator)
    for allowed in (False, True):
        downloads.decide(actor=admin, decision=decided(allowed=allowed))
        facts = access_for(factories.sign_in(cast.colleague)).facts
        assert facts.municipality.internal_downloads is allowed
    events = AuditEvent.objects.filter(action="members.policy.set").order_by("seq")
    told = [(event.detail["before"], event.detail["after"]) for event in events]
    assert told == [(None, False), (False, True)]
    assert all(event.detail["by"] == "見本市長" for event in events)
    rows = downloads.history(actor=admin)
    assert [row.allowed for row in rows] == [True, False]


def test_a_day_to_come_and_the_same_again_are_refused(cast: Cast) -> None:
    admin = factories.sign_in(cast.administrator)
    with pytest.raises(InvalidError, match="今日まで"):
        downloads.decide(actor=admin, decision=decided(ahead=1))
    downloads.decide(actor=admin, decision=decided())
    with pytest.raises(InvalidError, match="変わるところがありません"):
        downloads.decide(actor=admin, decision=decided())
    assert AuditEvent.objects.filter(action="members.policy.set").count() == 1


@pytest.mark.parametrize("name", ["chair", "secretariat", "clinic", "auditor"])
def test_nobody_else_decides(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        downloads.decide(actor=actor, decision=decided())
    with pytest.raises(HiddenError):
        downloads.history(actor=actor)
    assert not Policy.objects.exists()


def test_it_needs_a_fresh_factor(cast: Cast) -> None:
    old = clock.now() - timedelta(minutes=6)
    actor = factories.sign_in(cast.administrator, strong_at=old)
    with pytest.raises(StepUpError):
        downloads.decide(actor=actor, decision=decided())


def test_the_page_says_what_holds_and_takes_the_next(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.administrator)
    assert "まだ決定の記録がありません" in client.get(PAGE).content.decode()
    sent = {
        "allowed": "no",
        "decided_by": "見本市長",
        "decided_on": clock.today(),
        "reason": "方針の改定",
    }
    assert client.post(PAGE, sent).headers["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "認めていません" in page
    assert "これまでの決定" in page
    again = client.post(PAGE, sent)
    assert again.status_code == 422
    assert "変わるところがありません" in again.content.decode()
    accounts = client.get(reverse("members:accounts")).content.decode()
    assert f'href="{PAGE}"' in accounts
