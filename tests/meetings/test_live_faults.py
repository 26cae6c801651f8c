"""Broken connections and a dead Redis: nothing is lost, doubled or shown too long."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from pytest_django.fixtures import Settings

from meetings.live.protocol import Act
from meetings.models import Entry, EntryChange, Presence
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.journeys.installation import free_port
from tests.meetings.live import Visitor, operation

pytestmark = pytest.mark.server
BOUND_SECONDS = 2.0
CHANGES = 30


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: server threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


async def visitor(cast: Cast, who: str) -> Visitor:
    """Somebody at the live websocket."""
    actor = await sync_to_async(factories.sign_in)(getattr(cast, who))
    visitor = await sync_to_async(Visitor)(actor, cast.sitting)
    assert await visitor.enter()
    return visitor


@pytest.fixture
async def writer(cast: Cast) -> AsyncIterator[Visitor]:
    writer = await visitor(cast, "secretariat")
    yield writer
    await writer.leave()


@pytest.fixture
async def follower(cast: Cast) -> AsyncIterator[Visitor]:
    await sync_to_async(factories.presence)(cast.clinic, cast.shien_item)
    follower = await visitor(cast, "clinic")
    yield follower
    await follower.leave()


@pytest.fixture
def own_pid(cast: Cast) -> int:
    """The connection of the test itself, which clears up afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cut_the_servers_connections(own_pid: int) -> None:
    """What a crash of PostgreSQL does to everybody who is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database()"
            " AND pid NOT IN (%s, pg_backend_pid())",
            [own_pid],
        )


async def offered(writer: Visitor, change: Any) -> dict[str, Any]:
    """As the page does: offered again until it is answered for good."""
    while True:
        answer = await writer.do(change)
        if answer.get("reason") != "unavailable":
            return answer


async def test_connections_that_break_under_the_writer_lose_and_double_nothing(
    own_pid: int, cast: Cast, writer: Visitor, follower: Visitor
) -> None:
    await follower.follow(cast.shien_item)
    kind, told, base = Entry.Kind.DISCUSSION, [], 0
    for number in range(CHANGES):
        if number % 10 == 5:
            await sync_to_async(cut_the_servers_connections)(own_pid)
        act, fields = (Act.CHANGE, {}) if base else (Act.CREATE, {"kind": str(kind)})
        fields = {**fields, "text": f"第{number}稿"}
        change = operation(cast.shien_item, "a", act, base=base, **fields)
        answer = await offered(writer, change)
        assert answer["type"] == "ack"
        base = answer["revision"]
        told.append(str(change.id))
    rows = EntryChange.objects.order_by("revision")
    assert [str(row.operation) async for row in rows] == told
    assert (await Entry.objects.aget()).text == f"第{CHANGES - 1}稿"
    await follower.hear_text(f"第{CHANGES - 1}稿")


@pytest.fixture
def dead_redis(settings: Settings) -> None:
    """A channel layer on a port where nobody listens."""
    layers = settings.CHANNEL_LAYERS
    address = f"redis://127.0.0.1:{free_port()}/0"
    config = {**layers["default"]["CONFIG"], "hosts": [address]}
    settings.CHANNEL_LAYERS = {"default": {**layers["default"], "CONFIG": config}}


async def test_without_redis_a_removed_member_gets_no_text_after_two_seconds(
    dead_redis: None, cast: Cast, writer: Visitor, follower: Visitor
) -> None:
    await follower.follow(cast.shien_item)
    kind = Entry.Kind.DISCUSSION
    made = operation(cast.shien_item, "a", Act.CREATE, kind=kind, text="まだ見える")
    await writer.do(made)
    await follower.hear_text("まだ見える")
    await Presence.objects.filter(person=cast.clinic).aupdate(ends_at=clock.now())
    removed = monotonic()
    await follower.hear("gone")
    assert monotonic() - removed <= BOUND_SECONDS
    late = operation(cast.shien_item, "b", Act.CREATE, kind=kind, text="もう見えない")
    assert (await writer.do(late))["type"] == "ack"
    frames = await follower.heard()
    assert "もう見えない" not in str(frames)
