"""Every socket as every persona: the table in ``tests/matrix.py`` holds."""

import pytest

from meetings.routing import websocket_urlpatterns
from tests import cast as people
from tests import factories, matrix
from tests.matrix import PERSONAS, sign_in_of
from tests.meetings.live import Visitor


def test_every_socket_has_its_row() -> None:
    patterns = [str(entry.pattern) for entry in websocket_urlpatterns]
    assert list(matrix.sockets()) == patterns


@pytest.fixture
def visitors(transactional_db: None) -> dict[str, Visitor]:
    """Each persona's browser at the socket; the cast is committed, for the server."""
    town, found = people.assemble(), {}
    for persona in PERSONAS:
        known = sign_in_of(town, persona)
        person, how = known or (town.clinic, {})
        found[persona] = Visitor(factories.sign_in(person, **how), town.sitting)
        if known is None:
            found[persona].socket.scope["headers"].pop()  # the cookie
    return found


async def test_the_live_socket_opens_for_those_in_the_table(
    visitors: dict[str, Visitor],
) -> None:
    (expected,) = matrix.sockets().values()
    got = {name: await visitor.enter() for name, visitor in visitors.items()}
    for name, entered in got.items():
        if entered:
            await visitors[name].leave()
    assert got == {name: answer == "yes" for name, answer in expected.items()}
