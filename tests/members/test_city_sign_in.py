"""Sign-in by the city's identity service, from the button to the page and back."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from members.http import SESSION_KEY
from members.models import CityIdentity, Person, SignIn
from members.services import city_identities, factors
from portal.core import clock, oidc
from portal.core.errors import RefusedError, StepUpError
from portal.core.models import AuditEvent, OutgoingMail
from portal.core.oidc import Identity
from tests import factories
from tests import provider as providers
from tests.cast import Cast
from tests.clients import client_of
from tests.provider import Provider

NAME = "見本市職員認証"


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(oidc, "_kept", {})
    with providers.running() as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_CLIENT_ID = providers.CLIENT
        settings.OIDC_CLIENT_SECRET = providers.SECRET
        settings.OIDC_NAME = NAME
        settings.OIDC_TWO_FACTORS = ["mfa"]
        yield provider


@pytest.fixture
def clerk(cast: Cast) -> Person:
    cast.secretariat.login = "ishikawa"
    cast.secretariat.email = "ishikawa@mihon.example"
    cast.secretariat.save()
    return cast.secretariat


def bound(person: Person, service: Provider, subject: str = "staff-0042") -> None:
    CityIdentity.objects.create(
        person=person, issuer=service.issuer, subject=subject, bound_at=clock.now()
    )


def way_back(client: Client, name: str, **query: str) -> str:
    """Press the button, be at the service; the address that it sends back to."""
    there = client.get(reverse(name), query)
    assert there.status_code == 302, there.content.decode()
    url = urlsplit(providers.visit(there.headers["Location"]))
    return f"{url.path}?{url.query}"


def go(client: Client, name: str, **query: str) -> HttpResponseBase:
    return client.get(way_back(client, name, **query))


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_bound_by_its_owner_it_is_the_first_half_of_a_sign_in(
    clerk: Person, service: Provider
) -> None:
    owner = client_of(clerk)
    page = owner.get(reverse("members:own")).content.decode()
    assert f"{NAME}のIDを結び付ける" in page
    before = owner.session.session_key
    found = go(owner, "members:city-bind")
    assert found.headers["Location"] == reverse("members:city-confirm")
    assert owner.session.session_key != before
    assert not CityIdentity.objects.exists()  # its owner looks first
    page = owner.get(found.headers["Location"]).content.decode()
    assert "ishikawa@mihon.example" in page
    owner.post(found.headers["Location"])
    row = CityIdentity.objects.get()
    assert (row.person, row.subject) == (clerk, "staff-0042")
    assert OutgoingMail.objects.get().subject == "かさね サインインの方法が変わりました"
    assert owner.get(reverse("members:city-confirm")).status_code == 404

    client, target = Client(), reverse("members:case-list")
    second = go(client, "members:city-enter", next=target)
    assert second.headers["Location"].startswith(reverse("members:factor"))
    assert not is_in(client)  # the city said nothing of a second factor
    card = "\n".join(factors.first_card(clerk))
    device = factors.usable_devices(clerk)[0].persistent_id
    code = {"device": device, "token": card.splitlines()[0], "next": target}
    done = client.post(reverse("members:factor"), code)
    assert done.headers["Location"] == target
    assert is_in(client)
    actions = AuditEvent.objects.filter(action__startswith="members.city_identity")
    assert [event.action for event in actions.order_by("pk")] == [
        "members.city_identity.bind",
        "members.city_identity.prove",
    ]
    assert "staff-0042" not in str(list(actions.values()))


def test_with_two_factors_said_it_is_the_whole_sign_in(
    clerk: Person, service: Provider
) -> None:
    bound(clerk, service)
    service.proved = {"amr": ["pwd", "mfa"]}
    client, target = Client(), reverse("members:case-list")
    assert NAME in client.get(reverse("members:sign-in")).content.decode()
    address = way_back(client, "members:city-enter", next=target)
    before = client.session.session_key
    assert client.get(address).headers["Location"] == target
    assert client.session.session_key != before
    sign_in = SignIn.objects.get(id=client.session[SESSION_KEY])
    assert (sign_in.person, sign_in.strength) == (clerk, 2)
    assert client.get(target).status_code == 200
    elsewhere = {"next": "https://elsewhere.example/"}
    again = go(Client(), "members:city-enter", **elsewhere)
    assert again.headers["Location"] == reverse("meetings:home")


def test_a_way_back_is_for_one_browser_and_one_time(
    clerk: Person, service: Provider
) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    mine, other, third = Client(), Client(), Client()
    address = way_back(mine, "members:city-enter")
    way_back(third, "members:city-enter")  # has asked something of its own
    for stranger in (other, third):
        assert stranger.get(address).status_code == 422
        assert not is_in(stranger)
    assert mine.get(address).status_code == 302
    mine.session.flush()
    assert mine.get(address).status_code == 422
    assert not SignIn.objects.exclude(person=clerk).exists()
    assert SignIn.objects.filter(person=clerk).count() == 1


def test_a_wrong_answer_uses_the_question_up(clerk: Person, service: Provider) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client = Client()
    address = way_back(client, "members:city-enter")
    assert client.get(f"{address}&state=x").status_code == 422
    page = client.get(address)
    assert page.status_code == 422
    assert reverse("members:sign-in") in page.content.decode()
    assert not is_in(client)


def test_nobody_comes_in_by_a_name_or_an_address_alone(
    clerk: Person, service: Provider
) -> None:
    """Same mail address, same name; another subject, or another issuer."""
    service.proved = {"acr": "mfa", "email": clerk.email, "email_verified": True}
    service.subject = "staff-0001"
    for subject, issuer in (("staff-0042", service.issuer), ("staff-0001", "other")):
        CityIdentity.objects.update_or_create(
            person=clerk,
            defaults={"subject": subject, "issuer": issuer, "bound_at": clock.now()},
        )
        client = Client()
        page = go(client, "members:city-enter")
        assert page.status_code == 422
        assert "結び付いていません" in page.content.decode()  # type: ignore[attr-defined] # rendered
        assert not is_in(client)


def test_who_has_no_account_any_more_or_administers_does_not_come_in(
    cast: Cast, clerk: Person, service: Provider
) -> None:
    service.proved = {"acr": "mfa"}
    cast.administrator.login = "kubo"
    cast.administrator.save()
    clerk.ends_at = clock.now()
    clerk.save()
    for subject, person in (("a", clerk), ("b", cast.administrator)):
        bound(person, service, subject)
        service.subject = subject
        client = Client()
        assert go(client, "members:city-enter").status_code == 422
        assert not is_in(client)


def test_administrators_and_people_from_outside_bind_nothing(
    cast: Cast, service: Provider
) -> None:
    cast.administrator.login = "kubo"
    cast.administrator.save()
    for person in (cast.administrator, cast.clinic):
        client = client_of(person)
        assert NAME not in client.get(reverse("members:own")).content.decode()
        for name in ("city-bind", "city-confirm", "city-unbind"):
            assert client.get(reverse(f"members:{name}")).status_code == 404


def test_an_identity_is_one_persons_and_a_person_has_one(
    cast: Cast, clerk: Person, service: Provider
) -> None:
    cast.chair.login = "gicho"
    cast.chair.save()
    bound(cast.chair, service)
    actor = factories.sign_in(clerk)
    taken = Identity(service.issuer, "staff-0042", "", two_factors=False)
    with pytest.raises(RefusedError, match="別の方"):
        city_identities.bind(actor=actor, identity=taken)
    client = client_of(clerk)
    go(client, "members:city-bind")
    page = client.post(reverse("members:city-confirm"), follow=True)
    assert "別の方のアカウントに結び付いています" in page.content.decode()
    own = Identity(service.issuer, "staff-0001", "", two_factors=False)
    city_identities.bind(actor=actor, identity=own)
    with pytest.raises(RefusedError, match="すでに"):
        city_identities.bind(actor=actor, identity=own)


def test_binding_asks_for_a_factor_proved_just_now(
    clerk: Person, service: Provider
) -> None:
    client = client_of(clerk)
    address = way_back(client, "members:city-bind")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        confirm = client.get(address).headers["Location"]
        for answer in (client.get(confirm), client.post(confirm)):
            assert reverse("members:step-up") in answer.headers["Location"]
        for name in ("city-bind", "city-unbind"):
            bound_or_not = client.get(reverse(f"members:{name}"))
            assert bound_or_not.status_code in (302, 404)
    assert not CityIdentity.objects.exists()
    stale = factories.sign_in(clerk, strong_at=clock.now() - timedelta(minutes=6))
    with pytest.raises(StepUpError):
        city_identities.bind(
            actor=stale, identity=Identity("i", "s", "", two_factors=True)
        )
    with pytest.raises(StepUpError):
        city_identities.unbind(actor=stale)


def test_unbinding_ends_the_sign_ins_elsewhere(
    clerk: Person, service: Provider
) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    here, there = client_of(clerk), Client()
    go(there, "members:city-enter")
    page = here.post(reverse("members:city-unbind"), follow=True)
    assert "結び付けを外しました" in page.content.decode()
    assert there.get(reverse("members:own")).status_code == 302
    assert here.get(reverse("members:own")).status_code == 200
    assert go(Client(), "members:city-enter").status_code == 422
    assert AuditEvent.objects.filter(action="members.city_identity.unbind").exists()


def test_a_reset_takes_the_binding_away_too(clerk: Person, service: Provider) -> None:
    bound(clerk, service)
    assert factors.has_any(clerk)  # its word stands for a factor: no card beside it
    factors.drop_all(clerk)
    assert not CityIdentity.objects.exists()


# R8: proved anew ------------------------------------------------------------------


def stale_client(person: Person) -> Client:
    return client_of(person, strong_at=clock.now() - timedelta(minutes=6))


def test_the_city_can_prove_the_person_anew(clerk: Person, service: Provider) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client, act = stale_client(clerk), reverse("members:sign-ins-end")
    target = reverse("members:password-change")
    assert client.get(target).status_code == 302
    page = client.get(reverse("members:step-up")).content.decode()
    assert f"{NAME}で確認する" in page
    before = client.session.session_key
    done = go(client, "members:city-step-up", next=target)
    assert done.headers["Location"] == target
    assert client.session.session_key != before
    assert client.get(target).status_code == 200
    assert client.post(act).status_code == 302
    assert service.asked[-1]["prompt"] == "login"


@pytest.mark.parametrize(
    ("proved", "subject"),
    [
        ({}, "staff-0042"),
        ({"acr": "mfa", "auth_time": 1}, "staff-0042"),
        ({"acr": "mfa", "auth_time": None}, "staff-0042"),
        ({"acr": "mfa"}, "chair"),
        ({"acr": "mfa"}, "nobody"),
    ],
)
def test_what_is_too_weak_or_somebody_elses_renews_nothing(
    cast: Cast,
    clerk: Person,
    service: Provider,
    proved: dict[str, object],
    subject: str,
) -> None:
    cast.chair.login = "gicho"
    cast.chair.save()
    bound(clerk, service)
    bound(cast.chair, service, "chair")
    service.proved, service.subject = proved, subject
    client, target = stale_client(clerk), reverse("members:password-change")
    page = go(client, "members:city-step-up", next=target)
    assert page.status_code == 422
    assert "かさねの方法で確認する" in page.content.decode()  # type: ignore[attr-defined] # rendered
    assert client.get(target).status_code == 302


def test_who_has_bound_nothing_is_not_asked_there(
    clerk: Person, service: Provider, settings: Settings
) -> None:
    client, url = stale_client(clerk), reverse("members:city-step-up")
    assert client.get(url).status_code == 404
    bound(clerk, service)
    settings.OIDC_TWO_FACTORS = []
    assert client.get(url).status_code == 404
    assert NAME not in client.get(reverse("members:step-up")).content.decode()
    assert Client().get(url).status_code == 302


def test_an_answer_after_the_sign_in_ended_opens_nothing(
    clerk: Person, service: Provider
) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client = stale_client(clerk)
    address = way_back(client, "members:city-step-up")
    SignIn.objects.update(ends_at=clock.now())
    assert client.get(address).headers["Location"] == reverse("members:sign-in")
    assert SignIn.objects.count() == 1


# The two sessions, there and here -----------------------------------------------------


def test_nobody_is_signed_in_without_pressing_the_button(
    clerk: Person, service: Provider
) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client = Client()
    page = client.get(reverse("members:case-list"), follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("members:sign-in"))
    assert service.paths == []


def test_signing_out_here_means_to_be_proved_anew(
    clerk: Person, service: Provider, settings: Settings
) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client = Client()
    go(client, "members:city-enter")
    assert is_in(client)
    client.post(reverse("members:sign-out"))
    assert not is_in(client)
    service.proved["auth_time"] = int(clock.now().timestamp()) - 600  # silently, there
    for words in (["mfa"], []):
        settings.OIDC_TWO_FACTORS = words
        half = go(client, "members:city-enter")
        assert half.headers["Location"].startswith(reverse("members:factor"))
        assert not is_in(client)


def test_tokens_rest_nowhere(clerk: Person, service: Provider) -> None:
    bound(clerk, service)
    service.proved = {"acr": "mfa"}
    client = Client()
    address = way_back(client, "members:city-enter")
    client.get(address)
    code = dict(parse_qsl(urlsplit(address).query))["code"]
    rests = f"{dict(client.session)} {list(AuditEvent.objects.values())}"
    assert len(service.given) == 2
    for secret in (code, *service.given):
        assert secret not in rests


# When it fails ----------------------------------------------------------------------


def test_the_own_ways_in_stay_when_the_service_is_away(
    clerk: Person, service: Provider, settings: Settings
) -> None:
    client = Client()
    address = way_back(client, "members:city-enter")
    service.instead["/token"] = lambda h: providers.answer_json(h, 500, {})
    assert client.get(address).status_code == 503
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    page = client.get(reverse("members:city-enter"))
    assert page.status_code == 503
    assert f"{NAME}につながりません" in page.content.decode()
    assert reverse("members:sign-in") in page.content.decode()
    assert client.get(reverse("members:sign-in")).status_code == 200


def test_without_a_service_none_of_it_exists(clerk: Person, settings: Settings) -> None:
    assert settings.OIDC_ISSUER == ""
    client = client_of(clerk)
    names = ("enter", "return", "step-up", "bind", "confirm", "unbind")
    for name in names:
        assert client.get(reverse(f"members:city-{name}")).status_code == 404
    assert "IDを結び付ける" not in client.get(reverse("members:own")).content.decode()
    assert (
        "認証サービス" not in Client().get(reverse("members:sign-in")).content.decode()
    )


def test_what_the_service_says_is_text(clerk: Person, service: Provider) -> None:
    service.label = "<script>alert(1)</script>"
    client = client_of(clerk)
    page = client.get(go(client, "members:city-bind").headers["Location"])
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert" in page.content.decode()
