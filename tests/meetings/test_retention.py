"""保存期間: what lengthens it, what stops it, and its pages."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Disposal, FileKind, RecordsClass, RetentionRule
from meetings.retention import FileKey, Keeping
from meetings.selectors.retention import keeping_for
from meetings.services import retention as services
from members.facts import Role
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping

APRIL = date(2026, 4, 1)
SignIn = Callable[..., Client]


pytestmark = pytest.mark.django_db


def kept(cast: Cast, key: FileKey) -> Keeping:
    return keeping_for(factories.sign_in(cast.secretariat), key)[0]


def test_a_new_class_never_shortens_what_is_complete(cast: Cast) -> None:
    key = keeping.close(cast.case, date(2026, 4, 2))
    three = RecordsClass.objects.get(name="3年")
    actor = factories.sign_in(cast.secretariat)
    services.set_rule(
        actor=actor,
        body=cast.shien,
        kind=FileKind.CASE,
        records_class=three,
        decided_by="部長決裁",
    )
    assert kept(cast, key).expires_on == date(2032, 3, 31)
    cast.case.closed_on = clock.today()
    cast.case.save()
    assert kept(cast, key).records_class == three


def test_without_a_class_nothing_ends(cast: Cast) -> None:
    key = keeping.close(cast.case)
    RetentionRule.objects.all().delete()
    assert kept(cast, key).expires_on is None
    assert not kept(cast, key).may_go(clock.today())
    keeping.rule(cast.shien, FileKind.CASE, "永久")
    assert kept(cast, key).expires_on is None
    with pytest.raises(RefusedError):
        _lengthen(cast, key, date(2099, 3, 31))


def _lengthen(cast: Cast, key: FileKey, until: date) -> None:
    approval = services.Approval(until, "係争中のため", "福祉部長", APRIL)
    actor = factories.sign_in(cast.secretariat)
    services.lengthen(actor=actor, key=key, approval=approval)


def test_a_file_is_lengthened_and_never_shortened(cast: Cast) -> None:
    key = keeping.close(cast.case)
    for day in (date(2026, 3, 31), date(2025, 3, 31)):
        with pytest.raises(InvalidError):
            _lengthen(cast, key, day)
    _lengthen(cast, key, date(2036, 3, 31))
    assert kept(cast, key).expires_on == date(2036, 3, 31)
    with pytest.raises(InvalidError):
        _lengthen(cast, key, date(2033, 3, 31))


def test_the_page_offers_who_approves(cast: Cast, signed_in) -> None:
    key = keeping.close(cast.case)
    address = reverse("meetings:file-lengthen", args=[key.kind, key.id])
    text = signed_in(cast.secretariat).get(address).content.decode()
    assert '<option value="社会福祉課長 青木 誠"></option>' in text


def test_a_hold_is_lifted_by_another_person(cast: Cast) -> None:
    key = keeping.close(cast.case)
    keeping.propose(cast.secretariat, cast.shien.id, key)
    chair, clerk = factories.sign_in(cast.chair), factories.sign_in(cast.secretariat)
    hold = services.place_hold(actor=clerk, key=key, reason="訴訟のため")
    assert not Disposal.objects.exists()
    assert not kept(cast, key).may_go(clock.today())
    with pytest.raises(RefusedError):
        services.lift_hold(actor=clerk, key=key, hold_id=hold.id, reason="終わった")
    hold.lifted_by = cast.secretariat
    with pytest.raises(IntegrityError), transaction.atomic():
        hold.save()
    services.lift_hold(actor=chair, key=key, hold_id=hold.id, reason="終わった")
    assert kept(cast, key).may_go(clock.today())
    with pytest.raises(HiddenError):
        services.lift_hold(actor=chair, key=key, hold_id=hold.id, reason="もう一度")


@pytest.mark.parametrize(
    "name", ["clinic", "newcomer", "stranger", "recused", "administrator", "auditor"]
)
def test_who_does_not_keep_the_case_finds_no_file(cast: Cast, name: str) -> None:
    key = keeping.close(cast.case)
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        keeping_for(actor, key)
    with pytest.raises(HiddenError):
        services.place_hold(actor=actor, key=key, reason="訴訟のため")


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def test_the_list_leads_from_proposal_to_register(
    cast: Cast, signed_in: SignIn
) -> None:
    key = keeping.close(cast.case)
    body, ticked = cast.shien.id, f"case:{key.id}"
    clerk, chair = signed_in(cast.secretariat), signed_in(cast.chair)
    page = clerk.get(url("disposal-list", body))
    assert "満了したファイル" in page.content.decode()
    assert ticked in page.content.decode()

    act = url("disposal-act", body)
    clerk.post(act, {"act": "propose", "file": [ticked]})
    own = clerk.post(act, {"act": "approve", "file": [ticked]}, follow=True)
    assert "もう一人の担当者が承認します" in own.content.decode()
    chair.post(act, {"act": "withdraw", "file": [ticked]})
    assert not Disposal.objects.exists()

    clerk.post(act, {"act": "propose", "file": [ticked]})
    chair.post(act, {"act": "approve", "file": [ticked]})
    keeping.run()
    register = clerk.get(url("disposal-register", body)).content.decode()
    assert "R8-012" in register
    assert cast.chair.name in register
    assert ticked not in clerk.get(url("disposal-list", body)).content.decode()


def test_what_is_forged_is_hidden(cast: Cast, signed_in: SignIn) -> None:
    keeping.close(cast.case)
    other = keeping.close(factories.case(cast.juso, number="R8-031"))
    clerk, act = signed_in(cast.secretariat), url("disposal-act", cast.shien.id)
    for ticked in ("case", "case:no", "body:" + str(other.id), f"case:{other.id}"):
        sent = clerk.post(act, {"act": "propose", "file": [ticked]})
        assert sent.status_code == 404, ticked
    assert clerk.post(act, {"act": "burn"}).status_code == 404
    assert clerk.post(act, {"act": "propose"}).status_code == 302
    assert not Disposal.objects.exists()


def test_the_list_asks_as_often_for_many_files(cast: Cast, signed_in: SignIn) -> None:
    keeping.close(cast.case)
    clerk, page = signed_in(cast.secretariat), url("disposal-list", cast.shien.id)
    clerk.get(page)
    one = _queries(clerk, page)
    for number in range(3):
        case = factories.case(cast.shien, number=f"R2-{number:03}")
        factories.membership(cast.secretariat, case, Role.SECRETARIAT)
        keeping.close(case)
    assert _queries(clerk, page) == one


def _queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def test_the_file_of_a_sitting_is_reached_from_the_sitting(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    file = reverse("meetings:file-detail", args=["sitting", cast.sitting.id])
    for keeper in (cast.chair, cast.secretariat):
        client = signed_in(keeper)
        assert file in client.get(sitting).content.decode()
        assert client.get(file).status_code == 200
    member = signed_in(cast.clinic)
    assert file not in member.get(sitting).content.decode()
    assert member.get(file).status_code == 404
