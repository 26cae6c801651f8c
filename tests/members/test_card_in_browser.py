"""The card of codes in a real Chromium."""

import pypdfium2
import pytest
from django.urls import reverse

from members.models import Person
from tests.cast import Cast
from tests.conftest import SignIn, chromium
from tests.shown import POLICY, Shown, Window

pytestmark = pytest.mark.browser


def made(signed_in: SignIn, clerk: Person, person: Person) -> Shown:
    address = reverse("members:card-issue", args=[person.id])
    answer = signed_in(clerk).post(address)
    return Shown("card", address, answer.content, answer.headers[POLICY])


def test_numbers_of_two_digits_stay_inside_the_frame(
    cast: Cast, signed_in: SignIn
) -> None:
    card = made(signed_in, cast.secretariat, cast.clinic)
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


def test_card_and_slip_are_on_one_side_of_one_sheet(
    cast: Cast, signed_in: SignIn
) -> None:
    """On a second one the name would be the back of the card."""
    Person.objects.filter(pk=cast.chair.pk).update(login="gicho", password="!")
    card = made(signed_in, cast.secretariat, cast.chair)
    with chromium() as browser, browser.new_context() as context:
        window = Window(context.new_page())
        window.show(card)
        sheets = window.page.pdf(prefer_css_page_size=True)
    with pypdfium2.PdfDocument(sheets) as printed:
        assert len(printed) == 1
        assert "gicho" in printed[0].get_textpage().get_text_range()
