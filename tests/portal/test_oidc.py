"""What is believed of an identity service: a right answer, and nothing else.

The service is a real server on this machine with real keys (tests/provider.py). Each
row of the tables bends one thing of an answer that would else be taken.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from pytest_django.fixtures import Settings

from portal.core import clock, fetching, oidc
from portal.core.errors import UnavailableError
from tests import provider as providers
from tests.provider import EC, FOREIGN, RSA, Claims, Provider, signed

BACK = "https://kasane.mihon.example/sign-in/city/return/"
Bend = Callable[[Claims, Provider], Claims]
Sign = Callable[[Claims, Provider], str]


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(oidc, "_kept", {})
    monkeypatch.setattr(fetching, "PATIENCE_SECONDS", 2.0)
    with providers.running() as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_CLIENT_ID = providers.CLIENT
        settings.OIDC_CLIENT_SECRET = providers.SECRET
        settings.OIDC_TWO_FACTORS = ["mfa"]
        yield provider


def asked_of(address: str) -> dict[str, str]:
    values = parse_qs(urlsplit(address).query)
    return {name: found[0] for name, found in values.items()}


def answered(service: Provider) -> tuple[dict[str, str], dict[str, str]]:
    """What the session keeps, and what the browser brings back."""
    address, kept = oidc.ask(BACK)
    return kept, asked_of(service.authorize(asked_of(address)))


def whole(service: Provider) -> oidc.Identity:
    kept, answer = answered(service)
    return oidc.judge(kept, answer, BACK)


def plain(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims: Claims, _service: Provider, alg: str = "none") -> str:
    return f"{plain({'alg': alg, 'typ': 'JWT'})}.{plain(claims)}."


def by_public_key(claims: Claims, _service: Provider) -> str:
    """HS256 with what everybody knows: the provider's public key."""
    text = f"{plain({'alg': 'HS256', 'kid': 'one'})}.{plain(claims)}"
    mac = hmac.new(RSA.as_pem(private=False), text.encode(), "sha256").digest()
    return f"{text}.{plain(mac)}"


def by_client_secret(claims: Claims, _service: Provider) -> str:
    text = f"{plain({'alg': 'HS256', 'kid': 'one'})}.{plain(claims)}"
    mac = hmac.new(providers.SECRET.encode(), text.encode(), "sha256").digest()
    return f"{text}.{plain(mac)}"


def edited(claims: Claims, service: Provider) -> str:
    head, _body, signature = service.by_own_key(claims).split(".")
    return f"{head}.{plain({**claims, 'sub': 'staff-0001'})}.{signature}"


def with_key_inside(claims: Claims, _service: Provider) -> str:
    inside = FOREIGN.as_dict(private=False)
    return signed(claims, FOREIGN, "RS256", kid="one", jwk=inside)


def with_a_must(claims: Claims, _service: Provider) -> str:
    head = {"alg": "RS256", "kid": "one", "crit": ["exp2"], "exp2": 1}
    text = f"{plain(head)}.{plain(claims)}"
    key = RSA.private_key
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{plain(signature)}"


def header(**values: Any) -> Sign:
    return lambda claims, _: signed(claims, RSA, "RS256", **{"kid": "one", **values})


def put(**values: object) -> Bend:
    return lambda claims, _: {**claims, **values}


def without(name: str) -> Bend:
    return lambda claims, _: {n: v for n, v in claims.items() if n != name}


def moved(name: str, seconds: int) -> Bend:
    return lambda claims, _: {**claims, name: claims["iat"] + seconds}


SIGNATURES: dict[str, Sign] = {
    "none": unsigned,
    "None": lambda c, s: unsigned(c, s, "None"),
    "no algorithm": lambda c, s: f"{plain({'typ': 'JWT'})}.{plain(c)}.",
    "public key as a secret": by_public_key,
    "client secret as a key": by_client_secret,
    "another key under the same name": lambda c, _: signed(
        c, FOREIGN, "RS256", kid="one"
    ),
    "another key's name": header(kid="three"),
    "key in the token": with_key_inside,
    "key elsewhere": lambda c, s: signed(
        c, FOREIGN, "RS256", kid="one", jku=f"{s.issuer}/jwks"
    ),
    "another algorithm": lambda c, _: signed(c, RSA, "PS256", kid="one"),
    "elliptic key of theirs": lambda c, _: signed(c, EC, "ES256", kid="one"),
    "edited": edited,
    "cut off": lambda c, s: s.by_own_key(c)[:-8],
    "a token of access": header(typ="at+jwt"),
    "a token of sign-out": header(typ="logout+jwt"),
    "a must that we do not know": with_a_must,
    "five parts": lambda c, s: f"{s.by_own_key(c)}.x.y",
    "words": lambda c, s: "a.b.c",
    "nothing": lambda c, s: "",
}
CLAIMS: dict[str, Bend] = {
    "iss of another": put(iss="https://other.example"),
    "iss with a stroke": lambda c, s: {**c, "iss": f"{s.issuer}/"},
    "no iss": without("iss"),
    "aud of another": put(aud="payroll"),
    "aud of others": put(aud=["payroll", "mail"], azp=providers.CLIENT),
    "several aud, no azp": put(aud=[providers.CLIENT, "payroll"]),
    "several aud, azp of another": put(
        aud=[providers.CLIENT, "payroll"], azp="payroll"
    ),
    "azp of another": put(azp="payroll"),
    "aud is a number": put(aud=42),
    "aud is within a word": put(aud="kasane-test"),
    "no aud": without("aud"),
    "no exp": without("exp"),
    "no iat": without("iat"),
    "expired": moved("exp", -61),
    "issued in the future": lambda c, _: {**c, "iat": c["iat"] + 90},
    "issued long ago": lambda c, _: {**c, "iat": c["iat"] - 3600},
    "not yet": moved("nbf", 90),
    "exp is a word": put(exp="never"),
    "exp is true": put(exp=True),
    "exp is beyond all time": put(exp=1e300),
    "iat is a list": put(iat=[1]),
    "nbf is a word": put(nbf="now"),
    "no nonce": without("nonce"),
    "another nonce": put(nonce="x" * 43),
    "nonce is a number": put(nonce=1),
    "at_hash of another": put(at_hash=providers.half_hash("another")),
    "at_hash is empty": put(at_hash=""),
    "no sub": without("sub"),
    "empty sub": put(sub=""),
    "sub is a number": put(sub=42),
    "sub too long": put(sub="x" * 256),
    "sub with a null": put(sub="staff\x00-0042"),
    "sub in other letters": put(sub="staff-\uff10042"),
}


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_a_right_answer_names_who_is_there(service: Provider, alg: str) -> None:
    service.keys = [(alg, EC if alg == "ES256" else RSA)]
    found = whole(service)
    assert (found.issuer, found.subject) == (service.issuer, "staff-0042")
    assert not found.two_factors


@pytest.mark.parametrize("how", SIGNATURES)
def test_a_token_without_the_providers_signature_is_refused(
    service: Provider, how: str
) -> None:
    service.sign = lambda claims: SIGNATURES[how](claims, service)
    with pytest.raises(oidc.WrongAnswerError):
        whole(service)


@pytest.mark.parametrize("how", CLAIMS)
def test_a_token_that_is_not_for_us_and_of_now_is_refused(
    service: Provider, how: str
) -> None:
    service.bend = lambda claims: CLAIMS[how](claims, service)
    with pytest.raises(oidc.WrongAnswerError):
        whole(service)


def test_what_a_token_may_say_or_leave_out(service: Provider) -> None:
    several = put(aud=[providers.CLIENT, "mail"], azp=providers.CLIENT)
    for bend in (several, without("at_hash"), moved("exp", -50), moved("nbf", 50)):
        service.bend = lambda claims, bend=bend: bend(claims, service)  # type: ignore[misc] # bound now
        assert whole(service).subject == "staff-0042"
    service.bend = dict
    service.sign = lambda c: signed(c, RSA, "RS256", kid=None, typ=None)
    assert whole(service).subject == "staff-0042"


# The question and the way back ----------------------------------------------------


def test_a_question_is_new_each_time_and_hides_what_it_will_be_judged_by(
    service: Provider,
) -> None:
    first, second = (oidc.ask(BACK) for _ in range(2))
    asked = asked_of(first[0])
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_mode"] == "query"
    assert asked["redirect_uri"] == BACK
    assert first[1]["verifier"] not in first[0]
    for name in ("state", "nonce", "verifier"):
        assert first[1][name] != second[1][name]
        assert len(first[1][name]) >= 43


@pytest.mark.parametrize(
    "bend",
    [
        {"state": "x" * 43},
        {"state": ""},
        {"state": "非"},
        {"iss": "https://other.example"},
        {"code": ""},
        {"code": "x" * 5000},
        {"code": "guessed"},
        {"error": "access_denied"},
    ],
)
def test_an_answer_to_something_else_is_refused(
    service: Provider, bend: dict[str, str]
) -> None:
    kept, answer = answered(service)
    with pytest.raises(oidc.WrongAnswerError):
        oidc.judge(kept, {**answer, **bend}, BACK)


def test_an_answer_that_nobody_asked_for_is_refused(service: Provider) -> None:
    _kept, answer = answered(service)
    with pytest.raises(oidc.WrongAnswerError):
        oidc.judge(None, answer, BACK)


def test_an_answer_of_another_provider_is_refused(service: Provider) -> None:
    """RFC 9207: who announces that it names itself has to."""
    kept, answer = answered(service)
    del answer["iss"]
    with pytest.raises(oidc.WrongAnswerError):
        oidc.judge(kept, answer, BACK)
    assert "/token" not in service.paths  # the code went nowhere


def test_a_provider_that_never_named_itself_need_not(
    service: Provider,
) -> None:
    service.metadata = {"authorization_response_iss_parameter_supported": False}
    kept, answer = answered(service)
    del answer["iss"]
    assert oidc.judge(kept, answer, BACK).subject == "staff-0042"


def test_an_answer_after_ten_minutes_is_late(service: Provider) -> None:
    kept, answer = answered(service)
    late = clock.now() + oidc.LIFE
    with time_machine.travel(late), pytest.raises(oidc.WrongAnswerError):
        oidc.judge(kept, answer, BACK)


def test_a_code_is_taken_once_and_only_with_what_belongs_to_it(
    service: Provider, settings: Settings
) -> None:
    kept, answer = answered(service)
    assert oidc.judge(kept, answer, BACK).subject == "staff-0042"
    for other in ({}, {"verifier": "x" * 64}):
        kept, fresh = answered(service)
        brought = fresh if other else {**answer, "state": kept["state"]}
        with pytest.raises(oidc.WrongAnswerError):
            oidc.judge({**kept, **other}, brought, BACK)
    settings.OIDC_CLIENT_SECRET = "another-secret-of-some-length"
    with pytest.raises(oidc.WrongAnswerError):
        whole(service)


def test_the_secret_goes_where_the_provider_takes_it(service: Provider) -> None:
    service.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert whole(service).subject == "staff-0042"


# How well the provider has made sure ------------------------------------------------


@pytest.mark.parametrize(
    ("proved", "counts"),
    [
        ({"acr": "mfa"}, True),
        ({"amr": ["pwd", "mfa"]}, True),
        ({}, False),
        ({"acr": "1"}, False),
        ({"amr": "mfa"}, False),
        ({"amr": ["pwd"]}, False),
        ({"acr": ["mfa"]}, False),
        ({"acr": "mfa", "auth_time": None}, False),
        ({"acr": "mfa", "auth_time": "now"}, False),
        ({"acr": "mfa", "auth_time": 1}, False),
    ],
)
def test_two_factors_count_when_said_and_proved_just_now(
    service: Provider, proved: Claims, counts: bool
) -> None:
    service.proved = proved
    assert whole(service).two_factors is counts
    asked = service.asked[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


def test_without_a_word_that_counts_nothing_counts(
    service: Provider, settings: Settings
) -> None:
    settings.OIDC_TWO_FACTORS = []
    service.proved = {"acr": "mfa", "amr": ["mfa"]}
    assert not whole(service).two_factors
    assert "prompt" not in service.asked[-1]


# The provider's documents -----------------------------------------------------------


def redirect(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/jwks")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def huge(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(fetching.MAX_BYTES // 4096 + 2):
            handler.wfile.write(b" " * 4096)
    except OSError:
        return  # hung up on


def no_json(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    handler.wfile.write(b"<html>")


def failing(handler: BaseHTTPRequestHandler) -> None:
    providers.answer_json(handler, 500, {})


# A product of 1024 bits.
SHORT = urlsafe_b64encode(b"\xc1" * 128).rstrip(b"=").decode()
PLACES = ["/.well-known/openid-configuration", "/jwks", "/token"]
BAD = (UnavailableError, oidc.WrongAnswerError)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", [redirect, huge, no_json, failing])
def test_a_redirect_a_flood_or_rubbish_is_refused_wherever_it_comes(
    service: Provider, place: str, how: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    service.instead[place] = how
    with pytest.raises(BAD):
        whole(service)
    assert service.paths[-1] == place  # and nothing was followed


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_trickle_is_hung_up_on(
    service: Provider, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(fetching, "PATIENCE_SECONDS", 0.2)

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        try:
            while not service.let_go.wait(0.02):
                handler.wfile.write(b"X")
        except OSError:
            return  # hung up on

    service.instead[PLACES[0]] = trickle
    with pytest.raises(UnavailableError):
        oidc.ask(BACK)


def test_a_provider_that_hangs_holds_up_a_few_at_most(service: Provider) -> None:
    with ExitStack() as taken:
        for _ in range(oidc.ASKED_AT_ONCE):
            taken.enter_context(oidc._ASKING)
        with pytest.raises(UnavailableError):
            oidc.ask(BACK)
        assert service.paths == []
    assert whole(service).subject == "staff-0042"


def test_a_provider_that_is_not_there_is_unavailable(
    service: Provider, settings: Settings
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    with pytest.raises(UnavailableError):
        oidc.ask(BACK)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["x"]},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ],
)
def test_a_description_of_another_provider_is_refused(
    service: Provider, metadata: Claims
) -> None:
    service.metadata = metadata
    with pytest.raises(oidc.WrongAnswerError):
        oidc.ask(BACK)


def test_an_address_in_clear_of_an_https_provider_is_refused(
    settings: Settings,
) -> None:
    settings.OIDC_ISSUER = "https://id.mihon.example"
    with pytest.raises(oidc.WrongAnswerError):
        oidc._safe("http://id.mihon.example/token")
    assert oidc._safe("https://id.mihon.example/token")


def test_documents_are_kept_and_keys_asked_for_anew_when_exchanged(
    service: Provider,
) -> None:
    for _ in range(3):
        whole(service)
    assert [service.paths.count(place) for place in PLACES] == [1, 1, 3]
    service.keys = [("RS256", providers.new_rsa("next")), ("RS256", RSA)]
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert whole(service).subject == "staff-0042"
        whole(service)
    assert service.paths.count("/jwks") == 2
    service.keys = [("RS256", providers.new_rsa("third"))]
    soon = clock.now() + timedelta(minutes=2, seconds=10)
    with time_machine.travel(soon), pytest.raises(oidc.WrongAnswerError):
        whole(service)  # asked for a moment ago: nobody makes us ask and ask
    assert service.paths.count("/jwks") == 2


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": ["one", 2, None]},
        {"keys": [{"kty": "oct", "k": "AAAA", "kid": "one"}]},
        {"keys": [{**RSA.as_dict(private=False), "use": "enc"}]},
        {"keys": [{**RSA.as_dict(private=False), "n": "AQAB"}]},
        {"keys": [{"kty": "RSA", "kid": "one"}]},
        {"keys": [RSA.as_dict(private=False)] * 2},
        {"keys": [{**RSA.as_dict(private=False), "n": SHORT}]},
    ],
)
def test_keys_that_are_none_or_too_weak_prove_nothing(
    service: Provider, keys: Claims
) -> None:
    service.instead["/jwks"] = lambda h: providers.answer_json(h, 200, keys)
    with pytest.raises(oidc.WrongAnswerError):
        whole(service)


def test_a_question_without_the_proof_key_gets_no_token(service: Provider) -> None:
    """The service of these tests is as strict as it has to be."""
    address, kept = oidc.ask(BACK)
    asked = asked_of(address)
    del asked["code_challenge"], asked["code_challenge_method"]
    answer = asked_of(service.authorize(asked))
    with pytest.raises(oidc.WrongAnswerError):
        oidc.judge(kept, answer, BACK)
