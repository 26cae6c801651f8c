"""The pages of a body, as its clerk uses them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.charters import draft_of
from members.facts import Regime, Role
from members.models import Body, Charter, Commission, Organization
from members.models.charters import RULES
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn


@pytest.fixture
def clerk(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.secretariat)


def at(name: str, body: Body, **more: Any) -> str:
    return reverse(f"members:{name}", kwargs={"body_id": body.id, **more})


def settings_of(body: Body, **changed: Any) -> dict[str, Any]:
    """The form of the rules as it is first shown, with some answers changed."""
    draft = draft_of(body)
    values = {name: getattr(draft, name) for name in RULES}
    kept = {name: value for name, value in values.items() if value is not False}
    today = clock.today()
    decision = {"starts_on": today, "decided_by": "市長決裁", "decided_on": today}
    return {**kept, **decision, **changed}


def decision(**more: Any) -> dict[str, Any]:
    return {"decided_by": "市長決裁", "decided_on": clock.today(), **more}


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_rules_are_changed_and_read_as_an_ordinance(
    cast: Cast, clerk: Client
) -> None:
    sent = settings_of(cast.shien, head_title="座長", term_rule="two_years")
    assert clerk.post(at("rules-edit", cast.shien), sent).status_code == 302
    again = settings_of(Body.objects.get(pk=cast.shien.pk), rhythm="on_request")
    assert clerk.post(at("rules-edit", cast.shien), again).status_code == 302
    page = text(clerk, at("body-detail", cast.shien))
    assert "座長は、会議を代表し、議事を進行する。" in page
    assert "構成機関の求めを受けて、招集者が招集する。" in page
    assert "開催の時期: 毎月おおむね1回 → 構成機関の求めを受けて" in page
    assert "市長決裁" in page


def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    cast: Cast, clerk: Client
) -> None:
    sent = settings_of(cast.shien, head_title="座長", decided_by="")
    answer = clerk.post(at("rules-edit", cast.shien), sent)
    assert answer.status_code == 422
    assert 'value="座長"' in answer.content.decode()
    assert not Charter.objects.exists()


def test_an_old_proof_is_renewed_and_the_form_goes_on(
    cast: Cast, signed_in: SignIn
) -> None:
    old = clock.now() - timedelta(minutes=6)
    client = signed_in(cast.secretariat, strong_at=old)
    answer = client.post(at("rules-edit", cast.shien), settings_of(cast.shien))
    assert answer.headers["Location"].startswith(reverse("members:step-up"))
    assert "held_form" in client.session


def test_a_basis_is_added_and_ended(cast: Cast, clerk: Client) -> None:
    today = clock.today()
    added = decision(ground="self_reliance_9", starts_on=today)
    assert clerk.post(at("basis-edit", cast.shien), added).status_code == 302
    for basis in cast.shien.legal_bases.all():
        address = at("basis-end", cast.shien, basis_id=basis.pk)
        last = today + timedelta(days=1)
        assert clerk.post(address, decision(off_from=last)).status_code == 302
    page = text(clerk, at("body-detail", cast.shien))
    assert "生活困窮者自立支援法" in page
    assert "根拠が、いまありません" not in page


def test_a_body_without_its_shelter_says_so(cast: Cast, clerk: Client) -> None:
    cast.shien.legal_bases.update(ends_at=clock.now())
    page = text(clerk, at("body-detail", cast.shien))
    assert "根拠が、いまありません" in page


def test_a_body_that_has_not_begun_reads_as_it_will(cast: Cast, clerk: Client) -> None:
    """No warning, no way to its end, and the change begins with what was decided."""
    start = clock.today() + timedelta(days=30)
    body = cast.shien
    Body.objects.filter(pk=body.pk).update(starts_on=start)
    body.legal_bases.update(starts_at=clock.day_start(start))
    first = Charter.usual(body)
    first.starts_at, first.head_title = clock.day_start(start), "座長"
    first.decided_by, first.decided_on = "市長決裁", clock.today()
    first.save()
    page = text(clerk, at("body-detail", body))
    assert "座長は、会議を代表し" in page
    assert "社会福祉法（昭和26年法律第45号）第106条の6" in page
    assert "この規則で始まります" in page
    assert "根拠が、いまありません" not in page
    assert at("rules-withdraw", body, charter_id=first.pk) not in page
    form = clerk.get(at("rules-edit", body)).context["form"]
    assert form["head_title"].value() == "座長"
    assert form["starts_on"].value() == start
    paper = text(clerk, reverse("meetings:body-charter", args=[body.pk]))
    assert "座長は、会議を代表し" in paper
    assert "社会福祉法（昭和26年法律第45号）第106条の6" in paper


def test_a_part_of_the_body_is_founded(cast: Cast, clerk: Client) -> None:
    form = decision(
        key="00000000-0000-0000-0000-0000000003e9",
        parent=cast.shien.id,
        name="北部 個別支援会議",
        tier="case",
        unit=cast.shien.unit_id,
        ground="act_106_6",
        keeper=cast.secretariat.id,
        starts_on=clock.today(),
    )
    answer = clerk.post(reverse("members:body-create"), form)
    body = Body.objects.get(name="北部 個別支援会議")
    assert answer.headers["Location"] == at("body-detail", body)
    assert "北部 個別支援会議" in text(clerk, reverse("members:body-list"))


def test_the_administration_founds_and_is_led_home(
    cast: Cast, signed_in: SignIn
) -> None:
    form = decision(
        key="00000000-0000-0000-0000-0000000003ea",
        name="西部支援会議",
        tier="case",
        unit=factories.unit("西部").id,
        ground="act_106_6",
        keeper=cast.secretariat.id,
        starts_on=clock.today(),
    )
    admin = signed_in(cast.administrator)
    answer = admin.post(reverse("members:body-create"), form)
    assert answer.headers["Location"] == reverse("meetings:home")
    body = Body.objects.get(name="西部支援会議")
    assert admin.get(at("body-detail", body)).status_code == 404


@pytest.mark.parametrize(
    ("whom", "more"),
    [
        ("new", {"name": "渡部 望", "kana": "ワタベ ノゾミ"}),
        ("whole", {}),
    ],
)
def test_somebody_is_commissioned(
    cast: Cast, clerk: Client, whom: str, more: dict[str, str]
) -> None:
    office = factories.organization("見本訪問看護ステーション")
    form = {
        "whom": whom,
        "organization": office.id,
        "starts_on": clock.today(),
        "approved_by": cast.chair.name,
        "approved_on": clock.today(),
        **more,
    }
    assert clerk.post(at("commission-make", cast.shien), form).status_code == 302
    made = Commission.objects.latest("pk")
    agency: Organization | None = made.organization
    if made.person is not None:
        agency = made.person.organization
    assert agency == office
    page = text(clerk, at("body-people", cast.shien))
    assert more.get("name", "見本訪問看護ステーション") in page


def test_nobody_chosen_is_said(cast: Cast, clerk: Client) -> None:
    form = {
        "whom": "known",
        "starts_on": clock.today(),
        "approved_by": cast.chair.name,
        "approved_on": clock.today(),
    }
    answer = clerk.post(at("commission-make", cast.shien), form)
    assert answer.status_code == 422
    assert "選んだ場合に必要です" in answer.content.decode()


def test_an_office_is_given_and_ended(cast: Cast, clerk: Client) -> None:
    form = {
        "part": "secretariat",
        "person": cast.clinic.id,
        "starts_on": clock.today(),
    }
    assert clerk.post(at("office-give", cast.shien), form).status_code == 302
    office = cast.shien.offices.get(person=cast.clinic)
    address = at("office-end", cast.shien, office_id=office.pk)
    assert clerk.post(address, {"off_from": clock.today()}).status_code == 302
    office.refresh_from_db()
    assert office.ends_at is not None


def test_what_belongs_to_another_body_is_not_found(cast: Cast, clerk: Client) -> None:
    office = cast.juso.offices.get(person=cast.secretariat)
    basis = cast.juso.legal_bases.get()
    term = cast.juso.commissions.get(person=cast.clinic)
    for address in (
        at("office-end", cast.shien, office_id=office.pk),
        at("basis-end", cast.shien, basis_id=basis.pk),
        at("commission-end", cast.shien, commission_id=term.pk),
    ):
        assert clerk.get(address).status_code == 404


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_for_more_rows(cast: Cast, clerk: Client) -> None:
    addresses = [
        reverse("members:body-list"),
        at("body-detail", cast.shien),
        at("body-people", cast.shien),
    ]
    before = [queries(clerk, address) for address in addresses]
    for number in range(5):
        person = factories.person(f"増員 {number}", cast.clinic.organization)
        factories.commission(person, cast.shien)
        version = Charter.usual(cast.shien)
        version.starts_at = factories.LONG_AGO + timedelta(days=number)
        version.ends_at = version.starts_at + timedelta(days=1)
        version.decided_by, version.decided_on = "市長決裁", clock.today()
        version.save()
        child = factories.body(Regime.SHIEN, name=f"部会{number}", parent=cast.shien)
        factories.office(cast.secretariat, Role.SECRETARIAT, child)
        factories.commission(cast.secretariat, child)
    assert [queries(clerk, address) for address in addresses] == before
