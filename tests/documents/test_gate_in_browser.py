"""The gate in a real Chromium: the script, mail scanners, no script, going back."""

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import reverse
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from documents.evidence.disclosure import READS
from documents.models import Link, LinkCode
from documents.models.links import RESEND_AFTER
from documents.services import links
from documents.services.links import IssuedLink
from members.models import SignIn
from members.services import factors
from portal.core import clock
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.documents.gate import issue, mailed_code, secret_of, sitting_page
from tests.following import follow

pytestmark = pytest.mark.browser

Found = TypeVar("Found")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BUTTONS = "button, input[type=submit], [role=button]"


@pytest.fixture
def cast(transactional_db) -> Cast:
    """The town, committed: the server's threads see it."""
    AuditHead.objects.get_or_create(id=1)
    town = people.assemble()
    actor = factories.sign_in(town.secretariat)
    factors.issue_card(actor=actor, person=town.clinic)
    return town


@pytest.fixture
def issued(cast, live_server, settings) -> IssuedLink:
    settings.BASE_URL = live_server.url
    return issue(cast)


class Chromium:
    """A browser in a thread of its own, so that the test may ask the database."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool

    def run(self, act: Callable[[BrowserContext], Found], **options: Any) -> Found:
        """Let ``act`` use a fresh context; return what it found."""
        return self.pool.submit(self._run, act, options).result()

    def _run(
        self, act: Callable[[BrowserContext], Found], options: dict[str, Any]
    ) -> Found:
        with sync_playwright() as playwright:
            browser: Browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=[
                    "--no-sandbox",
                    "--disable-quic",
                    "--disable-background-networking",
                ],
            )
            return act(browser.new_context(locale="ja-JP", **options))


@pytest.fixture
def chromium() -> Iterator[Chromium]:
    with ThreadPoolExecutor(1) as pool:
        yield Chromium(pool)


def open_link(context: BrowserContext, issued: IssuedLink) -> Page:
    page = context.new_page()
    page.goto(issued.url)
    page.wait_for_url("**/g/notice/")
    return page


def ask_and_type(page: Page) -> None:
    follow(page.get_by_role("button", name="確認コードを受け取る"))
    page.wait_for_url("**/g/code/mail/")
    page.get_by_label("確認コード").fill(mailed_code())
    follow(page.get_by_role("button", name="次へ進む"))


def test_the_secret_leaves_the_address_bar_and_is_in_no_request_line(chromium, issued):
    def visit(context: BrowserContext) -> tuple[list[str], str]:
        sent: list[Request] = []

        def note(request: Request) -> None:
            sent.append(request)

        context.on("request", note)
        page = open_link(context, issued)
        kept = (
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        )
        seen = [f"{request.url} {request.all_headers()}" for request in sent]
        seen += [page.url, page.content(), page.evaluate(kept)]
        page.go_back()
        return seen, page.url

    seen, before_the_link = chromium.run(visit)
    assert len(seen) > 5
    # The first request is reported with the fragment, which the browser keeps back.
    told = [line for line in seen if not line.startswith(f"{issued.url} ")]
    assert not any(secret_of(issued) in line for line in told)
    assert before_the_link == "about:blank"


def test_link_code_and_then_the_sitting_and_back(chromium, cast, issued):
    page_of_sitting = sitting_page(cast.sitting.id)

    def visit(context: BrowserContext) -> list[str]:
        page = open_link(context, issued)
        ask_and_type(page)
        page.wait_for_url(f"**{page_of_sitting}")
        page.go_back()
        page.wait_for_url(f"**{page_of_sitting}")
        page.goto(issued.url)
        page.wait_for_url(f"**{page_of_sitting}")
        return [cookie["name"] for cookie in context.cookies()]

    assert chromium.run(visit)
    assert SignIn.objects.filter(link_id=issued.link.id).count() == 1


def test_who_is_sent_the_link_and_its_code_reads_no_paper_and_is_seen(
    chromium, cast, issued, released, live_server
):
    """A forwarded link, with the mailbox: the personal factor is not in it."""
    version = released()
    factors.drop_all(cast.clinic)  # the fixture's card; its codes are not known here
    _, card = factors.issue_card(
        actor=factories.sign_in(cast.secretariat), person=cast.clinic
    )
    paper = live_server.url + reverse("documents:version-view", args=[version.id])
    picture = live_server.url + reverse("documents:page-image", args=[version.id, 1])
    sitting = sitting_page(cast.sitting.id)

    def forwarded(context: BrowserContext) -> list[object]:
        page = open_link(context, issued)
        before = [page.content(), context.request.get(picture).headers["content-type"]]
        page.goto(issued.url)
        ask_and_type(page)
        page.wait_for_url(f"**{sitting}")
        page.goto(paper)
        after = [page.url, page.content()]
        return [*before, *after, context.request.get(picture).headers["content-type"]]

    notice, early, where, asked, late = chromium.run(forwarded)
    assert cast.clinic.name not in notice
    assert "/step-up/" in where
    assert version.paper.title not in asked
    assert early.startswith("text/html")
    assert late.startswith("text/html")
    reads = AuditEvent.objects.filter(action__in=READS)
    assert not reads.exists()

    def own(context: BrowserContext) -> None:
        page = open_link(context, issued)
        follow(page.get_by_role("link", name=re.compile("コードカード")))
        page.get_by_label("確認コード").fill(card[0])
        follow(page.get_by_role("button", name="次へ進む"))
        follow(page.get_by_role("link", name=re.compile("あとにして")))
        page.wait_for_url(f"**{sitting}")
        page.goto(paper)
        expect(page.locator(".viewer__page").first).to_be_visible()

    chromium.run(own)
    assert reads.exists()
    (row,) = links.links_of(cast.sitting.id)
    assert row.browser_count == 2


def look(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(address)
    if "#" in address:
        page.wait_for_url("**/g/notice/")


def press(button: Locator) -> None:
    """Press it, and wait where that sends a form; an empty field keeps it back."""
    if button.evaluate("b => b.type === 'submit' && b.form?.checkValidity()"):
        follow(button)
    else:
        button.click()


def press_everything(page: Page, address: str) -> None:
    """What a scanner does with a page: follow its script, press all its buttons."""
    look(page, address)
    for index in range(page.locator(BUTTONS).count()):
        look(page, address)
        buttons = page.locator(BUTTONS)
        if index < buttons.count():
            press(buttons.nth(index))


def submit_everything(page: Page, address: str) -> None:
    """Submit every form by script, past the buttons and past required fields."""
    page.goto(address)
    for index in range(page.locator("form").count()):
        page.goto(address)
        if index < page.locator("form").count():
            with page.expect_navigation():
                page.locator("form").nth(index).evaluate("form => form.submit()")


def scan(context: BrowserContext, issued: IssuedLink) -> None:
    base = issued.url.partition("#")[0]
    for _ in range(3):
        context.request.head(base)
    for _ in range(5):
        context.request.get(base)
    page = context.new_page()
    steps = ["notice/", "code/mail/", "code/card/", "card/"]
    for address in [issued.url, *(base + step for step in steps)]:
        press_everything(page, address)
    for step in steps:
        submit_everything(page, base + step)


def test_a_scanner_costs_one_mail_and_opens_nothing(chromium, cast, issued):
    chromium.run(lambda context: scan(context, issued))
    link = Link.objects.get(id=issued.link.id)
    assert len(mail.outbox) == 1
    assert link.wrong_count == 0
    assert link.opened_at is None
    assert not SignIn.objects.filter(link_id=link.id).exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert not actions & {"documents.link.open", "documents.link.wrong_code"}

    # The person comes after the cool-down, in another browser, and gets in.
    LinkCode.objects.update(sent_at=clock.now() - RESEND_AFTER - timedelta(seconds=1))

    def person(context: BrowserContext) -> None:
        page = open_link(context, issued)
        ask_and_type(page)
        page.wait_for_url(f"**{sitting_page(cast.sitting.id)}")

    chromium.run(person)
    assert SignIn.objects.filter(link_id=link.id).count() == 1


def test_without_script_the_printed_code_opens(chromium, cast, issued):
    def visit(context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(issued.url)
        follow(page.get_by_role("link", name="案内のコードで開く"))
        page.get_by_label("案内のコード").fill(issued.card_code)
        follow(page.get_by_role("button", name="次へ進む"))
        ask_and_type(page)
        page.wait_for_url(f"**{sitting_page(cast.sitting.id)}")

    chromium.run(visit, java_script_enabled=False)
    assert SignIn.objects.filter(link_id=issued.link.id).count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_fit_and_hold_the_wcag_rules(chromium, issued, width):
    def visit(context: BrowserContext) -> list[tuple[str, list[str], bool]]:
        found = []
        page = open_link(context, issued)

        def note() -> None:
            checked = Axe().run(page, options={"runOnly": WCAG})
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            broken = [v["id"] for v in checked.response["violations"]]
            found.append((page.url, broken, wide))

        note()
        follow(page.get_by_role("button", name="確認コードを受け取る"))
        note()
        page.get_by_label("確認コード").fill("1")
        follow(page.get_by_role("button", name="次へ進む"))
        note()
        for step in ("g/", "g/card/", "g/code/card/"):
            page.goto(issued.url.partition("g/")[0] + step)
            note()
        page.goto(f"{issued.url}x")
        page.get_by_role("heading", name="このリンクは開けません").wait_for()
        page.wait_for_load_state()
        note()
        return found

    found = chromium.run(visit, viewport={"width": width, "height": 800})
    assert len(found) == 7
    for address, broken, wide in found:
        assert (address, broken, wide) == (address, [], False)


def test_a_link_pasted_into_the_open_gate_works_too(chromium, issued):
    def visit(context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(issued.url.partition("#")[0])
        page.evaluate("secret => { location.hash = secret }", secret_of(issued))
        page.wait_for_url("**/g/notice/")

    chromium.run(visit)
