"""The room in real Chromium windows: no word is lost, whatever happens to the line."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from meetings.live import store
from meetings.live.protocol import Act
from meetings.live.store import apply
from meetings.models import Entry, EntryChange, Presence, PrivateNote
from members.access import Actor
from portal.asgi import application
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.browsers import House, Town, Window, chromium
from tests.meetings.live import by, operation

pytestmark = pytest.mark.browser
CONNECTED = re.compile("すべて保存済|接続中")
SAVED = re.compile("^保存済")
KANA = ("か", "かい", "かいぎ", "会議")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
async def town(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    town = Town()
    websocket = application.application_mapping["websocket"]
    monkeypatch.setattr(websocket, "origin", town.url)
    await town.start()
    yield town
    await town.stop()


@pytest.fixture
async def house(town: Town) -> AsyncIterator[House]:
    async with chromium() as browser:
        yield House(town, browser)


async def arrive(house: House, cast: Cast, *names: str) -> list[Window]:
    """Let people in, each at a window of their own, with the 支援会議 on the screen."""
    windows = []
    for name in names:
        actor: Actor = await sync_to_async(factories.sign_in)(getattr(cast, name))
        window = await house.window(actor)
        await window.enter(cast.sitting)
        await expect(window.page.locator("#now-state")).to_have_text(CONNECTED)
        windows.append(window)
    return windows


def entries(page: Page) -> Locator:
    """The entries in the pane of what was said."""
    return page.locator("#course .entry")


def text_of(entry: Locator) -> Locator:
    """The field of an entry's words."""
    return entry.locator("textarea")


async def saved(entry: Locator) -> None:
    """The entry says that it is saved."""
    state = entry.locator("[data-part=state]")
    await expect(state).to_have_text(SAVED)


async def add(page: Page, words: str = "") -> Locator:
    """Add an entry with these words by the keyboard's shortcut."""
    count = await entries(page).count()
    await page.keyboard.press("Alt+4")
    await expect(entries(page)).to_have_count(count + 1)
    await page.keyboard.insert_text(words)
    return entries(page).nth(count)


async def texts() -> list[str]:
    """What the database holds."""
    rows = Entry.objects.filter(deleted=False).order_by("order")
    return [text async for text in rows.values_list("text", flat=True)]


async def test_a_composition_is_neither_sent_nor_disturbed(
    house: House, cast: Cast
) -> None:
    scribe, chair = await arrive(house, cast, "secretariat", "chair")
    entry = await add(scribe.page)
    await saved(entry)
    await expect(entries(chair.page)).to_have_count(1)
    keyboard, before = await scribe.devtools(), len(scribe.operations)
    for kana in KANA:
        await keyboard.send(
            "Input.imeSetComposition",
            {"text": kana, "selectionStart": len(kana), "selectionEnd": len(kana)},
        )
    other = await add(chair.page, "別の記録")
    await saved(other)
    await expect(text_of(entries(scribe.page).nth(1))).to_have_value("別の記録")
    for key, code in (("Enter", 13), ("4", 52)):
        await keyboard.send(
            "Input.dispatchKeyEvent",
            {
                "type": "rawKeyDown",
                "key": key,
                "windowsVirtualKeyCode": 229 if key == "Enter" else code,
                "modifiers": 0 if key == "Enter" else 1,
            },
        )
    await keyboard.send(
        "Input.imeSetComposition",
        {"text": "会議を", "selectionStart": 3, "selectionEnd": 3},
    )
    field = text_of(entry)
    await expect(field).to_have_value("会議を")
    caret = await field.evaluate("field => [field.selectionStart, field.selectionEnd]")
    assert caret == [3, 3]
    assert len(scribe.operations) == before
    await expect(entries(scribe.page)).to_have_count(2)
    await keyboard.send("Input.insertText", {"text": "会議を"})
    await expect(field).to_have_value("会議を")
    await expect(text_of(entries(chair.page).first)).to_have_value("会議を")
    await saved(entry)
    sent = [json.loads(frame)["fields"] for frame in scribe.operations[before:]]
    assert [fields["text"] for fields in sent if "text" in fields] == ["会議を"]
    assert sorted(await texts()) == ["会議を", "別の記録"]


async def test_what_was_typed_outlives_a_broken_line_and_a_reload(
    house: House, cast: Cast, town: Town
) -> None:
    (scribe,) = await arrive(house, cast, "secretariat")
    page, state = scribe.page, scribe.page.locator("#now-state")
    entry = await add(page, "切れる前")
    await saved(entry)
    await expect(state).to_have_text("すべて保存済")
    await town.stop()
    await expect(state).to_have_attribute("data-state", "offline")
    await page.keyboard.insert_text("・切れた後")
    await expect(entry.locator("[data-part=state]")).to_have_text("切断")
    await town.start()
    await saved(entry)
    await expect(state).to_have_text("すべて保存済")
    assert await texts() == ["切れる前・切れた後"]
    # A reload in the middle of typing, and of the answer.
    await page.keyboard.insert_text("・読み込み直し")
    await page.reload()
    await expect(text_of(entries(page))).to_have_value(
        "切れる前・切れた後・読み込み直し"
    )
    await saved(entries(page))
    assert await texts() == ["切れる前・切れた後・読み込み直し"]
    changes = EntryChange.objects.filter(entry__text__contains="読み込み直し")
    assert await changes.acount() == len({o.operation async for o in changes})
    # The computer is closed and opened again.
    devtools = await scribe.devtools()
    await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    await sync_to_async(_write_elsewhere)(cast)
    await devtools.send("Page.setWebLifecycleState", {"state": "active"})
    await expect(entries(page)).to_have_count(2)
    # Away and back.
    await page.goto(f"{town.url}/")
    await page.go_back()
    await expect(entries(page)).to_have_count(2)
    # Unsent words are in this tab only, and go with the signing out.
    await page.route_web_socket("**/live/**", lambda ws: None)
    await page.reload()
    stored = "Object.keys(sessionStorage).filter(k => k.startsWith('kasane.'))"
    await page.evaluate("sessionStorage.setItem('kasane.minutes.x', '[]')")
    assert await page.evaluate(stored) == ["kasane.minutes.x"]
    await page.goto(f"{town.url}/")
    await page.get_by_role("button", name="サインアウト").click()
    await page.wait_for_url("**/sign-out/")
    assert await page.evaluate(stored) == []


def _write_elsewhere(cast: Cast) -> None:
    kind = Entry.Kind.DISCUSSION
    made = operation(cast.shien_item, "x", Act.CREATE, kind=kind, text="閉じた間")
    apply([by(factories.sign_in(cast.chair), made)])


async def test_without_websockets_everything_goes_by_polling(
    house: House, cast: Cast
) -> None:
    (chair,) = await arrive(house, cast, "chair")
    scribe = await house.window(
        await sync_to_async(factories.sign_in)(cast.secretariat)
    )
    await scribe.page.route_web_socket("**/live/**", _cut)
    member = await house.window(await sync_to_async(factories.sign_in)(cast.clinic))
    await member.page.route_web_socket("**/live/**", _mute)
    for window in (scribe, member):
        await window.enter(cast.sitting)
    waiting = member.page.get_by_text("お待ちください", exact=True)
    polling = re.compile("2秒ごとに更新|すべて保存済")
    await expect(scribe.page.locator("#now-state")).to_have_text(
        re.compile("2秒ごとに更新")
    )
    entry = await add(scribe.page, "問い合わせで書く")
    await saved(entry)
    await scribe.page.keyboard.insert_text("・続き")
    await expect(text_of(entries(chair.page))).to_have_value("問い合わせで書く・続き")
    await saved(entry)
    await saved(await add(chair.page, "議長の文"))
    await expect(text_of(entries(scribe.page).nth(1))).to_have_value("議長の文")
    await expect(member.page.locator("#now-state")).to_have_text(polling)
    await expect(waiting).to_be_visible()
    presence = await sync_to_async(factories.presence)(cast.clinic, cast.shien_item)
    await expect(member.page.get_by_text("議長の文")).to_be_visible()
    await Presence.objects.filter(id=presence.id).aupdate(ends_at=clock.now())
    await expect(waiting).to_be_visible()
    await expect(member.page.get_by_text("議長の文")).to_have_count(0)
    assert not scribe.operations
    assert await texts() == ["問い合わせで書く・続き", "議長の文"]


async def _cut(line: WebSocketRoute) -> None:
    await line.close()


async def _mute(line: WebSocketRoute) -> None:
    """A proxy that takes the websocket and passes no word on."""


async def test_words_of_two_who_write_the_same_entry_are_all_kept(
    house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LEASE", timedelta(hours=1))
    scribe, chair = await arrive(house, cast, "secretariat", "chair")
    entry = await add(scribe.page, "始め")
    await saved(entry)
    keyboard = await scribe.devtools()
    composing = {"text": "続き", "selectionStart": 2, "selectionEnd": 2}
    await keyboard.send("Input.imeSetComposition", composing)
    # The chair takes over while the scribe's words are still being composed.
    theirs = entries(chair.page)
    await expect(text_of(theirs)).to_have_value("始め")
    await theirs.get_by_role("button", name="引き継いで書く").click()
    await expect(theirs.get_by_role("button", name="引き継いで書く")).to_be_hidden()
    await text_of(theirs).fill("議長の文")
    await saved(theirs)
    await expect(entry.locator("[data-part=writer]")).to_contain_text("青木 誠")
    await expect(text_of(entry)).to_have_value("始め続き")
    await keyboard.send("Input.insertText", {"text": "続き"})
    await expect(text_of(entry)).to_have_value("議長の文")
    kept = scribe.page.locator("#displaced-texts .entry")
    await expect(kept).to_have_text(re.compile("始め続き"))
    await kept.get_by_role("button", name="新しい記録として加える").click()
    again = entries(scribe.page).nth(1)
    await saved(again)
    assert await texts() == ["議長の文", "始め続き"]
    # The same scribe in a second tab: what could not be shown is not written over.
    tab = await house.another(scribe.context)
    await tab.enter(cast.sitting)
    second = entries(tab.page).nth(1)
    await expect(text_of(second)).to_have_value("始め続き")
    await text_of(again).focus()
    await text_of(second).fill("二つ目の窓")
    await saved(second)
    await expect(text_of(entries(chair.page).nth(1))).to_have_value("二つ目の窓")
    await scribe.page.bring_to_front()
    await scribe.page.keyboard.insert_text("、一つ目の窓")
    await expect(kept).to_have_count(2)
    await expect(text_of(again)).to_have_value("二つ目の窓")
    assert await texts() == ["議長の文", "二つ目の窓"]
    # Far too much at once: it stays on the screen, and the line does not break.
    await text_of(again).fill("あ" * 100_000)
    await expect(again).to_contain_text("8,000字まで")
    await expect(again.locator("[data-part=state]")).to_have_text("未保存")
    await text_of(again).fill("短く")
    await saved(again)
    assert await texts() == ["議長の文", "短く"]


async def test_phrases_come_in_at_the_caret_and_notes_stay_with_their_writer(
    house: House, cast: Cast
) -> None:
    scribe, chair = await arrive(house, cast, "secretariat", "chair")
    page, dialog = scribe.page, scribe.page.get_by_role("dialog")
    entry = await add(page, "前後")
    await page.keyboard.press("ArrowLeft")
    keyboard = await scribe.devtools()
    await keyboard.send(
        "Input.imeSetComposition",
        {"text": "か", "selectionStart": 1, "selectionEnd": 1},
    )
    await page.keyboard.press("Alt+0")
    await expect(dialog).to_be_hidden()
    await keyboard.send(
        "Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0}
    )
    await page.keyboard.press("Alt+0")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    words = "結論は出さず、次回に引き続き協議する。"
    await expect(text_of(entry)).to_have_value(f"前{words}後")
    await saved(entry)
    # The note of one's own, which a reload keeps and nobody else sees.
    note = page.get_by_label("この議題についてのメモ")
    await page.get_by_text("自分用メモ").click()
    await note.fill("あとで電話する")
    await expect(page.locator("#note-state")).to_have_text("保存済")
    await note.fill("あとで電話する。急ぎ")
    await page.reload()
    await expect(note).to_have_value("あとで電話する。急ぎ")
    await expect(page.locator("#note-state")).to_have_text("保存済")
    await expect(chair.page.get_by_label("この議題についてのメモ")).to_have_value("")
    assert (await PrivateNote.objects.aget()).text == "あとで電話する。急ぎ"
