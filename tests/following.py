"""Clicks that lead to another page."""

from playwright.sync_api import Locator


def follow(control: Locator) -> None:
    """Click, and return when the page is there to which that leads.

    A click alone returns while the old page still stands, and a read finds that one.
    """
    with control.page.expect_navigation():
        control.click()
