"""Beginning to follow an item while answers are slow: the first frame comes."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from asgiref.sync import sync_to_async

from meetings.live.authorisation import Asked
from meetings.live.hub import hub
from meetings.live.line import Following, Line
from meetings.live.protocol import Act, Follow, Reason
from meetings.models import Entry
from members.access import Actor
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.live import Visitor, operation


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: server threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def clinic(cast: Cast) -> Actor:
    """The clinic, shown in for the 支援会議 item."""
    factories.presence(cast.clinic, cast.shien_item)
    return factories.sign_in(cast.clinic)


@pytest.fixture
async def follower(cast: Cast, clinic: Actor) -> AsyncIterator[Visitor]:
    visitor = await sync_to_async(Visitor)(clinic, cast.sitting)
    assert await visitor.enter()
    yield visitor
    await visitor.leave()


async def test_who_asks_before_the_right_is_fresh_is_shown_the_item_all_the_same(
    cast: Cast, follower: Visitor
) -> None:
    """A server under load may take long for its first answers."""
    for line in hub().sittings[cast.sitting.id]:
        line.checked = float("-inf")
    assert (await follower.follow(cast.shien_item))["type"] == "snapshot"
    refusal = await follower.follow(cast.juso_item)
    assert (refusal["type"], refusal["reason"]) == ("refused", Reason.HIDDEN)


async def test_a_first_frame_that_grew_too_old_in_the_queue_is_made_anew(
    cast: Cast, clinic: Actor
) -> None:
    sent: list[str] = []

    async def send(frame: str) -> None:
        sent.append(frame)
        line.close(1000)

    async def hang_up(code: int) -> None:
        sent.append(str(code))

    assert clinic.sign_in is not None
    line = Line(Asked(clinic.sign_in.id, cast.sitting.id), "", send, hang_up)
    item = cast.shien_item.id
    line.following[item] = Following(outcome_only=False, queued=0, sent=0)
    line.checked = monotonic()
    line.show(item, 7, "too old")
    line.checked = float("-inf")
    line.say("last")
    await line.run()
    assert sent == ["last", "1000"]
    assert line.wishes == {item: Follow(item, 0)}


async def test_who_leaves_in_the_middle_of_a_write_leaves_it_written_and_nothing_open(
    cast: Cast,
) -> None:
    actor = await sync_to_async(factories.sign_in)(cast.secretariat)
    writer = await sync_to_async(Visitor)(actor, cast.sitting)
    assert await writer.enter()
    made = operation(cast.shien_item, "a", Act.CREATE, kind="discussion", text="最後")
    await writer.submit(made)
    await writer.leave()
    assert await Entry.objects.filter(text="最後").aexists()
    running = [str(task.get_coro()) for task in asyncio.all_tasks()]
    assert not [coroutine for coroutine in running if "Hub." in coroutine]
