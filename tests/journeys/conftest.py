"""Fixtures of the journeys: one installation per run, real browsers on it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from documents.output.papers.summary import CaseSummary, case_summary_pdf
from portal.demo.mailbox import Mail
from tests.following import follow
from tests.journeys import prepared
from tests.journeys.installation import Installation


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """The demo municipality, served on the profile under test."""
    folder = tmp_path_factory.mktemp("installation")
    installation = Installation(folder, settings.PROFILE)
    prepared.copy_to(installation, request.config)
    installation.start()
    yield installation
    installation.stop()


class Visitor:
    """One person at one browser window."""

    def __init__(self, installation: Installation, context: BrowserContext) -> None:
        self.installation, self.context = installation, context
        self.page: Page = context.new_page()

    def enter_as(self, key: str) -> None:
        """Sign in as one of the demo's staff."""
        self.page.goto("/sign-in/")
        follow(self.page.locator(f'form[action$="/demo/enter/{key}/"] button'))

    def open_link_in(self, mail: Mail) -> None:
        """Open the link of a notice; the demo's own ones name another port."""
        link = next(word for word in mail.body.split() if "/g/#" in word)
        self.page.goto(f"/g/#{link.partition('#')[2]}")
        self.page.wait_for_url("**/g/notice/")

    def type_card_code(self, code: str) -> None:
        """From the notice of a link to the offer of something that lasts."""
        follow(self.page.get_by_role("link", name=re.compile("コードカード")))
        self.page.locator("input[autocomplete=one-time-code]").fill(code)
        follow(self.page.get_by_role("button", name="次へ進む"))
        self.page.wait_for_url("**/own/offer/")

    def go_on(self) -> None:
        """Past the offer, to where the link leads."""
        follow(self.page.get_by_role("link", name=re.compile("あとにして")))


@pytest.fixture
def visitors(installation: Installation, browser: Browser) -> Iterator[list[Visitor]]:
    """Makes three people at their own windows: a desk, a phone, another desk."""
    sizes: list[tuple[int, int]] = [(1280, 900), (360, 740), (1280, 900)]
    contexts = [
        browser.new_context(
            base_url=installation.url, viewport={"width": width, "height": height}
        )
        for width, height in sizes
    ]
    yield [Visitor(installation, context) for context in contexts]
    for context in contexts:
        context.close()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A real PDF with a Japanese name."""
    file = tmp_path / "事例概要(ひきこもり)①.pdf"
    file.write_bytes(
        case_summary_pdf(
            CaseSummary(
                case_number="R7-003",
                paper_number="資料1",
                agency="社会福祉課",
                occasion="情報共有",
                purpose="見守りの分担を決める",
                made_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
                situation="母の体調がすぐれず、長女が家事を担っている。",
            )
        )
    )
    return file
