"""Redis carries hints alone: ids and revisions, and nothing of any case (R39)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings

from meetings.live.protocol import Act
from meetings.models import Entry
from members.services import cases
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.canary import leaks, singing
from tests.cast import Cast
from tests.meetings.live import DEADLINE, Visitor, operation

pytestmark = pytest.mark.server
WORDS = "カナリアcanary00000001"


@pytest.fixture
def town(transactional_db: None) -> Iterator[Cast]:
    """The town, committed, with a token in each of its texts."""
    AuditHead.objects.get_or_create(id=1)
    cast = people.assemble()
    factories.presence(cast.clinic, cast.shien_item)
    with singing(*(each for each in vars(cast).values() if hasattr(each, "pk"))):
        yield cast


@pytest.fixture
def overheard() -> Iterator[Callable[[], bytes]]:
    """Every message on any channel since the start, and what Redis keeps now."""
    layer: Any = settings.CHANNEL_LAYERS["default"]
    (host,) = layer["CONFIG"]["hosts"]
    with redis.Redis.from_url(host) as client, client.pubsub() as channels:
        channels.psubscribe("*")
        assert channels.get_message(timeout=DEADLINE)["type"] == "psubscribe"

        def hear() -> bytes:
            client.publish("kasane-test", "the end")
            while (message := channels.get_message(timeout=DEADLINE)) is not None:
                if message["data"] == b"the end":
                    break
                messages.extend([message["channel"], message["data"]])
            keys = client.keys()
            return b"\n".join(
                [*messages, *keys, *(client.dump(k) or b"" for k in keys)]
            )

        messages: list[bytes] = []
        yield hear


async def test_a_meeting_leaves_no_word_in_redis(
    town: Cast, overheard: Callable[[], bytes]
) -> None:
    clerk = await sync_to_async(factories.sign_in)(town.secretariat)
    clinic = await sync_to_async(factories.sign_in)(town.clinic)
    writer, reader = [
        await sync_to_async(Visitor)(actor, town.sitting) for actor in (clerk, clinic)
    ]
    for visitor in (writer, reader):
        assert await visitor.enter()
        await visitor.follow(town.shien_item)
    kind = Entry.Kind.DECISION
    await writer.do(operation(town.shien_item, "a", Act.CREATE, kind=kind, text=WORDS))
    await reader.hear_text(WORDS)
    live = await sync_to_async(overheard)()
    await sync_to_async(_take_off)(town)
    await reader.hear("gone", "items")
    for visitor in (writer, reader):
        await visitor.leave()
    after = await sync_to_async(overheard)()
    text = (live + after).decode(errors="ignore")
    assert "live.bell" in text, "what is heard here is what the hint says"
    assert str(town.shien_item.id) in text
    assert leaks(text) == set()


def _take_off(town: Cast) -> None:
    membership = town.case.memberships.get(person=town.clinic)
    clerk = factories.sign_in(town.secretariat)
    cases.end_membership(actor=clerk, membership=membership)
