"""The household's addresses: for those who read the case, protected ones for few."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from members.access import Actor
from members.models import Consent
from members.services import cases
from members.services.cases import NewMember
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs

ADDRESS, PHONE = "見本市本町三丁目4番5号", "000-0000-7777"


@pytest.fixture
def page(cast: Cast, signed_in: SignInAs):
    """The case's page as somebody sees it, without what changes from load to load."""

    def read(name: str) -> str:
        client = signed_in(getattr(cast, name))
        answer = client.get(reverse("members:case-detail", args=[cast.case.id]))
        return answer.content.decode() if answer.status_code == 200 else ""

    return read


def keep(cast: Cast, **more: object) -> None:
    mother = cast.case.household.get(subject=True)
    values: dict[str, Any] = {"label": mother.label, "name": mother.name, **more}
    cases.update_member(
        actor=factories.sign_in(cast.secretariat),
        member=mother,
        entered=NewMember(**values),
    )


def test_who_reads_the_case_reads_the_address(cast, page):
    keep(cast, address=ADDRESS, phone=PHONE)
    for name in ("chair", "secretariat", "clinic"):
        assert ADDRESS in page(name)
        assert PHONE in page(name)
    for name in ("colleague", "stranger", "recused", "administrator", "auditor"):
        assert ADDRESS not in page(name)


def test_names_and_birth_dates_are_there_for_the_custodians_alone(cast, page):
    keep(cast, kana="ミホン ハナ", birth_date=date(1950, 3, 2))
    for secret in ("見本 ハナ", "ミホン ハナ", "S25.3.2"):
        for name in ("chair", "secretariat"):
            assert secret in page(name)
        assert secret not in page("clinic")


def test_a_protected_address_is_there_for_the_custodians_alone(cast, page):
    keep(cast, address=ADDRESS, phone=PHONE, address_protected=True)
    for name in ("chair", "secretariat"):
        assert ADDRESS in page(name)
        assert "住所等の保護" in page(name)
    assert ADDRESS not in page("clinic")
    assert PHONE not in page("clinic")


def test_a_protected_address_looks_like_none(cast, signed_in):
    """P4: that somebody hides is itself what the other side looks for."""
    client = signed_in(cast.clinic)
    url = reverse("members:case-detail", args=[cast.case.id])
    without = client.get(url).context["household"]
    keep(cast, address=ADDRESS, phone=PHONE, address_protected=True)
    answer = client.get(url)
    kept = answer.context["household"]
    seen = [[(row.address, row.phone) for row in rows] for rows in (without, kept)]
    assert seen[0] == seen[1]
    assert "保護" not in answer.content.decode()


def test_the_trail_names_the_fields_and_not_their_words(cast):
    keep(cast, address=ADDRESS, address_protected=True)
    keep(cast, address=ADDRESS, address_protected=True)
    event = AuditEvent.objects.get(action="members.household.update")
    assert event.detail == {"fields": "address address_protected"}


@pytest.mark.parametrize("name", ["clinic", "colleague", "stranger", "administrator"])
def test_nobody_else_corrects_a_household(cast, name):
    mother = cast.case.household.get(subject=True)
    actor: Actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        cases.update_member(
            actor=actor, member=mother, entered=NewMember(label="母", name="別 人")
        )


def test_the_page_keeps_what_is_entered_and_who_the_subject_is(cast, signed_in):
    mother = cast.case.household.get(subject=True)
    url = reverse("members:household-edit", args=[cast.case.id, mother.id])
    client = signed_in(cast.secretariat)
    assert mother.name in client.get(url).content.decode()
    entered = {"label": "母", "name": "見本 ハナ", "address": ADDRESS}
    assert client.post(url, entered).status_code == 302
    mother.refresh_from_db()
    assert (mother.address, mother.subject) == (ADDRESS, True)
    assert Consent.objects.filter(member=mother).exists()


def test_a_member_of_another_household_is_not_found(cast, signed_in):
    other = factories.case(cast.juso, number="R8-013").household.first()
    url = reverse("members:household-edit", args=[cast.case.id, other.id])
    assert signed_in(cast.secretariat).get(url).status_code == 404
