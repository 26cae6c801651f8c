"""はじめに: the list for an empty installation, and when it is gone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.models import Sitting
from meetings.selectors.first_steps import first_steps
from meetings.services import set_up as services
from members.facts import Regime, Role
from members.models import Body, Commission, Office
from members.services import factors
from portal.core import clock
from portal.core.errors import HiddenError
from tests import factories
from tests.cast import Cast
from tests.clients import client_of
from tests.conftest import SignIn
from tests.meetings.setting_up import Town, town

__all__ = ["town"]


def state(town: Town, whose: str = "administrator") -> dict[str, tuple[bool, bool]]:
    """Whether each step is done, and whether the reader has a link to it."""
    actor = factories.sign_in(getattr(town, whose))
    return {step.title: (step.done, bool(step.url)) for step in first_steps(actor)}


def test_the_list_follows_what_is_there(town: Town) -> None:
    before = state(town)
    assert list(before.values()) == [
        (True, True),
        (True, True),
        (False, True),
        (False, True),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    page = town.client.get(reverse("meetings:home")).content.decode()
    assert f'href="{reverse("meetings:set-up")}"' in page
    assert "次はここ" in page
    row = town.answered("single", who_convener=town.head.pk, who_head=town.head.pk)
    services.found(actor=town.actor, set_up=row)
    for regime in (Regime.SHIEN, Regime.JUSO):
        factories.pledge(regime)
    after = state(town)
    done = [True] * 4 + [False, True, False, False]  # all but the first card is there
    assert [done for done, _url in after.values()] == done
    factors.first_card(town.keeper)
    assert state(town)["最初の事務局に、コードカードを渡す"][0]


def test_the_secretariat_goes_on(town: Town) -> None:
    services.found(actor=town.actor, set_up=town.answered("single"))
    for regime in (Regime.SHIEN, Regime.JUSO):
        factories.acknowledge(town.keeper, factories.pledge(regime))
    steps = state(town, "keeper")
    links = [url for _done, url in steps.values()]
    assert links == [False] * 5 + [True] * 3
    body = Body.objects.get()
    factories.commission(factories.person("南 実", town.school), body)
    assert steps["構成員を委嘱し、招く"][0] is False
    assert state(town, "keeper")["構成員を委嘱し、招く"][0] is True


def test_an_organisation_as_a_whole_is_nobody_yet(town: Town) -> None:
    row = town.answered("single", organizations=[town.school.pk])
    services.found(actor=town.actor, set_up=row)
    keeper = factories.sign_in(town.keeper)
    assert Commission.objects.filter(organization=town.school).exists()
    steps = {step.title: step.done for step in first_steps(keeper)}
    assert not steps["構成員を委嘱し、招く"]
    body = Body.objects.get()
    later = clock.now() + timedelta(days=30)
    factories.commission(factories.person("南 実", town.school), body, starts_at=later)
    steps = {step.title: step.done for step in first_steps(keeper)}
    assert steps["構成員を委嘱し、招く"]


def test_who_is_missing_is_seated_on_the_page_that_does_it(town: Town) -> None:
    """First who convenes; then the head, whom a post makes, on the page of posts."""
    services.found(actor=town.actor, set_up=town.answered("single"))
    body, keeper = Body.objects.get(), client_of(town.keeper)
    people = reverse("members:body-people", args=[body.pk])
    home, posts = reverse("meetings:home"), reverse("meetings:post-place")
    assert f'href="{people}"' in keeper.get(home).content.decode()
    page = keeper.get(people).content.decode()
    assert f'href="{reverse("meetings:turnover-list")}"' in page
    office = factories.office(town.head, Role.CHAIR, body)
    Office.objects.filter(pk=office.pk).update(presides=False)
    assert f'href="{posts}"' in keeper.get(home).content.decode()
    sent = {
        "body": body.pk,
        "organization": town.head.organization_id,
        "name": "福祉課長",
        "part": "head",
        "holder": town.head.pk,
        "day": clock.today(),
    }
    assert keeper.post(posts, sent).status_code == 302
    assert state(town, "keeper")["招集者と長を決める"][0]


def test_one_who_keeps_nothing_has_no_list(town: Town) -> None:
    assert state(town, "head") == {}


def test_the_list_is_gone_once_a_meeting_was_convened(
    cast: Cast, signed_in: SignIn
) -> None:
    admin = factories.sign_in(cast.administrator)
    assert Sitting.objects.filter(state=Sitting.State.CONVENED).exists()
    assert first_steps(admin) == []
    page = signed_in(cast.administrator).get(reverse("meetings:home"))
    assert "はじめに" not in page.content.decode()
    Sitting.objects.update(state=Sitting.State.DRAFT)
    assert first_steps(admin)


def test_what_waits_stands_above_the_list(cast: Cast, signed_in: SignIn) -> None:
    Sitting.objects.update(state=Sitting.State.SUBMITTED)
    page = signed_in(cast.chair).get(reverse("meetings:home")).content.decode()
    assert 0 < page.index("次第を見て承認する") < page.index('id="first-steps"')


def test_the_step_of_the_first_card_leads_to_how_it_is_printed(town: Town) -> None:
    page = town.client.get(reverse("meetings:home")).content.decode()
    (step,) = [s for s in first_steps(town.actor) if "コードカード" in s.title]
    assert f'href="{step.url}"' in page
    assert "first-card" in town.client.get(step.url).content.decode()


def test_what_one_began_another_administrator_goes_on_with(town: Town) -> None:
    row = town.begin("single")
    other = factories.person("別 花子", town.administrator.organization)
    factories.office(other, Role.ADMINISTRATOR)
    page = client_of(other).get(reverse("meetings:set-up")).content.decode()
    assert "続きから答える" in page
    with pytest.raises(HiddenError):
        services.begin(actor=factories.sign_in(other), key=row.pk, code="single")
