"""One width of digits and letters for a whole paper, and what it must not touch."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.record_style import Dates, Style, Width, unified

WIDTHS = st.sampled_from(Width)
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HALF = {full: code for code, full in FULL.items()}
ASCII = "aZ09,.%-@/:_()"
LETTERS = f"{ASCII}{ASCII.translate(FULL)}‐−ー あ漢、。℃①Ⅳ\n𠮷"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=40)
CODES = st.sampled_from(
    (
        "R8-012",
        "R8-012".translate(FULL),
        "事例R8-012",
        "a.b-c@city.mihon.lg.jp",
        "https://mihon.example.jp/a/b?c=1&d=2#e",
        "0120-123-456",
        "13:30",
        "SHA-256",
        "9f86d081884c7d65",
        "2026/11/21",
    )
)


def half(text: str) -> str:
    """The text with every full-width ASCII sign in its half-width form."""
    return text.translate(HALF)


@given(TEXTS, WIDTHS)
def test_nothing_but_the_width_changes(text, width):
    assert half(unified(text, width)) == half(text)


@given(TEXTS, WIDTHS)
def test_what_is_unified_stays_so(text, width):
    once = unified(text, width)
    assert unified(once, width) == once


@given(TEXTS, TEXTS, CODES, WIDTHS)
def test_codes_and_addresses_are_never_touched(before, after, code, width):
    text = f"{before}。{code}、{after}"
    assert f"。{code}、" in unified(text, width)


@given(TEXTS, WIDTHS, st.sampled_from(("12", "支8第3号", "A", "R8(12)")))
def test_a_case_number_of_any_form_is_kept(text, width, number):
    assert f"「{number}」" in unified(f"{text}「{number}」", width, {number})


@given(TEXTS)
def test_as_typed_is_as_typed(text):
    assert unified(text, Width.TYPED) == text


MIXED = "第8回(3人:計)10月、1,234.5円、A県、ALT、5%、100%、R8-012"


@pytest.mark.parametrize(
    ("width", "full"),
    [
        (Width.HALF, {"(", ")", "人:"}),
        (Width.SINGLE, {"(", ")", "人:", "第8", "3人", "A県", "5%"}),
        (Width.FULL, set(MIXED.split("、")[:6]) | {"100%"}),
    ],
)
@pytest.mark.parametrize("typed", [MIXED, MIXED[:-6].translate(FULL) + "R8-012"])
def test_numbers_words_and_signs_take_their_width(typed, width, full):
    expected = MIXED
    for part in sorted(full, key=len, reverse=True):
        expected = expected.replace(part, part.translate(FULL))
    assert unified(typed, width) == expected


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (Dates.ERA, "令和8年11月21日(土)"),
        (Dates.WESTERN, "2026年11月21日(土)"),
        (Dates.BOTH, "令和8年(2026年)11月21日(土)"),
    ],
)
def test_days_are_written_in_the_calendar_that_was_chosen(dates, expected):
    assert Style(dates=dates).day(date(2026, 11, 21)) == expected
