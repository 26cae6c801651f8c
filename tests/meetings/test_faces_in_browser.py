"""Three people at once over two items: the chair, the scribe, a follower on a phone."""

import re
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Page, expect

from meetings.services import room
from members.facts import Role
from members.models import Person, Seat
from portal.asgi import application
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.browsers import House, Town, Window, chromium

pytestmark = pytest.mark.browser
SAID = "訪問時には短い会話ができるようになってきた。"
DECIDED = "基幹相談支援センターの同行訪問を月2回とする。"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def scribe(cast: Cast) -> Person:
    """A colleague of the welfare office, seated as scribe of the first item only."""
    person = factories.person("清水 葵", cast.chair.organization)
    for body in cast.bodies:
        factories.commission(person, body)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.membership(person, cast.case, Role.INTERNAL)
    factories.seat(person, cast.shien_item, Role.INTERNAL, scribe=True)
    return person


@pytest.fixture
def everybody(cast: Cast, scribe: Person) -> None:
    """All three have come; the clinic sits on the first item only, too."""
    Seat.objects.filter(person=cast.clinic, item_id=cast.juso_item.id).delete()
    clerk = factories.sign_in(cast.secretariat)
    for person in (cast.chair, scribe, cast.clinic):
        room.check_in(actor=clerk, sitting=cast.sitting, person=person)


@pytest.fixture
async def house(
    everybody: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    town = Town()
    monkeypatch.setattr(
        application.application_mapping["websocket"], "origin", town.url
    )
    await town.start()
    async with chromium() as browser:
        yield House(town, browser)
    await town.stop()


async def arrive(house: House, cast: Cast, person: Person, width: int) -> Window:
    actor = await sync_to_async(factories.sign_in)(person)
    window = await house.window(actor)
    await window.page.set_viewport_size({"width": width, "height": 800})
    await window.enter(cast.sitting)
    await expect(window.page.locator("#now-state")).to_have_attribute(
        "data-state", "saved"
    )
    return window


async def fits(page: Page) -> None:
    """Nothing stands out of the screen to the side."""
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= await page.evaluate("innerWidth")


async def test_who_is_checked_in_by_their_name_is_asked_no_more(
    house: House, cast: Cast
) -> None:
    clerk = (await arrive(house, cast, cast.secretariat, 1280)).page
    asked = clerk.get_by_text("受付がまだです", exact=True)
    await expect(asked).to_be_visible()
    own = clerk.locator("#roster-list > *").filter(has_text=cast.secretariat.name)
    await own.get_by_role("button", name="受付", exact=True).click()
    await expect(own).to_contain_text("受付済")
    await expect(asked).to_have_count(0)
    await clerk.reload()
    await expect(own).to_contain_text("受付済")
    await expect(asked).to_have_count(0)


async def test_three_faces_over_two_items(
    house: House, cast: Cast, scribe: Person
) -> None:
    chair = (await arrive(house, cast, cast.chair, 1280)).page
    pen = (await arrive(house, cast, scribe, 1280)).page
    phone = (await arrive(house, cast, cast.clinic, 360)).page
    wall = await chair.context.new_page()
    await wall.goto(f"{house.town.url}/sittings/{cast.sitting.id}/room/wall/")
    waiting = [
        page.get_by_text("お待ちください", exact=True) for page in (pen, phone, wall)
    ]
    for place in waiting:
        await expect(place).to_be_visible()
    await expect(phone.locator("#desk")).to_be_hidden()
    await expect(chair.locator("#said")).to_have_text("")

    await chair.get_by_role("button", name="この議題を始める").click()
    for place in waiting:
        await expect(place).to_be_hidden()
    for page in (chair, phone):
        await expect(page.locator("#said")).to_have_text("議題1が始まりました。")
    await expect(chair.locator("#now-timer")).to_have_text(re.compile("残り.+分"))
    await expect(chair.locator("#now-people")).to_have_text("3人")
    await expect(pen.get_by_role("button", name="次の議題へ")).to_have_count(0)
    await expect(pen.locator(".keys").get_by_text("協議")).to_be_visible()
    await expect(phone.locator(".entry-kinds:visible, .keys:visible")).to_have_count(0)

    await phone.get_by_role("button", name="発言する").click()
    turn = chair.locator(".floor__row", has_text="上田 健")
    await turn.get_by_role("button", name="指名する").click()
    await expect(phone.get_by_role("button", name="発言を終える")).to_be_visible()
    await expect(pen.get_by_text("発言中")).to_be_visible()

    await pen.get_by_role("button", name="協議", exact=True).click()
    await expect(pen.locator("[data-field=speaker]").last).to_have_value(
        "見本こころのクリニック 上田 健"
    )
    await pen.keyboard.insert_text(SAID)
    await pen.get_by_role("button", name="決定", exact=True).click()
    await pen.keyboard.insert_text(DECIDED)
    await expect(phone.get_by_text(SAID)).to_be_visible()
    await expect(phone.get_by_text(DECIDED)).to_be_visible()
    await expect(wall.get_by_text(DECIDED)).to_be_visible()
    assert SAID not in await wall.content()
    await chair.get_by_role("button", name="決定を読み上げる").click()
    await expect(chair.locator("dialog").get_by_text(DECIDED)).to_be_visible()
    await chair.get_by_role("button", name="閉じる").click()
    for page in (chair, pen, phone, wall):
        await fits(page)

    await chair.get_by_role("button", name="次の議題へ").click()
    await expect(chair.locator("#now-title")).to_contain_text("議題2")
    for page in (pen, phone):
        await expect(page.get_by_text("お待ちください", exact=True)).to_be_visible()
        await expect(page.locator("#said")).to_contain_text("議題が終わりました")
        assert SAID not in await page.content()
    await expect(chair.locator(".floor__row")).to_have_count(0)
    await expect(wall.get_by_text("まだ決まったことはありません")).to_be_visible()
    await chair.get_by_role("button", name="この議題を終える").click()
    await expect(wall.get_by_text("お待ちください", exact=True)).to_be_visible()
