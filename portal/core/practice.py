"""Tickets from the real portal to the one for practice (ADR 0038).

A ticket says no more than that somebody is signed in over there. It holds for a
minute, for one address, and once: the practice installation remembers what was spent.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing

LIFE = timedelta(seconds=60)
KEY_LENGTH = 32  # characters


@dataclass(frozen=True, slots=True)
class Ticket:
    """One way in; its id is what can be spent once."""

    id: UUID


def origin_of(address: str) -> str:
    """Scheme, host and port, as browsers compare them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def issue() -> str:
    """A new ticket for ``KASANE_PRACTICE_URL``."""
    return signing.dumps(
        uuid4().hex, key=settings.PRACTICE_KEY, salt=_salt(settings.PRACTICE_URL)
    )


def read(words: str) -> Ticket | None:
    """The ticket, if it was made for this installation within its life."""
    try:
        told = signing.loads(
            words,
            key=settings.PRACTICE_KEY,
            salt=_salt(settings.BASE_URL),
            max_age=LIFE,
        )
    except signing.BadSignature:
        return None
    return Ticket(UUID(hex=told))


def _salt(address: str) -> str:
    return f"kasane.practice.ticket {origin_of(address)}"
