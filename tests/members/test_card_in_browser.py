"""The card of codes in a real Chromium."""

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.conftest import SignIn, chromium
from tests.shown import POLICY, Shown, Window

pytestmark = pytest.mark.browser


def test_numbers_of_two_digits_stay_inside_the_frame(
    cast: Cast, signed_in: SignIn
) -> None:
    address = reverse("members:card-issue", args=[cast.clinic.id])
    answer = signed_in(cast.secretariat).post(address)
    card = Shown("card", address, answer.content, answer.headers[POLICY])
    with chromium() as browser, browser.new_context() as context:
        window = Window(context.new_page())
        window.show(card)
        codes = window.page.locator(".card ol")
        assert codes.locator("li").count() == 10
        style = codes.evaluate("list => ({ ...getComputedStyle(list) })")
    sizes = [
        float(style[key].removesuffix("px")) for key in ("paddingLeft", "fontSize")
    ]
    assert sizes[0] >= 2 * sizes[1]
