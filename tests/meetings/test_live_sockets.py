"""Live minutes over websockets: exactly the admitted follow, and lose nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from meetings.live import bell
from meetings.live.authorisation import Asked, look
from meetings.live.hub import SOCKETS
from meetings.live.line import QUEUE_FRAMES, Following, Line
from meetings.live.protocol import Act, Close, Reason
from meetings.live.store import apply
from meetings.models import Entry, Presence
from members.access import Actor
from members.facts import Role
from members.models import Membership
from portal.core import clock
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.live import Closed, Visitor, by, operation

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
def clinic(cast: Cast) -> Actor:
    """The clinic, shown in for the 支援会議 item."""
    factories.presence(cast.clinic, cast.shien_item)
    return factories.sign_in(cast.clinic)


@pytest.fixture
async def enter(cast: Cast) -> AsyncIterator[Enter]:
    """Let somebody's browser in; all leave at the end."""
    inside: list[Visitor] = []

    async def make(actor: Actor) -> Visitor:
        visitor = await sync_to_async(Visitor)(actor, cast.sitting)
        assert await visitor.enter()
        inside.append(visitor)
        return visitor

    yield make
    for visitor in inside:
        await visitor.leave()


def decision(cast: Cast, words: str = "決定", entry: str = "a") -> Any:
    kind = Entry.Kind.DECISION
    return operation(cast.shien_item, entry, Act.CREATE, kind=kind, text=words)


def course(cast: Cast, words: str = "経過", entry: str = "a") -> Any:
    kind = Entry.Kind.DISCUSSION
    return operation(cast.shien_item, entry, Act.CREATE, kind=kind, text=words)


async def test_one_sign_in_has_room_for_ten_windows(
    cast: Cast, clinic: Actor, enter: Enter
) -> None:
    for _ in range(SOCKETS):
        await enter(clinic)
    one_more = await sync_to_async(Visitor)(clinic, cast.sitting)
    assert not await one_more.enter()


async def test_what_one_writes_all_followers_see_and_it_is_durable(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter
) -> None:
    chair = await sync_to_async(factories.sign_in)(cast.chair)
    writer, first, second = [await enter(who) for who in (clerk, clinic, chair)]
    for visitor in (writer, first, second):
        snapshot = await visitor.follow(cast.shien_item)
        assert (snapshot["type"], snapshot["entries"]) == ("snapshot", [])
    answer = await writer.do(course(cast, "母の通院が途切れている。"))
    assert (answer["type"], answer["revision"]) == ("ack", 1)
    for visitor in (first, second):
        frame = await visitor.hear("changes")
        assert frame["revision"] == 1
        assert frame["entries"][0]["text"] == "母の通院が途切れている。"
        assert frame["entries"][0]["writer"]["name"] == "石川 由美"
        assert await Entry.objects.filter(text=frame["entries"][0]["text"]).aexists()


async def test_following_is_audited_before_the_first_byte(
    cast: Cast, clinic: Actor, enter: Enter
) -> None:
    visitor = await enter(clinic)
    read = AuditEvent.objects.filter(action="minutes.follow", actor=clinic.id)
    assert not await read.aexists()
    await visitor.follow(cast.shien_item)
    event = await read.aget()
    assert clinic.sign_in is not None
    assert event.item == str(cast.shien_item.id)
    assert event.sign_in == str(clinic.sign_in.id)


async def test_somebody_between_items_sees_nothing(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter
) -> None:
    waiting = await enter(clinic)
    items = await waiting.hear("items")
    assert [i["id"] for i in items["items"]] == [str(cast.shien_item.id)]
    refusal = await waiting.follow(cast.juso_item)
    assert (refusal["type"], refusal["reason"]) == ("refused", Reason.HIDDEN)
    writer = await enter(clerk)
    kind = Entry.Kind.DISCUSSION
    secret = operation(cast.juso_item, "j", Act.CREATE, kind=kind, text="別の議題")
    await writer.do(secret)
    assert "別の議題" not in json.dumps(await waiting.heard(), ensure_ascii=False)


@pytest.mark.parametrize("who", ["leaver", "colleague", "stranger", "recused"])
async def test_the_room_is_empty_or_shut_for_everybody_else(
    cast: Cast, who: str
) -> None:
    actor = await sync_to_async(factories.sign_in)(getattr(cast, who))
    visitor = await sync_to_async(Visitor)(actor, cast.sitting)
    if await visitor.enter():
        assert (await visitor.hear("items"))["items"] == []
        refusal = await visitor.follow(cast.shien_item)
        assert refusal["reason"] == Reason.HIDDEN
    await visitor.leave()


async def test_a_handshake_from_elsewhere_or_unsigned_is_refused(
    cast: Cast, clerk: Actor
) -> None:
    for origin in ("https://evil.example", settings.BASE_URL + "1"):
        stranger = await sync_to_async(Visitor)(clerk, cast.sitting, origin=origin)
        assert not await stranger.enter()
    assert clerk.sign_in is not None
    clerk.sign_in.ends_at = clock.now()
    await clerk.sign_in.asave()
    assert not await (await sync_to_async(Visitor)(clerk, cast.sitting)).enter()


async def test_admission_brings_the_item_and_showing_out_takes_it(
    cast: Cast, enter: Enter
) -> None:
    actor = await sync_to_async(factories.sign_in)(cast.clinic)
    visitor = await enter(actor)
    assert (await visitor.hear("items"))["items"] == []
    presence = await sync_to_async(factories.presence)(cast.clinic, cast.shien_item)
    shown = await visitor.hear("items")
    assert [i["title"] for i in shown["items"]] == [cast.shien_item.title]
    await visitor.follow(cast.shien_item)
    await Presence.objects.filter(id=presence.id).aupdate(ends_at=clock.now())
    gone = await visitor.hear("gone")
    assert gone["item"] == str(cast.shien_item.id)
    assert (await visitor.hear("items"))["items"] == []


async def test_a_guest_gets_the_outcome_only(
    cast: Cast, clerk: Actor, enter: Enter
) -> None:
    def seat_guest() -> Actor:
        guest = factories.person("長男", factories.organization("本人"))
        factories.commission(guest, cast.shien)
        factories.acknowledge(guest, cast.pledges[cast.shien_item.regime])
        factories.seat(guest, cast.shien_item, Role.GUEST)
        factories.presence(guest, cast.shien_item)
        return factories.sign_in(guest)

    writer, guest = await enter(clerk), await enter(await sync_to_async(seat_guest)())
    await writer.do(course(cast, "先に書いた経過", "x"))
    items = await guest.hear("items")
    assert "roster" not in items["items"][0]
    assert (await guest.follow(cast.shien_item))["entries"] == []
    await writer.do(course(cast, "後に書いた経過", "y"))
    await writer.do(decision(cast, "決まったこと", "z"))
    frame = await guest.hear("changes")
    assert [e["text"] for e in frame["entries"]] == ["決まったこと"]
    assert "writer" not in frame["entries"][0]


@pytest.mark.parametrize(
    "removal",
    [
        lambda cast: Membership.objects.filter(person=cast.clinic),
        lambda cast: cast.clinic.commissions.all(),
        lambda cast: cast.clinic.seats.all(),
        lambda cast: Presence.objects.filter(person=cast.clinic),
    ],
    ids=["membership", "commission", "seat", "presence"],
)
async def test_frames_to_a_removed_member_stop_within_two_seconds(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter, removal: Any
) -> None:
    """Without any hint: the rows change behind the portal's back."""
    writer, follower = await enter(clerk), await enter(clinic)
    await follower.follow(cast.shien_item)
    await writer.do(course(cast, "まだ見える"))
    await follower.hear_text("まだ見える")
    await removal(cast).aupdate(ends_at=clock.now())
    removed = monotonic()
    written, last_seen, ended = 0, removed, False
    revision = 1
    while monotonic() - removed < 2.6:
        await asyncio.sleep(0.01)  # faster would be a flood
        written += 1
        typed = operation(cast.shien_item, "a", base=revision, text=f"{written}")
        revision = (await writer.do(typed))["revision"]
        try:
            frames = [] if ended else await follower.heard()
        except Closed:
            frames, ended = [], True
        ended = ended or any(f["type"] == "gone" for f in frames)
        if any(f["type"] == "changes" for f in frames):
            last_seen = monotonic()
    assert ended
    assert last_seen - removed <= 2.0


async def test_an_ended_sign_in_is_hung_up_on(
    cast: Cast, clinic: Actor, enter: Enter
) -> None:
    follower = await enter(clinic)
    await follower.follow(cast.shien_item)
    assert clinic.sign_in is not None
    clinic.sign_in.ends_at = clock.now()
    await clinic.sign_in.asave()
    ended = monotonic()
    assert await follower.closed() == Close.SIGNED_OUT
    assert monotonic() - ended <= 2.0


async def test_coming_back_gives_what_was_missed_and_no_more(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter
) -> None:
    writer, follower = await enter(clerk), await enter(clinic)
    await follower.follow(cast.shien_item)
    await writer.do(course(cast, "一", "a"))
    known = (await follower.hear_text("一"))["revision"]
    await follower.leave()
    await writer.do(course(cast, "二", "b"))
    await writer.do(course(cast, "三", "c"))
    back = await enter(clinic)
    missed = await back.follow(cast.shien_item, known)
    assert missed["type"] == "changes"
    assert [e["text"] for e in missed["entries"]] == ["二", "三"]
    again = await back.follow(cast.shien_item, missed["revision"])
    assert again["entries"] == []
    unknown = await back.follow(cast.shien_item, 10_000)
    assert [e["text"] for e in unknown["entries"]] == ["一", "二", "三"]


async def test_what_another_process_wrote_arrives_by_bell_and_also_without(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter
) -> None:
    follower = await enter(clinic)
    await follower.follow(cast.shien_item)
    elsewhere = await sync_to_async(apply)([by(clerk, course(cast, "鐘なし", "a"))])
    await follower.hear_text("鐘なし")
    elsewhere = await sync_to_async(apply)([by(clerk, course(cast, "鐘あり", "b"))])
    (change,) = elsewhere.changes
    await bell.ring(cast.sitting.id, bell.message({change.item: change.revision}))
    await follower.hear_text("鐘あり")


async def test_a_repeated_operation_is_acknowledged_once_made(
    cast: Cast, clerk: Actor, enter: Enter
) -> None:
    writer = await enter(clerk)
    first = await writer.do(decision(cast))
    assert await writer.do(decision(cast)) == first
    assert await Entry.objects.acount() == 1


async def test_hostile_frames_are_answered_and_others_not_disturbed(
    cast: Cast, clerk: Actor, clinic: Actor, enter: Enter
) -> None:
    writer, follower = await enter(clerk), await enter(clinic)
    await follower.follow(cast.shien_item)
    hostile = await enter(await sync_to_async(factories.sign_in)(cast.clinic))
    for frame in ("", "[[", '{"type":"steal"}', '{"type":"follow","item":5}'):
        await hostile.send(text=frame)
        assert (await hostile.hear("refused"))["reason"] == Reason.MALFORMED
    await hostile.send(data=b"\x00\x01")
    assert (await hostile.hear("refused"))["reason"] == Reason.MALFORMED
    forbidden = await hostile.do(course(cast, "書けない", "h"))
    assert forbidden["reason"] == Reason.HIDDEN
    long = operation(
        cast.shien_item, "l", Act.CREATE, kind="decision", text="あ" * 9000
    )
    assert (await hostile.do(long))["reason"] == Reason.TOO_LONG
    for _ in range(20):
        await hostile.send(text="?")
    assert await hostile.closed() == Close.MALFORMED
    await writer.do(course(cast, "会議は続く"))
    await follower.hear_text("会議は続く")


async def test_a_flood_is_hung_up_on(cast: Cast, clinic: Actor, enter: Enter) -> None:
    hostile = await enter(clinic)
    for _ in range(5_000):
        await hostile.send(text='{"type":"beat"}')
    assert await hostile.closed() == Close.FLOOD


async def test_a_reader_who_takes_nothing_is_hung_up_on_and_may_come_back(
    cast: Cast, clerk: Actor, clinic: Actor
) -> None:
    async def stuck(frame: str) -> None:
        raise AssertionError("nothing is taken")

    codes: list[int] = []

    async def hang_up(code: int) -> None:
        codes.append(code)

    assert clinic.sign_in is not None
    asked = Asked(clinic.sign_in.id, cast.sitting.id)
    line = Line(asked, "", stuck, hang_up)
    line.standings = (await sync_to_async(look)({asked})).standings[asked]
    line.checked = monotonic()
    item = cast.shien_item.id
    line.following[item] = Following(outcome_only=False, queued=0, sent=0)
    for revision in range(1, QUEUE_FRAMES + 3):
        line.show(item, revision, "{}")
    await line.run()
    assert codes == [Close.TOO_SLOW]


async def test_content_waits_for_a_fresh_authorisation(
    cast: Cast, clinic: Actor
) -> None:
    sent: list[str] = []

    async def send(frame: str) -> None:
        sent.append(frame)
        if frame == "last":
            line.close(1000)

    async def hang_up(code: int) -> None:
        sent.append(str(code))

    assert clinic.sign_in is not None
    line = Line(Asked(clinic.sign_in.id, cast.sitting.id), "", send, hang_up)
    item = cast.shien_item.id
    line.following[item] = Following(outcome_only=False, queued=0, sent=0)
    line.show(item, 1, "never checked")
    line.checked = monotonic()
    line.show(item, 2, "checked too long ago")
    line.checked = monotonic() - 2.1
    line.say("last")
    await line.run()
    assert sent == ["last", "1000"]
    assert line.following[item] == Following(outcome_only=False, queued=0, sent=0)


async def test_beats_say_how_far_the_socket_was_sent(
    cast: Cast, clerk: Actor, enter: Enter
) -> None:
    writer = await enter(clerk)
    await writer.follow(cast.shien_item)
    await writer.do(decision(cast))
    while True:
        beat = await writer.hear("beat")
        if beat["heads"]:
            break
    assert beat["heads"] == {str(cast.shien_item.id): 1}
