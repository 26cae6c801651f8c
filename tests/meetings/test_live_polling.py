"""The room over plain HTTP: the page, and live minutes where websockets are cut."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.live.protocol import Act, Operation, Reason
from meetings.models import Entry, Presence, Sitting
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording
from tests.meetings.live import operation, wire


def poll(client: Client, cast: Cast, **follow: int) -> list[dict[str, Any]]:
    """One poll; ``shien=0`` follows that item from revision 0."""
    items = {"shien": cast.shien_item.id, "juso": cast.juso_item.id}
    wishes = [f"{items[key]}:{revision}" for key, revision in follow.items()]
    url = reverse("meetings:live-since", args=[cast.sitting.id])
    answer = client.get(url, {"follow": wishes})
    assert answer.status_code == 200
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def do(client: Client, cast: Cast, op: Operation) -> dict[str, Any]:
    url = reverse("meetings:live-operation", args=[cast.sitting.id])
    answer = client.post(url, json.dumps(wire(op)), content_type="application/json")
    assert answer.status_code == 200
    (message,) = answer.json()["messages"]
    return dict(message)


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


def test_writing_and_following_by_polling(cast: Cast, signed_in: SignIn) -> None:
    factories.presence(cast.clinic, cast.shien_item)
    writer, follower = signed_in(cast.secretariat), signed_in(cast.clinic)
    assert kinds(poll(follower, cast, shien=0)) == ["items", "snapshot", "beat"]
    made = operation(
        cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DISCUSSION, text="一"
    )
    answer = do(writer, cast, made)
    assert (answer["type"], answer["revision"]) == ("ack", 1)
    assert do(writer, cast, made) == answer
    poll(follower, cast, shien=0)
    do(writer, cast, operation(cast.shien_item, "a", base=1, text="二"))
    (changes,) = [m for m in poll(follower, cast, shien=1) if m["type"] == "changes"]
    assert [e["text"] for e in changes["entries"]] == ["二"]
    assert kinds(poll(follower, cast, shien=2)) == ["items", "beat"]


def test_polling_is_audited_once_per_item_and_browser(
    cast: Cast, signed_in: SignIn
) -> None:
    factories.presence(cast.clinic, cast.shien_item)
    follower = signed_in(cast.clinic)
    read = AuditEvent.objects.filter(action="minutes.follow")
    poll(follower, cast, shien=7)  # a made-up revision opens nothing unseen
    assert read.count() == 1
    writer = signed_in(cast.secretariat)
    made = operation(cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION)
    do(writer, cast, made)
    poll(follower, cast, shien=1)
    assert read.count() == 1


def test_a_session_does_not_grow_with_the_asking(cast: Cast, signed_in: SignIn) -> None:
    factories.presence(cast.clinic, cast.shien_item)
    follower = signed_in(cast.clinic)
    for _ in range(3):
        poll(follower, cast, shien=0)
    assert follower.session["live_followed"] == [str(cast.shien_item.id)]


def test_items_are_counted_as_their_reader_meets_them(
    cast: Cast, signed_in: SignIn
) -> None:
    factories.presence(cast.clinic, cast.juso_item)  # the second on the agenda
    (items, *_rest) = poll(signed_in(cast.clinic), cast)
    assert [(i["id"], i["order"]) for i in items["items"]] == [
        (str(cast.juso_item.id), 1)
    ]


def test_an_item_one_is_not_in_gives_nothing(cast: Cast, signed_in: SignIn) -> None:
    presence = factories.presence(cast.clinic, cast.shien_item)
    writer, follower = signed_in(cast.secretariat), signed_in(cast.clinic)
    secret = operation(
        cast.juso_item, "a", Act.CREATE, kind=Entry.Kind.DECISION, text="ほかの議題"
    )
    do(writer, cast, secret)
    messages = poll(follower, cast, shien=0, juso=0)
    assert kinds(messages) == ["items", "snapshot", "gone", "beat"]
    assert "ほかの議題" not in json.dumps(messages, ensure_ascii=False)
    Presence.objects.filter(id=presence.id).update(ends_at=clock.now())
    messages = poll(follower, cast, shien=1)
    assert kinds(messages) == ["items", "gone", "beat"]
    assert messages[0]["items"] == []


def test_a_follower_does_not_write(cast: Cast, signed_in: SignIn) -> None:
    factories.presence(cast.clinic, cast.shien_item)
    attempt = operation(cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION)
    answer = do(signed_in(cast.clinic), cast, attempt)
    assert (answer["type"], answer["reason"]) == ("refused", Reason.HIDDEN)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"id": 1}', "あ" * 70_000])
def test_a_hostile_body_is_answered(cast: Cast, signed_in: SignIn, body: str) -> None:
    url = reverse("meetings:live-operation", args=[cast.sitting.id])
    client = signed_in(cast.secretariat)
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["type"] == "refused"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("chair", 200),
        ("secretariat", 200),
        ("clinic", 200),
        ("stranger", 404),
        ("administrator", 404),
        ("auditor", 404),
    ],
)
def test_who_enters_the_room(
    cast: Cast, signed_in: SignIn, who: str, status: int
) -> None:
    client = signed_in(getattr(cast, who))
    page = client.get(reverse("meetings:room", args=[cast.sitting.id]))
    assert page.status_code == status
    polled = client.get(reverse("meetings:live-since", args=[cast.sitting.id]))
    assert polled.status_code == status


def test_the_page_itself_holds_no_content(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.clinic).get(reverse("meetings:room", args=[cast.sitting.id]))
    for words in (cast.shien_item.title, cast.case.number, "青木"):
        assert words not in page.content.decode()


def test_the_buttons_of_the_chair(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.chair)
    here = {"person": str(cast.clinic.id)}
    room = reverse("meetings:room", args=[cast.sitting.id])
    check_in = reverse("meetings:room-item", args=[cast.shien_item.id, "check-in"])
    assert client.post(check_in, here).url == room  # type: ignore[attr-defined]
    for act in ("open", "show-out", "admit", "close"):
        url = reverse("meetings:room-item", args=[cast.shien_item.id, act])
        answer = client.post(url, here, headers={"Accept": "application/json"})
        assert answer.status_code == 200, act
    spans = Presence.objects.filter(person=cast.clinic)
    assert [span.ends_at is None for span in spans] == [False, False]
    admit = reverse("meetings:room-item", args=[cast.shien_item.id, "admit"])
    late = client.post(admit, here, headers={"Accept": "application/json"})
    assert late.status_code == 409
    assert "議題を始めてから" in late.json()["message"]
    close = reverse("meetings:room-close", args=[cast.sitting.id])
    assert client.post(close).status_code == 302


def test_closing_the_meeting_is_asked_once(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.chair)
    close = reverse("meetings:room-close", args=[cast.sitting.id])
    room = reverse("meetings:room", args=[cast.sitting.id])
    assert close in client.get(room).content.decode()
    page = client.get(close).content.decode()
    assert "元に戻せません" in page
    assert "まだ始めていない議題が2件" in page
    cast.sitting.refresh_from_db()
    assert cast.sitting.state == Sitting.State.CONVENED
    assert signed_in(cast.clinic).get(close).status_code == 404
    client.post(close)
    cast.sitting.refresh_from_db()
    assert cast.sitting.state == Sitting.State.CLOSED
    assert client.get(close).url == room  # type: ignore[attr-defined]


def test_an_item_under_way_keeps_the_meeting_open(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.chair)
    client.post(reverse("meetings:room-item", args=[cast.shien_item.id, "open"]))
    close = reverse("meetings:room-close", args=[cast.sitting.id])
    page = client.post(close, follow=True).content.decode()
    assert "協議中の議題を終えてから" in page
    assert close in page


def test_a_closed_room_says_what_comes_next(cast: Cast, signed_in: SignIn) -> None:
    """The desk for who keeps the records, a record for whom it is offered, no other."""
    recording.held(cast, cast.juso_item)
    room = reverse("meetings:room", args=[cast.sitting.id])
    record = reverse("meetings:record-detail", args=[cast.juso_item.id])
    circulate = reverse("meetings:records-desk") + "#circulate"
    summary = reverse("meetings:sitting-summary", args=[cast.sitting.id])
    people = (cast.secretariat, cast.clinic, cast.newcomer)

    def leads() -> list[list[str]]:
        pages = [signed_in(person).get(room).content.decode() for person in people]
        ways = (circulate, record, summary)
        return [[way for way in ways if way in p] for p in pages]

    assert leads() == [[], [], []]
    signed_in(cast.chair).post(reverse("meetings:room-close", args=[cast.sitting.id]))
    assert leads() == [[circulate, summary], [summary], []]
    recording.circulate(cast, cast.juso_item)
    assert leads() == [[record, summary], [record, summary], []]


def test_a_button_tells_no_item_from_none(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.stranger)
    for item in (cast.shien_item.id, cast.case.id):
        url = reverse("meetings:room-item", args=[item, "admit"])
        assert client.post(url, {"person": "nobody"}).status_code == 404


def test_the_buttons_do_nothing_for_others(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.clinic)
    for act in ("open", "close", "admit", "show-out", "burn"):
        url = reverse("meetings:room-item", args=[cast.shien_item.id, act])
        assert client.post(url, {"person": str(cast.clinic.id)}).status_code == 404
