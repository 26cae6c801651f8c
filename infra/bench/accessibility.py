"""Every page of the demo as five people find it by its links, against WCAG 2.2 AA.

Each opens one page of every kind, beginning at home. axe looks at it at a desk and on
a phone; then it is measured at twice and four times the size of letters, with wider
spacing, in forced colours and with reduced motion: nothing scrolls sideways, no text
is cut off, nothing moves. Prints how many pages there were and what was found; each
finding on standard error.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from common import HOST, figure, say, serving, set_up_django
from pages import newly_signed_in, roles
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from weight import CHROMIUM, QUIET

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402

from members.access import Actor  # noqa: E402
from members.facts import Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Office  # noqa: E402

RULES = {
    "runOnly": [
        "wcag2a",
        "wcag2aa",
        "wcag21a",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    ],
    "resultTypes": ["violations"],
}
DESK, PHONE = 1280, 360
# The widths that a desk of 1280 px has left at 200 % and 400 % (1.4.10).
ENLARGED = (DESK // 2, DESK // 4)
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"""
CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  const s = getComputedStyle(e);
  return s.overflowY === 'hidden' && s.clipPath === 'none' && e.innerText
    && e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 0;
}).map(e => e.outerHTML.slice(0, 100))"""
MOVING = """() => document.getAnimations()
  .filter(each => each.playState === 'running').map(each => each.animationName)"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(each => each.href)"


def main() -> None:
    """Let everybody walk, then print."""
    people = dict(everybody())
    cookies = {role: cookie_of(actor) for role, actor in people.items()}
    broken, unfit, pages = 0, 0, 0
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for role, cookie in cookies.items():
            with signed_in(browser, port, cookie) as context:
                for page in walk(context.new_page(), f"http://{HOST}:{port}"):
                    pages += 1
                    broken += told(role, page, rules_broken(page))
                    unfit += told(role, page, misfits(page))
        browser.close()
    figure("axe_pages", pages)
    figure("axe_findings", broken)
    figure("reflow_findings", unfit)


def everybody() -> Iterator[tuple[str, Actor]]:
    """Chair, secretariat, a member from outside, administrator and auditor."""
    yield from roles()
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        office = Office.objects.filter(role=role).order_by("id").first()
        if office is not None:
            yield role.value, newly_signed_in(office.person)


def cookie_of(actor: Actor) -> str:
    """The session of a browser in which the actor is signed in."""
    session = SessionStore()
    assert actor.sign_in is not None
    session[SESSION_KEY] = str(actor.sign_in.id)
    session.save()
    return str(session.session_key)


def signed_in(browser: Browser, port: int, cookie: str) -> BrowserContext:
    """A browser of somebody's own."""
    context = browser.new_context(bypass_csp=True)  # for the sheet of spacing
    name, url = settings.SESSION_COOKIE_NAME, f"http://{HOST}:{port}"
    context.add_cookies([{"name": name, "value": cookie, "url": url}])
    return context


def walk(page: Page, origin: str) -> Iterator[Page]:
    """Open one page of every kind that is linked from those before."""
    waiting, kinds = [f"{origin}/"], {"meetings:home"}
    while waiting:
        address = waiting.pop(0)
        if not is_page(page, address):
            continue
        page.set_viewport_size({"width": DESK, "height": 800})
        page.goto(address)
        for link in page.evaluate(LINKS):
            kind = kind_of(link, origin)
            if kind and kind not in kinds:
                kinds.add(kind)
                waiting.append(link)
        yield page


def is_page(page: Page, address: str) -> bool:
    """Whether the address answers with a page, not with a file or a refusal."""
    answer = page.request.get(address)
    kind = answer.headers.get("content-type", "")
    answer.dispose()
    return answer.status == 200 and kind.startswith("text/html")


def kind_of(link: str, origin: str) -> str:
    """The name of the page behind a link; empty for another host or a file."""
    path = urlsplit(link).path
    if not link.startswith(origin) or not path.endswith("/"):
        return ""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def told(role: str, page: Page, found: list[str]) -> int:
    """Say what was found, and how much it is."""
    for each in found:
        say(f"{role} {urlsplit(page.url).path}: {each}")
    return len(found)


def rules_broken(page: Page) -> list[str]:
    """What axe finds at a desk and on a phone."""
    found = []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        for rule in Axe().run(page, options=RULES).response["violations"]:
            found += [f"{rule['id']} {n['html'][:120]}" for n in rule["nodes"]]
    return found


def misfits(page: Page) -> list[str]:
    """What does not fit when it is enlarged, spaced out or in other colours."""
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    found = [f"moves: {name}" for name in page.evaluate(MOVING)]
    found += [too_wide for width in ENLARGED for too_wide in sideways(page, width)]
    page.add_style_tag(content=SPACING)
    found += sideways(page, PHONE)
    found += [f"cut off: {each}" for each in page.evaluate(CUT)]
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return found


def sideways(page: Page, width: int) -> list[str]:
    """Whether the page scrolls sideways at this width."""
    page.set_viewport_size({"width": width, "height": 800})
    needed = page.evaluate("document.documentElement.scrollWidth")
    return [f"needs {needed} of {width} px"] if needed > width else []


if __name__ == "__main__":
    main()
