"""A city's identity service: OpenID Connect over real HTTP, with real keys.

It is as strict as a good one (PKCE, one use of a code, its client's secret, fixed
address to come back to); what it says in a token a test may bend.
"""

import hashlib
import json
import secrets
import sys
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from portal.core import clock

CLIENT, SECRET = "kasane", "a-client-secret-of-the-tests-42"
Key = RSAKey | ECKey
Claims = dict[str, Any]


def new_rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def signed(claims: Claims, key: Key, alg: str, **header: Any) -> str:
    everything = JWSRegistry(
        algorithms=["RS256", "PS256", "ES256", "HS256", "none"],
        strict_check_header=False,
    )
    head = {"alg": alg, "typ": "JWT", **header}
    head = {name: value for name, value in head.items() if value is not None}
    return serialize_compact(head, json.dumps(claims), key, registry=everything)


def half_hash(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()[:16]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """Who is signed in there, and how it answers; each part may be bent."""

    def __init__(self) -> None:
        self.keys: list[tuple[str, Key]] = [("RS256", RSA)]
        self.subject, self.label = "staff-0042", "ishikawa@mihon.example"
        self.proved: Claims = {}  # acr, amr; auth_time is now
        self.bend: Callable[[Claims], Claims] = dict
        self.sign: Callable[[Claims], str] = self.by_own_key
        self.answer: Callable[[dict[str, str]], dict[str, str]] = dict
        self.metadata: Claims = {}
        self.instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.given: list[str] = []
        self.let_go = Event()

    def by_own_key(self, claims: Claims) -> str:
        alg, key = self.keys[0]
        return signed(claims, key, alg, kid=key.kid)

    def discovery(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def jwks(self) -> Claims:
        return {
            "keys": [
                {**key.as_dict(private=False), "use": "sig", "alg": alg}
                for alg, key in self.keys
            ]
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"].endswith("/sign-in/city/return/")
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(self.answer(answer))}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, Claims]:
        asked = self.codes.pop(sent.get("code", ""), None)
        if authorization:
            plain = b64decode(authorization.removeprefix("Basic ")).decode()
            client, _, secret = (unquote(part) for part in plain.partition(":"))
        else:
            client, secret = sent.get("client_id", ""), sent.get("client_secret", "")
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if asked is None or sent["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked.get("code_challenge_method") != "S256":
            return 400, {"error": "invalid_grant"}
        if asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        id_token = self.sign(self.bend(self.claims(asked, access)))
        self.given += [access, id_token]
        tokens = {"access_token": access, "token_type": "Bearer", "id_token": id_token}
        return 200, tokens

    def claims(self, asked: dict[str, str], access: str) -> Claims:
        now = int(clock.now().timestamp())
        profile = {"preferred_username": self.label}
        return {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "at_hash": half_hash(access),
            **(profile if "profile" in asked["scope"] else {}),
            **self.proved,
        }

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    port = 0


RSA, EC = new_rsa("one"), ECKey.generate_key("P-256", {"kid": "two"})
FOREIGN = new_rsa("one")


def answer_json(handler: BaseHTTPRequestHandler, status: int, body: object) -> None:
    data = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            provider.paths.append(url.path)
            if url.path in provider.instead:
                provider.instead[url.path](self)
            elif url.path == "/.well-known/openid-configuration":
                answer_json(self, 200, provider.discovery())
            elif url.path == "/jwks":
                answer_json(self, 200, provider.jwks())
            else:
                self.send_response(302)
                asked = {n: v[0] for n, v in parse_qs(url.query).items()}
                self.send_header("Location", provider.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length).decode()
            provider.paths.append(self.path)
            if self.path in provider.instead:
                provider.instead[self.path](self)
                return
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            found = provider.token(sent, self.headers.get("Authorization", ""))
            answer_json(self, *found)

        def log_message(self, *_args: Any) -> None:
            return

    return Handler


@contextmanager
def running() -> Iterator[Provider]:
    """The service, listening on this machine until the test is over."""
    provider = Provider()
    broken: list[object] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(provider))
    server.daemon_threads = False
    server.handle_error = lambda *_args: broken.append(sys.exc_info()[1])  # type: ignore[method-assign] # a refusal must not come from a fault of ours
    provider.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert broken == []


def visit(address: str) -> str:
    """Be the browser at the service; where it sends back to."""
    url = urlsplit(address)
    line = HTTPConnection(url.hostname or "", url.port, timeout=10)
    with closing(line):
        line.request("GET", f"{url.path}?{url.query}")
        with line.getresponse() as answer:
            answer.read()
            return answer.headers["Location"]
