"""A passkey in software: answers our questions as an authenticator does."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

HOST = "localhost"  # what the tests' portal holds its passkeys for
USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. ``changes`` make what it answers wrong in one place."""

    credential_id: bytes = b"passkey-of-the-tests-0001"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.derive_private_key(7, ec.SECP256R1())
    )
    count: int = 0

    def make(self, question: dict[str, Any], **changes: Any) -> str:
        """The answer to a question for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + public
        data = self._data(ATTESTED, **changes) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            {
                "clientDataJSON": packed(self._client("create", question, **changes)),
                "attestationObject": packed(cbor2.dumps(statement)),
            }
        )

    def use(self, question: dict[str, Any], **changes: Any) -> str:
        """The answer to a question for a passkey that is known."""
        self.count += 1
        data = self._data(0, **changes)
        client = self._client("get", question, **changes)
        signed = data + hashlib.sha256(client).digest()
        signature = changes.get("key", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": packed(client),
                "authenticatorData": packed(changes.get("data", data)),
                "signature": packed(changes.get("signature", signature)),
            }
        )

    def _data(self, always: int, **changes: Any) -> bytes:
        host = changes.get("host", HOST)
        flags = always | changes.get("flags", USER_PRESENT | USER_VERIFIED)
        count = changes.get("count", self.count)
        digest = hashlib.sha256(host.encode()).digest()
        return bytes(digest + bytes([flags]) + count.to_bytes(4, "big"))

    def _client(self, what: str, question: dict[str, Any], **changes: Any) -> bytes:
        return json.dumps(
            {
                "type": changes.get("type", f"webauthn.{what}"),
                "challenge": changes.get("challenge", question["challenge"]),
                "origin": changes.get(
                    "origin", settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]
                ),
                "crossOrigin": False,
            }
        ).encode()

    def _answer(self, response: dict[str, str]) -> str:
        own = packed(self.credential_id)
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
