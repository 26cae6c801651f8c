"""By keyboard: a decision, a role and a pending reply; back at the next meeting."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Page, expect

from meetings.models import AgendaItem, Entry, Outcome, Task
from members.facts import Role
from members.models import Person
from portal.asgi import application
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.browsers import House, Town, chromium

pytestmark = pytest.mark.browser
SAVED = re.compile("^保存済")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed; everybody seated is in the room."""
    AuditHead.objects.get_or_create(id=1)
    cast = people.assemble()
    AgendaItem.objects.filter(pk=cast.shien_item.pk).update(state="open")
    factories.presence(cast.clinic, cast.shien_item)
    return cast


@pytest.fixture
async def house(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    town = Town()
    websocket = application.application_mapping["websocket"]
    monkeypatch.setattr(websocket, "origin", town.url)
    await town.start()
    async with chromium() as browser:
        yield House(town, browser)
    await town.stop()


async def enter(house: House, cast: Cast, name: str) -> Page:
    actor = await sync_to_async(factories.sign_in)(getattr(cast, name))
    window = await house.window(actor)
    await window.enter(cast.sitting)
    await expect(window.page.locator("#panes")).to_be_visible()
    return window.page


async def type_task(page: Page, shortcut: str, who: str, words: str) -> None:
    """A new entry, its holder first, then its words: no hand leaves the keys."""
    await page.keyboard.press(shortcut)
    card = page.locator("#outcome-entries .entry").last
    await expect(card.locator('[data-field="speaker"]')).to_be_focused()
    await page.keyboard.type(who)
    await card.locator('[data-field="text"]').focus()
    await page.keyboard.type(words)
    await expect(card.locator('[data-part="state"]')).to_have_text(SAVED)


async def test_outcomes_by_keyboard_reach_the_follower(
    house: House, cast: Cast
) -> None:
    shared = cast.chair.name
    bearers = Person.objects.filter(pk__in=[cast.chair.pk, cast.secretariat.pk])
    await bearers.aupdate(name=shared)
    writer = await enter(house, cast, "secretariat")
    follower = await enter(house, cast, "clinic")
    agency = cast.clinic.organization.name
    await type_task(writer, "Alt+6", f"{agency} {cast.clinic.name}", "受診に同行する")
    await writer.locator('#outcome-entries [data-field="due_on"]').fill("2026-12-10")
    await type_task(writer, "Alt+7", agency, "所属の考えを返事する")
    alone = cast.clinic.name.replace(" ", "")
    await type_task(writer, "Alt+6", alone, "薬を届ける")
    await type_task(writer, "Alt+6", shared, "日程を決める")
    await writer.keyboard.press("Alt+8")
    dialog = writer.locator("#quick")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("継続").check()
    await dialog.get_by_label("決まったこと").fill("月2回の訪問を続ける。")
    await writer.keyboard.press("Tab")
    await writer.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    pane = follower.locator("#outcome-entries")
    for words in ("受診に同行する", "期限 R8.12.10", "所属の考えを返事する", "継続。"):
        await expect(pane).to_contain_text(words)
    assert await sync_to_async(Outcome.objects.count)() == 1
    tasks = Task.objects.order_by("entry__order")
    rows = [row async for row in tasks.values_list("organization", "person")]
    theirs = (cast.clinic.organization_id, cast.clinic.id)
    own = (cast.clinic.organization_id, None)
    assert rows == [theirs, own, theirs, (None, None)]  # two bear that name


async def test_it_comes_back_next_month_and_is_marked_done(
    house: House, cast: Cast
) -> None:
    await sync_to_async(left_open)(cast)
    writer = await enter(house, cast, "secretariat")
    others = (await enter(house, cast, "chair")).locator("#homework")
    await expect(others).to_contain_text("受診に同行する。")
    homework = writer.locator("#homework")
    await expect(homework).to_contain_text("受診に同行する。")
    await homework.get_by_label("ひとこと").fill("主治医と話した。")
    await homework.get_by_role("button", name="済んだ").press("Enter")
    for lists in (homework, others):
        await expect(lists).to_be_hidden()
    course = writer.locator("#course")
    await expect(course.locator("textarea")).to_have_value(re.compile("は済み。主治医"))
    done = await sync_to_async(Task.objects.get)()
    assert done.done_on == clock.today()
    assert await sync_to_async(Entry.objects.filter(item=cast.shien_item).count)() == 1


def left_open(cast: Cast) -> None:
    """Last month's role about the same case."""
    start = clock.now() - timedelta(days=30)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state="closed",
    )
    item = factories.item(sitting, cast.case, cast.shien)
    factories.seat(cast.secretariat, item, Role.SECRETARIAT)
    factories.seat(cast.chair, item, Role.CHAIR)
    factories.task(item, cast.secretariat, cast.clinic)
