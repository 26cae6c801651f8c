"""Helpers for the tests of live minutes: operations and submissions in short."""

from typing import Any
from uuid import UUID, uuid5

from meetings.live.protocol import Act, Operation
from meetings.live.store import Submission
from meetings.models import AgendaItem
from members.access import Actor

_NAMES = UUID("5b1b7c0e-2f0a-4c1e-9d55-6a3c8d1f0000")


def name(words: str) -> UUID:
    """A fixed id for a thing called ``words``."""
    return uuid5(_NAMES, words)


def operation(
    item: AgendaItem,
    entry: str,
    act: Act = Act.CHANGE,
    *,
    op: str = "",
    base: int = 0,
    **fields: Any,
) -> Operation:
    """An operation on the entry called ``entry``; its id follows from its content."""
    words = op or f"{item.id}/{entry}/{act}/{base}/{sorted(fields.items())}"
    return Operation(name(words), item.id, name(entry), act, base, fields)


def by(actor: Actor, operation: Operation) -> Submission:
    """The operation, submitted by ``actor``."""
    assert actor.sign_in is not None
    return Submission(actor.sign_in.id, "127.0.0.1", operation)
