"""Text that people type, made fit for paper."""

import pytest

from documents.output.text import clean, printable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一行目\r\n二行目\r三行目\u2028四行目", "一行目\n二行目\n三行目\n四行目"),
        ("タブ\t間", "タブ 間"),
        ("制\x00御\x07\x1b文\x7f字\x9f", "制御文字"),
        ("逆\u202e向き\u2066です\u200f", "逆向きです"),
        ("孤立\ud800した", "孤立\ufffdした"),
        ("非文字\ufffe\U0001ffff", "非文字\ufffd\ufffd"),
        ("外字\ue000も残る", "外字\ue000も残る"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("", ""),
    ],
)
def test_clean_keeps_what_was_meant_and_drops_what_breaks_files(typed, kept):
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "name",
    ["髙橋", "﨑山", "渡邉", "渡邊", "斎藤", "齋藤", "葛\U000e0100西", "神\ufe00"],
)
def test_variants_of_names_that_the_fonts_hold_stay_as_they_are(name):
    assert printable(name) == name


def test_a_letter_without_a_glyph_is_shown_as_geta_with_its_code():
    assert printable("𠮷岡") == "〓(U+20BB7)岡"
    assert printable("外字\ue000") == "外字〓(U+E000)"
    assert printable("😀") == "〓(U+1F600)"


def test_a_compatibility_ideograph_is_never_replaced_by_its_plain_form():
    assert printable("\ufa19") in {"\ufa19", "〓(U+FA19)"}


def test_a_squared_word_becomes_its_letters():
    assert printable("㌀") == "アパート"


def test_an_unknown_variation_selector_leaves_its_base_letter():
    assert printable("本\U000e01ef") == "本"
    assert printable("\U000e0100") == ""


def test_a_voiced_mark_typed_apart_joins_its_letter():
    assert printable("か\u3099は\u309a") == "がぱ"


@pytest.mark.parametrize("run", ["a" * 200, "。" * 200, "ー" * 200, "っ" * 200])
def test_a_run_without_a_place_to_break_gets_places(run):
    broken = printable(run)
    assert broken.replace("\u200b", "") == run
    assert max(map(len, broken.split("\u200b"))) <= 16


def test_ordinary_text_gets_no_invisible_characters():
    text = "社会福祉課が窓口となり、2026年12月4日までにお知らせします。" * 20
    assert printable(text) == text
