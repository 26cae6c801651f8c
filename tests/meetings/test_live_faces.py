"""What of a meeting reaches whom: attendance, the queue of speakers, the wall."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.urls import reverse

from meetings.live.authorisation import Asked, look
from meetings.live.protocol import Act
from meetings.models import AgendaItem, Entry
from meetings.services import floor, room
from members.access import Actor
from members.facts import Role
from members.models import Membership, Person
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.live import Visitor, operation

Enter = Callable[..., Awaitable[Visitor]]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: server threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def opened(cast: Cast, clerk: Actor) -> AgendaItem:
    """The 支援会議 item under way, with the chair and the clinic in the room."""
    for person in (cast.chair, cast.clinic):
        room.check_in(actor=clerk, sitting=cast.sitting, person=person)
    room.open_item(actor=clerk, item=cast.shien_item)
    return cast.shien_item


@pytest.fixture
def elsewhere(cast: Cast) -> Actor:
    """Somebody on the other item only, who has come and waits."""
    Membership.objects.create(
        case=cast.case,
        person=cast.colleague,
        role=Role.EXTERNAL,
        starts_at=factories.LONG_AGO,
        selected_by=cast.secretariat,
    )
    factories.seat(cast.colleague, cast.juso_item, Role.EXTERNAL)
    return factories.sign_in(cast.colleague)


@pytest.fixture
async def enter(cast: Cast) -> AsyncIterator[Enter]:
    """Let somebody's browser in; all leave at the end."""
    inside: list[Visitor] = []

    async def make(actor: Actor, query: bytes = b"") -> Visitor:
        visitor = await sync_to_async(Visitor)(actor, cast.sitting)
        visitor.socket.scope["query_string"] = query
        assert await visitor.enter()
        inside.append(visitor)
        return visitor

    yield make
    for visitor in inside:
        await visitor.leave()


async def items_of(visitor: Visitor, ready: Callable[[Any], bool]) -> Any:
    """The list of items, as soon as it is as expected."""
    while True:
        items = (await visitor.hear("items"))["items"]
        if ready(items):
            return items


def entry(item: AgendaItem, kind: Entry.Kind, words: str) -> Any:
    return operation(item, words, Act.CREATE, kind=kind, text=words)


async def test_the_queue_travels_to_those_in_the_room_for_the_item(
    cast: Cast, clerk: Actor, opened: AgendaItem, elsewhere: Actor, enter: Enter
) -> None:
    clinic = await sync_to_async(factories.sign_in)(cast.clinic)
    member, other = await enter(clinic), await enter(elsewhere)
    await items_of(member, lambda items: items[0]["floor"] == [])
    await other.hear("items")
    await sync_to_async(floor.ask)(actor=clinic, item=opened)
    (item,) = await items_of(member, lambda items: bool(items[0]["floor"]))
    assert item["floor"] == [
        {
            "person": str(cast.clinic.id),
            "name": "上田 健",
            "agency": "見本こころのクリニック",
            "speaks": False,
        }
    ]
    give = sync_to_async(floor.give)
    await give(actor=clerk, item=opened, person=cast.clinic)
    await items_of(member, lambda items: items[0]["floor"][0]["speaks"])
    assert {frame["type"] for frame in await other.heard()} <= {"beat"}


async def test_attendance_travels_to_those_in_the_room_for_the_item(
    cast: Cast, clerk: Actor, opened: AgendaItem, elsewhere: Actor, enter: Enter
) -> None:
    clinic = await sync_to_async(factories.sign_in)(cast.clinic)
    member, other, desk = (
        await enter(clinic),
        await enter(elsewhere),
        await enter(clerk),
    )
    (item,) = await items_of(member, lambda items: True)
    assert {seat["name"] for seat in item["roster"]} == {"青木 誠", "上田 健"}
    assert (await other.hear("items"))["items"] == []
    leave = sync_to_async(room.show_out)
    await leave(actor=clerk, item=opened, person=cast.chair)
    (item,) = await items_of(member, lambda items: len(items[0]["roster"]) == 1)
    seats = (await items_of(desk, lambda items: seen(items, cast.chair)["left"]))[0]
    assert {seat["name"] for seat in seats["roster"]} >= {"青木 誠", "江口 直子"}
    assert {frame["type"] for frame in await other.heard()} <= {"beat"}


def seen(items: Any, person: Person) -> Any:
    """The seat of a person on the first item."""
    roster = items[0]["roster"]
    return next(seat for seat in roster if seat["person"] == str(person.id))


async def test_the_wall_gets_the_outcome_of_the_open_item_alone(
    cast: Cast, clerk: Actor, opened: AgendaItem, enter: Enter
) -> None:
    wall, desk = await enter(clerk, b"wall"), await enter(clerk)
    (item,) = (await wall.hear("items"))["items"]
    assert item["id"] == str(opened.id)
    assert not item.keys() & {"roster", "floor"}
    assert not item["writes"]
    assert not item["convenes"]
    hidden = await wall.follow(cast.juso_item)
    assert hidden["type"] == "refused"
    assert (await wall.follow(opened))["entries"] == []
    await desk.follow(opened)
    await desk.do(entry(opened, Entry.Kind.DISCUSSION, "経過の言葉"))
    await desk.do(entry(opened, Entry.Kind.DECISION, "決まった言葉"))
    frame = await wall.hear_text("決まった言葉")
    frames = [frame, *await wall.heard()]
    assert "経過の言葉" not in json.dumps(frames, ensure_ascii=False)
    await sync_to_async(room.close_item)(actor=clerk, item=opened)
    await wall.hear("gone")
    assert (await wall.hear("items"))["items"] == []


async def test_a_wall_shows_nobody_more_than_they_may_see(
    cast: Cast, opened: AgendaItem, elsewhere: Actor, enter: Enter
) -> None:
    wall = await enter(elsewhere, b"wall")
    assert (await wall.hear("items"))["items"] == []
    assert (await wall.follow(opened))["type"] == "refused"


def test_a_guest_hears_neither_of_people_nor_of_the_queue(
    cast: Cast, clerk: Actor, opened: AgendaItem
) -> None:
    factories.seat(cast.colleague, opened, Role.GUEST)
    room.admit(actor=clerk, item=opened, person=cast.colleague)
    guest = factories.sign_in(cast.colleague)
    assert guest.sign_in is not None
    asked = Asked(guest.sign_in.id, cast.sitting.id)
    standing = look({asked}).standings[asked][opened.id]
    assert standing.follows
    assert standing.outcome_only


def test_the_wall_by_polling(
    cast: Cast, clerk: Actor, opened: AgendaItem, signed_in: SignIn
) -> None:
    client = signed_in(cast.secretariat)
    since = reverse("meetings:live-since", args=[cast.sitting.id])
    follow = {"wall": "", "follow": f"{opened.id}:0"}
    items, snapshot, _beat = client.get(since, follow).json()["messages"]
    assert [item["id"] for item in items["items"]] == [str(opened.id)]
    assert "roster" not in items["items"][0]
    assert snapshot["type"] == "snapshot"
    page = client.get(reverse("meetings:room-wall", args=[cast.sitting.id]))
    assert opened.title not in page.content.decode()
    closed = {"wall": "", "follow": f"{cast.juso_item.id}:0"}
    answer = client.get(since, closed).json()["messages"]
    assert [message["type"] for message in answer] == ["items", "gone", "beat"]
