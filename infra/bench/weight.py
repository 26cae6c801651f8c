"""What a browser has to fetch for the pages that people look at most.

Each page is opened by a browser that was never here before. Prints the heaviest page
in kB as it went over the line, and how many requests it took; each page on standard
error.
"""

from typing import NamedTuple

from common import figure, say, serving
from pages import Page, pages_of, roles
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


class Weight(NamedTuple):
    """Bytes on the line, heads included, and how many answers brought them."""

    size: int
    answers: int


def main() -> None:
    """Weigh every page of every role, then print the heaviest."""
    pages = [page for role, actor in roles() for page in pages_of(role, actor)]
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        weights = {page.name: weight_of(browser, page, port) for page in pages}
        browser.close()
    for name, weight in weights.items():
        say(f"{name:24} {weight.size / 1000:6.1f} kB in {weight.answers} answers")
    heaviest = max(weights.values())
    figure("page_kb", heaviest.size / 1000)
    figure("page_answers_max", max(weight.answers for weight in weights.values()))


def weight_of(browser: Browser, page: Page, port: int) -> Weight:
    """Open the page with an empty cache, and count until nothing more comes."""
    origin = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": n, "value": v, "url": origin} for n, v in page.cookies.items()]
    )
    tab = context.new_page()
    sizes: list[int] = []
    line = context.new_cdp_session(tab)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    tab.goto(origin + page.path, wait_until="networkidle")
    context.close()
    return Weight(round(sum(sizes)), len(sizes))


if __name__ == "__main__":
    main()
