"""What is fixed about the demo: ids and factors follow from the content's keys.

Everybody may know them: they open invented households only, and the start-up
check keeps the demo on loopback.
"""

import hashlib
from uuid import UUID, uuid5

NAMESPACE = UUID("5b1c8f7e-2d0a-4a57-9f6c-6b1a5a0e2d11")


def uid(kind: str, key: str) -> UUID:
    """The id of the row made for ``key``."""
    return uuid5(NAMESPACE, f"{kind}:{key}")


def totp_key(person: str) -> str:
    """The hexadecimal key of a person's authenticator app."""
    return hashlib.sha1(f"totp:{person}".encode(), usedforsecurity=False).hexdigest()


def card_codes(person: str, count: int) -> list[str]:
    """The eight-digit codes on a person's paper card."""
    digests = (
        hashlib.sha256(f"card:{person}:{number}".encode()).hexdigest()
        for number in range(count)
    )
    return [f"{int(digest[:15], 16) % 10**8:08d}" for digest in digests]
