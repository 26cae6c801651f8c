"""Where the present act comes from, for the audit trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Origin:
    """The address and the sign-in behind an act; empty for the system itself."""

    address: str = ""
    sign_in: str = ""
    channel: str = "system"


_SYSTEM = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_SYSTEM)


def origin() -> Origin:
    """The origin of the present act."""
    return _origin.get()


@contextmanager
def acting_from(value: Origin) -> Iterator[None]:
    """Run a block as coming from ``value``."""
    token = _origin.set(value)
    try:
        yield
    finally:
        _origin.reset(token)


def note_sign_in(sign_in: str) -> None:
    """Name the sign-in once the request has been recognised."""
    _origin.set(replace(_origin.get(), sign_in=sign_in))
